"""Nothing simulated can be issued, and yet two records that hold the same simulated thing find each other.

The rules of issue are written here a second time, from their sources, so that a slip in the maker is found.
"""

import re
from collections.abc import Iterable
from itertools import count, islice
from typing import Any

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rabet.formats.simulated import simulated_identifier, simulated_person, with_simulated
from rabet.matching.identifiers import Key, normalise
from rabet.matching.reasons import reason_of
from rabet.records.validation import check_body
from rabet.vocabulary.check_digits import air_waybill, container_digit, iban, imo, luhn
from rabet.vocabulary.tables import LANGUAGES, codes_of, table

MANY = range(400)
KINDS = table("identifier").codes
REGION = ("AF", "AM", "AZ", "GE", "IR", "KG", "KZ", "PK", "RU", "TJ", "TM", "TR", "UZ")
# What the states issue. Regions and provinces as their registers number them: none has 00.
NOT_00 = r"(?!00)\d{2}"
ISSUED_PLATES = {
    "IR": re.compile(rf"\d{{2}}[ابپتثجدزژسشصطعفقکگلمنوهیDS]\d{{3}}{NOT_00}"),
    "RU": re.compile(rf"[АВЕКМНОРСТУХ](?!000)\d{{3}}[АВЕКМНОРСТУХ]{{2}}(?:{NOT_00}|[1-9]\d{{2}})"),
    "AZ": re.compile(rf"{NOT_00}[A-Z]{{2}}\d{{3}}"),
    "TR": re.compile(rf"{NOT_00}[A-Z]{{1,3}}\d{{2,5}}"),
    "KZ": re.compile(rf"\d{{3}}[A-Z]{{2,3}}{NOT_00}"),
}
LONGEST_PLATE = 12


def shared(ours: Iterable[Key], theirs: Iterable[Key]) -> set[tuple[str, str]]:
    """What two records have in common, as the comparison sees it: kind and normalised value."""
    return {(key.kind, key.value) for key in ours} & {(key.kind, key.value) for key in theirs}


def made(kind: str, country: str = "") -> list[str]:
    """The bare text of hundreds of simulated identifiers: no blanks, hyphens or Persian digits."""
    texts = (simulated_identifier(kind, "test", number, country)["value"] for number in MANY)
    return [re.sub(r"[\s-]", "", text).translate(str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789")) for text in texts]


@pytest.mark.parametrize("country", REGION)
def test_no_phone_is_in_a_numbering_plan(country: str) -> None:
    plan = phonenumbers.PhoneMetadata.metadata_for_region(country)
    assert plan is not None
    for text in made("phone", country):
        number = phonenumbers.parse(text)
        assert number.country_code == plan.country_code
        assert not phonenumbers.is_valid_number(number)
        # Why no plan can ever hold it: dialled at home it begins as a call abroad.
        dialled = (plan.national_prefix or "") + text.removeprefix(f"+{plan.country_code}")
        assert dialled.startswith(str(plan.international_prefix))


@pytest.mark.parametrize("country", sorted(ISSUED_PLATES))
def test_no_plate_is_of_a_region_that_exists(country: str) -> None:
    assert [text for text in made("plate", country) if ISSUED_PLATES[country].fullmatch(text.replace("ایران", ""))] == []


@pytest.mark.parametrize(
    ("country", "real"), [("IR", "12ب34567"), ("RU", "А123ВС77"), ("RU", "А123ВС777"), ("AZ", "10AA123"), ("TR", "34ABC123"), ("KZ", "123ABC02")]
)
def test_the_rules_of_issue_know_a_real_form(country: str, real: str) -> None:
    assert ISSUED_PLATES[country].fullmatch(real)


@pytest.mark.parametrize("country", sorted(set(REGION) - set(ISSUED_PLATES)))
def test_other_plates_are_longer_than_any(country: str) -> None:
    assert all(text.startswith("SIMULATED") and len(text) > LONGEST_PLATE for text in made("plate", country))


@pytest.mark.parametrize("country", REGION)
def test_no_document_number_fits_a_travel_document(country: str) -> None:
    assert [text for text in made("document", country) if re.fullmatch("[A-Z0-9<]+", text)] == []


def test_no_container_passes() -> None:
    for text in made("container"):
        assert not re.fullmatch(r"[A-Z]{3}[UJZ]\d{7}", text)
        assert int(text[10]) != container_digit(text[:10])


def test_no_number_with_a_check_digit_passes() -> None:
    assert not any(map(luhn, made("imei")))
    assert not any(map(luhn, made("wagon")))
    assert not any(imo(text.removeprefix("IMO")) for text in made("imo"))
    assert not any(iban(text) for country in REGION for text in made("account", country))
    assert not any(map(air_waybill, made("waybill")))


def test_no_chassis_mail_address_device_or_airline_exists() -> None:
    assert all("Q" in text and len(text) == 17 for text in made("vin"))
    assert all(text.endswith("@example.invalid") for text in made("email"))
    assert all(text.startswith("00") and len(text) == 15 for text in made("imei"))
    assert all(text.startswith("000") for text in made("waybill"))


@pytest.mark.parametrize("kind", ["seal", "press_mark", "declaration"])
def test_what_has_no_register_says_so_itself(kind: str) -> None:
    assert all(text.startswith("SIMULATED") for text in made(kind))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_name_is_words_and_its_bearer_would_be_dead(language: str) -> None:
    words = {word for number in MANY for word in simulated_person("test", number, language=language)["name"].split()}
    assert len(words) == 12  # two words that say it is invented, and ten digits
    assert max(simulated_person("test", number, language=language)["born"] for number in MANY) < "1850"


def keys(body: dict[str, Any]) -> tuple[Key, ...]:
    return tuple(key for item in body["identifiers"] for key in normalise(item["kind"], item["value"], item.get("country")))


@given(st.sampled_from(KINDS), st.sampled_from(REGION), st.integers(0, 10_000), st.integers(1, 10_000))
def test_the_same_number_is_the_same_thing_and_another_is_another(kind: str, country: str, number: int, step: int) -> None:
    one, again, other = (simulated_identifier(kind, "test", chosen, country) for chosen in (number, number, number + step))
    assert one == again
    assert keys({"identifiers": [one]}) == keys({"identifiers": [again]}) != ()
    assert shared(keys({"identifiers": [one]}), keys({"identifiers": [other]})) == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("country", REGION)
def test_two_records_with_the_same_simulated_things_match(country: str, language: str) -> None:
    place = {"seized_at": {"from": "2024-01-01", "precision": "day", "zone": "Asia/Baku", "calendar": "gregorian"}, "place": {"country": "AZ"}}
    ours, theirs = (with_simulated({**place, "case_number": case}, "test", 74, country, language) for case in ("1", "2"))
    check_body("seizure", ours, codes_of)
    assert {reason_of(kind) for kind, _ in shared(keys(ours), keys(theirs))} == {
        f"same_{kind}" for kind in ("container", "seal", "plate", "phone", "document")
    }
    assert shared(keys(ours), keys(with_simulated(place, "test", 75, country, language))) == set()


def test_a_simulated_phone_is_found_however_it_is_typed() -> None:
    for country, typed in (("IR", "0{}"), ("AZ", "0{}"), ("TR", "(0) {}"), ("RU", "8 {}"), ("KZ", "8-{}")):
        shown = simulated_identifier("phone", "test", 7, country)["value"]
        national = shown.split(" ", 1)[1]
        assert shared(normalise("phone", shown), normalise("phone", typed.format(national), country)), (country, shown)


def test_russia_and_kazakhstan_share_a_calling_code_and_no_number() -> None:
    assert not set(made("phone", "RU")) & set(made("phone", "KZ"))


def test_it_says_in_the_record_that_it_is_simulated() -> None:
    real = {"source": {"name": "statistics", "row": "1"}, "simulated": False}
    body = with_simulated(real, "test", 1, "IR", "fa")
    assert body["simulated"] is True
    assert all(item["simulated"] is True for item in (*body["parties"], *body["identifiers"]))
    assert body["source"] == real["source"]
    assert real == {"source": {"name": "statistics", "row": "1"}, "simulated": False}


def test_numbers_do_not_run_together() -> None:
    names = [simulated_person("test", number, language="ru")["name"] for number in islice(count(), 300)]
    assert len(set(names)) == len(names)


def test_a_phone_of_a_country_without_a_form_is_refused() -> None:
    with pytest.raises(KeyError):
        simulated_identifier("phone", "test", 1, "")
