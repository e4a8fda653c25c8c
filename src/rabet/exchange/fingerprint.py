"""A fingerprint as people compare it over the telephone: words of their own language and groups of digits.

Each language has 256 plain nouns, and the same line means the same thing in all four, so that an officer who reads Persian and one
who reads Russian can go through the positions together. Ten words and four groups carry the first 144 bits.
"""

from functools import cache
from importlib.resources import files

WORDS, GROUPS = 10, 4
_GROUP_BYTES, _GROUP_DIGITS = 2, 5


def words(fingerprint: bytes, language: str) -> tuple[str, ...]:
    """One word for each of the first ten bytes. fingerprint: 32 bytes; language: en, fa, az or ru."""
    table = word_list(language)
    return tuple(table[byte] for byte in fingerprint[:WORDS])


def digits(fingerprint: bytes) -> tuple[str, ...]:
    """Four groups of five digits for the next eight bytes."""
    stop = WORDS + GROUPS * _GROUP_BYTES
    pairs = (fingerprint[at : at + _GROUP_BYTES] for at in range(WORDS, stop, _GROUP_BYTES))
    return tuple(str(int.from_bytes(pair, "big")).zfill(_GROUP_DIGITS) for pair in pairs)


@cache
def word_list(language: str) -> tuple[str, ...]:
    """The 256 words of a language."""
    return tuple(files(__package__).joinpath("words", f"{language}.txt").read_text(encoding="utf-8").split())
