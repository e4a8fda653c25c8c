"""Plates of the region: twins of letters, kinds of digits, signs and directions make no difference; the state does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rabet.matching.identifiers import normalise


def values(text: str, country: str | None = None) -> tuple[str, ...]:
    return tuple(key.value for key in normalise("plate", text, country))


@pytest.mark.parametrize(
    ("country", "value", "texts"),
    [
        ("RU", "RU:A123BC77", ["А123ВС 77", "a123bc77", "A 123 BC / 77 RUS", "Ａ１２３ＢＣ７７", "а۱۲۳вс۷۷"]),
        ("RU", "RU:AB123477", ["АВ 1234 77"]),
        ("AZ", "AZ:10AA123", ["10-AA-123", "10-АА-123", "10 aa 123", "AZ 10-AA-123", "۱۰-AA-۱۲۳"]),
        ("TR", "TR:34ABC123", ["34 ABC 123", "TR 34 ABC 123"]),
        ("KZ", "KZ:123ABC02", ["123 ABC 02", "KZ 123 АВС 02"]),
        ("GE", "GE:AB123CD", ["AB-123-CD"]),
        ("AM", "AM:35AB123", ["35 AB 123"]),
        ("IR", "IR:12ب34567", ["۱۲ ب ۳۴۵ ایران ۶۷", "12ب345-67", "ایران ۶۷ - ۳۴۵ ب ۱۲", "12 B 345 IR 67", "12B34567"]),
        ("IR", "IR:12ا34567", ["۱۲ الف ۳۴۵ ایران ۶۷"]),
        ("IR", "IR:12ی34567", ["١٢ ي ٣٤٥ ايران ٦٧"]),
        ("IR", "IR:12ه34567", ["12 هـ 345 67"]),
        ("AF", "AF:KBL1234", ["KBL-1234", "кbl 1234"]),
    ],
)
def test_one_plate_many_spellings(country: str, value: str, texts: list[str]) -> None:
    assert {text: values(text, country) for text in texts} == dict.fromkeys(texts, (value,))


def test_a_latin_letter_on_an_iranian_plate_can_be_several_persian_ones() -> None:
    assert values("12 S 345 67", "IR") == ("IR:12س34567", "IR:12ص34567", "IR:12ث34567")


def test_without_a_state_every_form_that_fits_is_a_reading() -> None:
    assert "RU:A123BC77" in values("А123ВС77")
    assert {"AZ:10AA123", "AM:10AA123"} < set(values("10-AA-123"))
    assert values("KBL-1234") == (":KBL1234",)


def test_the_same_characters_of_two_states_are_two_vehicles() -> None:
    assert values("10 AA 123", "AZ") != values("10 AA 123", "AM")


@given(st.text("АВЕКМНОРСТУХ", min_size=3, max_size=3), st.integers(1, 999), st.integers(1, 999))
def test_cyrillic_and_latin_twins_meet(letters: str, figures: int, region: int) -> None:
    cyrillic = f"{letters[0]}{figures:03d}{letters[1:]}{region:02d}"
    latin = cyrillic.translate(str.maketrans("АВЕКМНОРСТУХ", "ABEKMHOPCTYX"))
    assert values(cyrillic, "RU") == values(latin.lower(), "RU") == values(f"{latin} RUS", "RU")
    assert set(values(cyrillic, "RU")) <= set(values(cyrillic))
