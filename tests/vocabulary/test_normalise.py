"""Text that a reader would call the same has the same key, whatever keyboard, script of digits or invisible marks made it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rabet.vocabulary.normalise import display, fold_case, fold_digits, key, search_key

LANGUAGES = ("", "en", "fa", "az", "ru", "tr")
INVISIBLE = "\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2069\ufeff\u00ad"
DIGITS = ("0123456789", "۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９")
REGIONAL = st.text(
    st.sampled_from("abcIİıiğşəXZ ÇÖÜй ёАВЕКМН хс ابپت يىك کی ةه ۀأإآؤئءٱ ـَّٔ \u0307\u0301 -./()'0123۴۵۶٧٨٩５６" + INVISIBLE), max_size=20
)
ANY = st.one_of(REGIONAL, st.text(max_size=20))


@given(ANY, st.sampled_from(LANGUAGES))
def test_a_key_is_its_own_key(text: str, language: str) -> None:
    once = key(text, language)
    assert key(once, language) == once


@given(ANY)
def test_a_search_key_is_its_own_search_key(text: str) -> None:
    assert search_key(search_key(text)) == search_key(text)


@given(ANY)
def test_display_repairs_once_and_keeps_what_was_typed(text: str) -> None:
    assert display(display(text)) == display(text)
    assert key(display(text)) == key(text)
    assert [char for char in INVISIBLE if char in text.strip()] == [char for char in INVISIBLE if char in display(text)]


@given(
    st.text(st.characters(categories=("L", "N", "P")), max_size=8), st.integers(0, 10**9), st.sampled_from(DIGITS), st.sampled_from(LANGUAGES)
)
def test_the_kind_of_digit_makes_no_difference(text: str, number: int, kind: str, language: str) -> None:
    typed = str(number).translate(str.maketrans(DIGITS[0], kind))
    assert fold_digits(typed) == str(number)
    assert key(text + typed, language) == key(text + str(number), language)
    assert search_key(typed + text) == search_key(str(number) + text)


@given(st.text("علیزاده میخواهم abcəабв 123", max_size=20), st.lists(st.tuples(st.integers(0, 20), st.sampled_from(INVISIBLE)), max_size=5))
def test_invisible_marks_make_no_difference(text: str, marks: list[tuple[int, str]]) -> None:
    marked = text
    for place, mark in marks:
        marked = marked[:place] + mark + marked[place:]
    assert key(marked) == key(text)
    assert search_key(marked) == search_key(text)


@given(ANY)
def test_composed_and_decomposed_are_the_same(text: str) -> None:
    assert key(unicodedata.normalize("NFD", text)) == key(unicodedata.normalize("NFC", text))
    assert display(unicodedata.normalize("NFD", text)) == display(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("كريم", "کریم"),  # Arabic keyboard, Persian keyboard
        ("علی‌اف", "علیاف"),
        ("مُحَمَّد", "محمد"),
        ("أحمد", "احمد"),
        ("مؤمن", "مومن"),
        ("مـــحمد", "محمد"),
        ("ＡＢ１２", "ab12"),
        ("ЁЛКА", "ёлка"),
        ("  two \u00a0 blanks ", "two blanks"),
    ],
)
def test_one_name_two_keyboards(one: str, other: str) -> None:
    assert key(one) == key(other)


def test_azerbaijani_has_two_letters_i() -> None:
    assert fold_case("IŞIQ", "az") == "ışıq"
    assert fold_case("İŞIQ", "az") == "işıq"
    assert fold_case("IŞIQ", "ru") == "işiq"
    assert key("İRAN", "az") == "iran" == key("iran", "az")
    assert key("I\u0307ran", "az") == "iran"
    assert key("İran") == key("iran")


def test_look_up_forgives_accents_punctuation_and_both_letters_i() -> None:
    assert search_key("TÜRKİYƏ") == search_key("turkiyə") == search_key("TURKIYƏ")
    assert search_key("Plastic-bags ") == search_key("plastic bags")


def test_display_keeps_the_digits_as_typed() -> None:
    assert display(" ۱۲ كيلو ") == "۱۲ کیلو"
