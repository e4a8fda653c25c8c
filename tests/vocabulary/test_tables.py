"""Every code has a name in four languages and a source, and can be found by any of its names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rabet.records.kinds import KINDS
from rabet.vocabulary.tables import LANGUAGES, Entry, Table, codes_of, label, table, table_names


@pytest.mark.parametrize("name", sorted(table_names()))
def test_every_code_is_named_in_four_languages_and_has_a_source(name: str) -> None:
    for entry in table(name).entries.values():
        assert set(entry.labels) == set(LANGUAGES)
        assert all(text.strip() == text != "" for text in entry.labels.values())
        assert entry.source


@pytest.mark.parametrize("name", sorted(table_names()))
def test_every_name_finds_its_code(name: str) -> None:
    for code, entry in table(name).entries.items():
        for text in (code, *entry.labels.values(), *entry.also):
            assert code in table(name).find(text), text
            assert code in table(name).find(f" {text.upper()}\u200c"), text


def test_every_table_that_a_field_names_is_here() -> None:
    named = {field.type.removeprefix("code:") for kind in KINDS.values() for field in kind.fields.values() if field.type.startswith("code:")}
    assert named <= table_names()


@pytest.mark.parametrize(
    ("name", "text", "codes"),
    [
        ("substance", "هروئين", ("heroin",)),
        ("substance", "ГЕРОИН", ("heroin",)),
        ("substance", "tiryek", ()),
        ("substance", "TİRYƏK", ("opium",)),
        ("substance", "شیشه", ("methamphetamine",)),
        ("country", "Iran, Islamic Republic of", ("IR",)),
        ("country", "جمهوری", ()),
        ("country", "АЗЕРБАЙДЖАН", ("AZ",)),
        ("country", "Unknown", ("XX",)),
        ("unit", "Gallons (US, liquid)", ("us_gallon",)),
        ("unit", "кг", ("kg",)),
        ("transport", "Private road", ("private_road",)),
    ],
)
def test_find(name: str, text: str, codes: tuple[str, ...]) -> None:
    assert table(name).find(text) == codes


def test_an_ambiguous_spelling_gives_every_code() -> None:
    entries = {code: Entry(code, dict.fromkeys(LANGUAGES, code), ("bag",), "test", {}) for code in ("package", "sack")}
    assert Table("test", "test", entries).find("BAG") == ("package", "sack")


@pytest.mark.parametrize("name", sorted(table_names()))
def test_no_spelling_stands_for_two_codes_unnoticed(name: str) -> None:
    assert {text: codes for text, codes in table(name)._spellings.items() if len(codes) > 1} == {}


@given(st.text(max_size=30), st.text(max_size=5))
def test_look_up_and_label_never_fail(text: str, language: str) -> None:
    assert isinstance(table("country").find(text), tuple)
    assert label("country", f"?{text}", language) == f"?{text}"
    assert label(f"?{text}", "heroin", language) == "heroin"
    assert label("substance", "heroin", f"?{language}") == "heroin"


def test_a_table_that_is_not_known_checks_nothing() -> None:
    assert codes_of("a_later_table") is None
    codes = codes_of("substance")
    assert codes is not None
    assert "heroin" in codes
    with pytest.raises(KeyError):
        table("../substance")


def test_facts_stand_beside_their_codes() -> None:
    assert table("country").entries["IR"].facts["zone"] == "Asia/Tehran"
    assert table("unit").entries["g"].facts["kilograms"] == "0.001"
    assert table("substance").entries["acetic_anhydride"].facts["exhibit"] == "precursor"
