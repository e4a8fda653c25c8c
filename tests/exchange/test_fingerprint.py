"""Words and digits that two officers compare."""

import re
import unicodedata
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rabet.exchange.fingerprint import digits, word_list, words
from rabet.records.bad_input import LANGUAGES


def heard(word: str) -> str:
    """Spelling without what a listener or a keyboard may lose: case, marks, joiners, Arabic forms of ye and kaf, the dot of ё."""
    folded = unicodedata.normalize("NFKD", word.replace("ı", "i").casefold())
    letters = "".join(char for char in folded if not unicodedata.combining(char) and char != "\u200c")
    return letters.translate(str.maketrans("يكآأ", "یکاا"))


def distance(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for at, char in enumerate(one, 1):
        above, row = row, [at]
        for place, letter in enumerate(other, 1):
            row.append(min(above[place] + 1, row[-1] + 1, above[place - 1] + (char != letter)))
    return row[-1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_256_words_that_stay_distinct_when_marks_are_lost(language: str) -> None:
    table = word_list(language)
    assert len(table) == 256
    assert len({heard(word) for word in table}) == 256
    assert all(re.fullmatch(r"[^\W\d_]+", word) and word == unicodedata.normalize("NFC", word) for word in table)


@pytest.mark.parametrize("language", LANGUAGES)
def test_few_words_differ_from_another_by_one_letter_only(language: str) -> None:
    table = word_list(language)
    close = [(one, two) for at, one in enumerate(table) for two in table[:at] if distance(one, two) < 2]
    assert len(close) <= 24, close


@given(st.binary(min_size=32, max_size=32))
def test_the_same_fingerprint_gives_the_same_positions_in_every_language(fingerprint: bytes) -> None:
    places = {language: [word_list(language).index(word) for word in words(fingerprint, language)] for language in LANGUAGES}
    assert len({tuple(place) for place in places.values()}) == 1
    assert len(places["en"]) == 10
    assert [len(group) for group in digits(fingerprint)] == [5, 5, 5, 5]


@given(st.binary(min_size=32, max_size=32), st.integers(0, 143))
def test_every_bit_of_the_first_144_shows(fingerprint: bytes, bit: int) -> None:
    other = bytearray(fingerprint)
    other[bit // 8] ^= 1 << (bit % 8)
    shown = (*words(fingerprint, "fa"), *digits(fingerprint))
    assert shown != (*words(bytes(other), "fa"), *digits(bytes(other)))


def test_words_mean_the_same_in_all_languages() -> None:
    fingerprint = sha256(b"one example").digest()
    assert [words(fingerprint, language)[0] for language in LANGUAGES] == [word_list(language)[fingerprint[0]] for language in LANGUAGES]
    line = word_list("en").index("bridge")
    assert [word_list(language)[line] for language in LANGUAGES] == ["bridge", "پل", "körpü", "мост"]
