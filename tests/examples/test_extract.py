"""The extract is what SOURCES.md says it is, and every row of it becomes a valid record that keeps what the row says."""

import csv
import io
import runpy
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from rabet.formats.ids_extract import COLUMNS, seizure_bodies
from rabet.records.bad_input import BadInput
from rabet.records.validation import check_body
from rabet.vocabulary.tables import codes_of, table

EXAMPLES = Path(__file__).parents[2] / "examples"
TEXT = (EXAMPLES / "ids_extract.csv").read_text(encoding="utf-8")
ROWS = list(csv.DictReader(io.StringIO(TEXT)))
HELD = {
    "alborz": {"IR", "PK", "AF"},
    "khazar": {"KZ", "TM", "AM", "KG", "GE", "RU"},
    "volga": {"RU", "TJ", "UZ"},
}


@pytest.fixture(scope="module")
def bodies() -> list[tuple[str, dict[str, Any]]]:
    return list(seizure_bodies(TEXT))


def row(**cells: str) -> str:
    """A table of one row: the first of the extract with other cells."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS)
    writer.writeheader()
    writer.writerow({**ROWS[0], **cells})
    return buffer.getvalue()


def body_of(**cells: str) -> dict[str, Any]:
    ((_, body),) = seizure_bodies(row(**cells))
    check_body("seizure", body, codes_of)
    return body


def test_it_is_an_extract_of_at_most_2000_different_rows() -> None:
    assert 1_500 < len(ROWS) <= 2_000
    assert len({cells["ROW"] for cells in ROWS}) == len(ROWS)
    assert min(Counter(cells["agency"] for cells in ROWS).values()) > 300


def test_every_row_becomes_one_valid_record(bodies: list[tuple[str, dict[str, Any]]]) -> None:
    assert [body["source"]["row"] for _, body in bodies] == [cells["ROW"] for cells in ROWS]
    for agency, body in bodies:
        check_body("seizure", body, codes_of)
        assert body["place"]["country"] in HELD[agency]
        assert body["simulated"] is False
        assert not {"parties", "identifiers", "text"} & set(body)


def test_khazar_holds_the_rows_on_routes_of_azerbaijan(bodies: list[tuple[str, dict[str, Any]]]) -> None:
    on_route = [
        (agency, body) for agency, body in bodies if any(leg["country"] == "AZ" and leg["role"] != "origin" for leg in body.get("legs", ()))
    ]
    assert {agency for agency, _ in on_route} == {"khazar"}
    assert [body for agency, body in bodies if agency == "khazar" and body["place"]["country"] == "RU"] == [body for _, body in on_route]


def test_rows_say_what_they_said(bodies: list[tuple[str, dict[str, Any]]]) -> None:
    for (agency, body), cells in zip(bodies, ROWS, strict=True):
        exhibit = body["exhibits"][0]
        assert agency == cells["agency"]
        assert exhibit["substance_as_given"] == " ".join(cells["DRUG_NAME"].split())
        assert float(exhibit["quantity"]["value"]) == pytest.approx(float(cells["AMOUNT"]), rel=1e-12)
        assert body["seized_at"]["from"] == cells["SEIZURE_DATE"]
        assert body["place"].get("name", "") == " ".join(cells["PLACE"].split())
        assert len(body.get("legs", ())) == sum(bool(cells[f"{column}_COUNTRY"]) for column in ("PRODUCING", "DEPARTURE", "DESTINATION"))


def test_there_is_a_story_to_show(bodies: list[tuple[str, dict[str, Any]]]) -> None:
    drugs = Counter(body["exhibits"][0]["substance"] for _, body in bodies)
    assert len(drugs) > 15
    assert drugs["other"] + drugs["not_specified"] < len(bodies) / 20
    assert sum("transport" in body for _, body in bodies) > len(bodies) / 2
    assert sum("concealment" in body for _, body in bodies) > len(bodies) / 2
    assert {body["seized_at"]["from"][:4] for _, body in bodies} == {"2011", "2012", "2013", "2014", "2015"}


def test_floating_point_noise_is_cut_and_small_amounts_stay_decimal() -> None:
    def amount(text: str) -> object:
        return body_of(AMOUNT=text)["exhibits"][0]["quantity"]["value"]

    assert [amount(text) for text in ("0.10259000000000001", "5.9999999999999995e-05", "4500000.0", "0.0")] == [
        "0.10259",
        "0.00006",
        "4500000",
        "0",
    ]


def test_what_no_code_covers_is_kept_as_given() -> None:
    body = body_of(
        DRUG_NAME="Anafranil  (Clomipramine)", DRUG_UNIT="Viss", HIDING_PLACE="Hat", TRANSPORT="Balloon", INSTALLATION="Moon",
        ROUTING="Sideways", DEPARTURE_COUNTRY="Multiple Countries", DESTINATION_COUNTRY="Unknown", PRODUCING_COUNTRY="",
    )  # fmt: skip
    exhibit = body["exhibits"][0]
    assert (exhibit["substance"], exhibit["substance_as_given"]) == ("other", "Anafranil (Clomipramine)")
    assert (exhibit["quantity"]["unit"], exhibit["quantity"]["unit_as_given"]) == ("other", "Viss")
    assert body["concealment"] == {"method": "other", "as_given": "Hat"}
    assert (body["transport"], body["transport_as_given"]) == ("other", "Balloon")
    assert (body["place"]["type"], body["place"]["type_as_given"]) == ("other", "Moon")
    assert (body["direction"], body["direction_as_given"]) == ("other", "Sideways")
    assert body["legs"] == [
        {"role": "departure", "country": "XX", "place": "Multiple Countries", "certainty": "stated"},
        {"role": "destination", "country": "XX", "certainty": "stated"},
    ]


def test_by_mail_it_was_a_parcel() -> None:
    assert body_of(TRANSPORT="Mail")["circumstances"] == "parcel"
    assert body_of(TRANSPORT="Rail", HIDING_PLACE="", INSTALLATION="Road")["circumstances"] == "not_specified"


def test_an_empty_drug_or_unit_is_not_specified() -> None:
    exhibit = body_of(DRUG_NAME="", DRUG_UNIT="")["exhibits"][0]
    assert exhibit["substance"] == exhibit["quantity"]["unit"] == "not_specified"


@pytest.mark.parametrize(("column", "cell"), [("AMOUNT", "much"), ("AMOUNT", "NaN"), ("AMOUNT", ""), ("SEIZURE_DATE", "yesterday")])
def test_an_unreadable_row_is_refused_with_its_place(column: str, cell: str) -> None:
    with pytest.raises(BadInput) as refused:
        list(seizure_bodies(row(**{column: cell})))
    assert refused.value.problems[0].path == f"rows/1/{column}"


def test_a_missing_column_is_named() -> None:
    with pytest.raises(BadInput, match="agency"):
        list(seizure_bodies(TEXT.replace(",agency", "", 1)))


def test_the_zone_is_that_of_the_country(bodies: list[tuple[str, dict[str, Any]]]) -> None:
    for _, body in bodies:
        assert body["seized_at"]["zone"] == table("country").entries[body["place"]["country"]].facts["zone"]


def test_the_choice_is_the_same_whatever_the_order_of_the_file() -> None:
    script = runpy.run_path(str(EXAMPLES / "make_extract.py"))
    plain = [{name: cell for name, cell in cells.items() if name != "agency"} for cells in ROWS]
    chosen, backwards = (sorted(script["choose"](rows), key=lambda cells: int(cells["ROW"])) for rows in (plain, plain[::-1]))
    assert chosen == backwards == ROWS


def test_the_script_writes_no_more_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    script = runpy.run_path(str(EXAMPLES / "make_extract.py"))
    assert sum(most for _, most in script["HOLDERS"].values()) <= script["MOST_ROWS"] == 2_000
    with pytest.raises(ValueError, match="2000 rows"):
        list(script["choose"]([{**ROWS[0], "ROW": str(number), "DEPARTURE_COUNTRY": "Azerbaijan"} for number in range(4)]))
