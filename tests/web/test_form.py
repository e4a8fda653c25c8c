"""The form takes what officers type, says how it was understood, asks where it is unclear, and a correction loses nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import translation

from rabet.web.seizure_fields import sections
from rabet.web.seizure_form import SeizureForm

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
TYPED = {
    "when": "۱۴۰۵/۸/۳۰ ۱۴:۰۵",
    "country": "آذربایجان",
    "post": "Astara",
    "exhibits-0-substance": "هروئین",
    "exhibits-0-amount": "۱۲٫۵",
    "exhibits-0-unit": "kg",
    "exhibits-0-packages": "۱۲",
    "transport": "commercial_road",
    "hiding": "vehicle_part",
    "identifiers-0-kind": "plate",
    "identifiers-0-value": "10-AA-345",
    "identifiers-0-company": "on",
    "persons": "۲",
    "danger-armed": "on",
    "danger-grade": "high",
    "simulated": "on",
}


def form(data: dict[str, str] | None, base: dict[str, Any] | None = None, language: str = "en") -> SeizureForm:
    with translation.override(language):
        return SeizureForm(data, base, language, NOW, "AZ", "Asia/Baku")


def test_any_digits_names_in_any_language_and_both_calendars_make_one_record() -> None:
    made = form(TYPED | {"country": "Azərbaycan"})
    assert made.answers.errors == {}
    assert made.body == {
        "seized_at": {
            "from": "2026-11-21T14:05+04:00", "precision": "minute", "zone": "Asia/Baku", "calendar": "jalali", "typed": "۱۴۰۵/۸/۳۰ ۱۴:۰۵",
        },
        "place": {"country": "AZ", "post": "Astara"},
        "transport": "commercial_road",
        "concealment": {"method": "vehicle_part"},
        "exhibits": [
            {"type": "drug", "substance": "heroin", "substance_as_given": "هروئین", "quantity": {"value": "12.5", "unit": "kg"}, "packages": 12}
        ],
        "identifiers": [{"kind": "plate", "value": "10-AA-345", "nature": "company"}],
        "parties": [{"nature": "natural", "category": "unknown"}] * 2,
        "danger": [{"kind": "armed", "grade": "high"}],
        "simulated": True,
    }  # fmt: skip


def test_each_answer_says_how_it_was_understood() -> None:
    made = form(TYPED | {"country": "Россия", "exhibits-0-amount": "1 234,5"}, language="fa")
    assert made.answers.echoes["when"] == "۱۴۰۵/۰۸/۳۰ · 21.11.2026 · ۱۴:۰۵"
    assert made.answers.echoes["country"] == "روسیه"
    assert made.answers.echoes["exhibits-0-amount"] == "۱٬۲۳۴٫۵ کیلوگرم"
    assert made.answers.echoes["exhibits-0-substance"] == "هروئین"


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("exhibits-0-amount", "1,234", "two ways: write 1.2340 or 1234"),
        ("exhibits-0-amount", "about ten", "not a number"),
        ("exhibits-0-amount", "-3", "not a number"),
        ("exhibits-0-amount", "", "needed"),
        ("exhibits-0-substance", "", "needed"),
        ("exhibits-0-packages", "ten", "not a whole number"),
        ("when", "31.2.2024", "not a date"),
        ("when", "2027-01-01", "not come yet"),
        ("country", "Atlantis", "not known here"),
        ("country", "", "needed"),
        ("persons", "100", "not a whole number"),
        ("identifiers-0-kind", "", "Say what this identifier is"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(name: str, typed: str, said: str) -> None:
    made = form({**TYPED, "country": "Azerbaijan", name: typed})
    assert list(made.answers.errors) == [name]
    assert said in made.answers.errors[name]
    assert not made.valid


def test_a_substance_no_table_knows_is_kept_as_given() -> None:
    made = form(TYPED | {"country": "Azerbaijan", "exhibits-0-substance": "Fictitine X"})
    assert made.valid
    assert made.body["exhibits"][0]["substance_as_given"] == "Fictitine X"
    assert "substance" not in made.body["exhibits"][0]


def test_the_clock_is_that_of_the_place() -> None:
    made = form(TYPED | {"country": "Iran", "when": "2026-11-21 14:05"})
    assert made.body["seized_at"]["from"] == "2026-11-21T14:05+03:30"
    assert made.body["seized_at"]["zone"] == "Asia/Tehran"


BASE = {
    "case_number": "77",
    "seized_at": {"from": "2026-11-20T08:00+04:00", "precision": "minute", "zone": "Asia/Baku", "calendar": "gregorian", "typed": "x 8:00"},
    "place": {"country": "AZ", "post": "Astara", "latitude": "38.4"},
    "exhibits": [
        {"type": "drug", "substance": "opium", "quantity": {"value": "3", "unit": "kg", "measure": "net"}, "bag_seal": "B-1"},
        {"type": "drug", "substance": "heroin", "quantity": {"value": "1", "unit": "kg"}},
    ],
    "legs": [{"role": "origin", "country": "AF"}],
    "parties": [{"nature": "natural", "name": "A", "phone": "+994500000000", "category": "suspect", "adult": True}],
    "future_field": {"deep": ["kept"]},
    "simulated": True,
}


def typed_again(base: dict[str, Any]) -> dict[str, str]:
    """What a browser sends back of a form nobody touched."""
    made = form(None, base)
    return {one.name: one.value for section in sections(made) for row in section.rows for one in row if one.value}


def test_a_correction_without_change_changes_nothing() -> None:
    made = form(typed_again(BASE), BASE)
    assert made.answers.errors == {}
    assert made.body == BASE


def test_a_correction_changes_one_field_and_keeps_what_the_form_does_not_show() -> None:
    made = form(typed_again(BASE) | {"exhibits-0-amount": "2,75", "post": "Biləsuvar"}, BASE)
    assert made.body["exhibits"][0]["quantity"] == {"value": "2.75", "unit": "kg", "measure": "net"}
    assert made.body["exhibits"][0]["bag_seal"] == "B-1"
    assert made.body["place"] == {"country": "AZ", "post": "Biləsuvar", "latitude": "38.4"}
    assert made.body["legs"] == BASE["legs"]
    assert made.body["parties"][0]["phone"] == "+994500000000"
    assert made.body["future_field"] == {"deep": ["kept"]}
    assert made.body["case_number"] == "77"


def test_an_emptied_field_leaves_the_record() -> None:
    again = {name: value for name, value in typed_again(BASE).items() if name not in ("post", "simulated", "parties-0-name")}
    made = form(again, BASE)
    assert made.body["place"] == {"country": "AZ", "latitude": "38.4"}
    assert "simulated" not in made.body
    assert made.body["parties"] == [{"nature": "natural", "phone": "+994500000000", "category": "suspect", "adult": True}]


def test_what_has_no_row_in_the_form_stays() -> None:
    weapon = {"type": "weapon", "number": "2", "quantity": {"value": "1", "unit": "piece"}}
    base = {**BASE, "exhibits": [weapon, *BASE["exhibits"]], "danger": [{"kind": "armed", "grade": "high", "seen_by": "patrol"}]}
    made = form(typed_again(base), base)
    assert made.body["exhibits"] == [*BASE["exhibits"], weapon]
    assert made.body["danger"] == base["danger"]


def test_an_emptied_row_leaves_the_record() -> None:
    again = {name: value for name, value in typed_again(BASE).items() if not name.startswith("exhibits-1-")}
    assert [one["substance"] for one in form(again, BASE).body["exhibits"]] == ["opium"]
