"""Identifiers as keys: two spellings that name the same thing give the same (kind, value), whatever script, digits or blanks were typed.

Comparison is exact after this folding. A check digit that fails is told as quality "check_failed" and compared all the same.
A text that can be read in two ways gives a key for each reading.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_valid_number, parse

from rabet.matching.plates import plate_values
from rabet.vocabulary import check_digits
from rabet.vocabulary.normalise import fold_digits, key

Quality = Literal["checked", "plain", "check_failed"]
Value = tuple[str, Quality]

# Capital letters that look alike in Cyrillic and Latin; Russian plates use these twelve alone (GOST R 50577).
_TWINS = str.maketrans("АВЕКМНОРСТУХ", "ABEKMHOPCTYX")
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
_CONTAINER = re.compile(r"([A-Z01]{4})([0-9OI]{6,7})")
_LETTERS_TO_DIGITS = str.maketrans("OIQ", "010")
_DIGITS_TO_LETTERS = str.maketrans("01", "OI")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_AIR_WAYBILL = re.compile(r"\s*\d{3}[\s-]\d{4}\s?\d{4}\s*")
_PHONE_MARKS = re.compile("[\\s().\u200e\u200f\u202a-\u202e\u2066-\u2069/-]")
# Whole numbers of the region that need no rule: no trunk prefix (0 or 8) stands after the calling code.
_SETTLED_PHONE = re.compile(r"\+(?:7|9[0238]|374|99[234568])[1-79]\d{6,9}", re.ASCII)
_SHORTEST_PHONE = 5
# "None", "unknown", "000": whatever is filled in where there is no number would match everywhere.
_NUMBERED = re.compile("[1-9]")
_WORDS_SUFFICE = frozenset({"press_mark", "email"})


@dataclass(frozen=True, slots=True)
class Key:
    """What is compared. kind, value: equal when two texts name the same thing; shown: the text as it was written."""

    kind: str
    value: str
    quality: Quality
    shown: str


def normalise(kind: str, value: str, country: str | None = None) -> tuple[Key, ...]:
    """Return the keys of an identifier: () when nothing in it names a thing ("none", "000"), several when it can be read in several ways.

    kind: code of the table "identifier"; of an unknown kind letters and digits are compared. country: ISO 3166-1 code of the state
    whose numbering it follows (a phone typed without "+", the state of a plate), not of the place where it was found.
    """
    values = _RULES.get(kind, _code)(value, country or "")
    return tuple(Key(kind, text, quality, value) for text, quality in values if kind in _WORDS_SUFFICE or _NUMBERED.search(text))


def compact(text: str) -> str:
    """Return capitals and digits alone, Cyrillic letters with Latin twins as Latin: "ав 12-34" -> "AB1234"."""
    folded = text.upper() if text.isascii() else key(text).upper().translate(_TWINS)
    return _NOT_ALPHANUMERIC.sub("", folded)


def _code(value: str, _country: str) -> tuple[Value, ...]:
    code = compact(value)
    return ((code, "plain"),) if code else ()


def _marked(code: str, *, holds: bool) -> tuple[Value, ...]:
    return ((code, "checked" if holds else "check_failed"),)


def _phone(value: str, country: str) -> tuple[Value, ...]:
    """E.164. Results are not cached: a cache would go on holding numbers of recalled records."""
    text = _PHONE_MARKS.sub("", fold_digits(value))
    if not country and text.startswith("00"):
        text = f"+{text[2:]}"
    if _SETTLED_PHONE.fullmatch(text):
        return ((text, "plain"),)
    try:
        return ((format_number(parse(text, country or None), PhoneNumberFormat.E164), "plain"),)
    except NumberParseException:
        return _unplaced_phone(text)


def _unplaced_phone(text: str) -> tuple[Value, ...]:
    """Without "+" and country: its digits, to compare with others of that sort, and the whole number that a lost "+" would make it."""
    digits = "".join(char for char in text if char in "0123456789")
    if len(digits) < _SHORTEST_PHONE:
        return ()
    try:
        whole = parse(f"+{digits}")
    except NumberParseException:
        return ((digits, "plain"),)
    readings = (format_number(whole, PhoneNumberFormat.E164), digits) if is_valid_number(whole) else (digits,)
    return tuple((reading, "plain") for reading in readings)


def _plate(value: str, country: str) -> tuple[Value, ...]:
    return tuple((text, "plain") for text in plate_values(compact(value), country))


def _container(value: str, country: str) -> tuple[Value, ...]:
    """ISO 6346. A missing check digit is computed; 0 and O, 1 and I are told apart by their place."""
    match = _CONTAINER.fullmatch(compact(value))
    if not match:
        return _code(value, country)
    code = match[1].translate(_DIGITS_TO_LETTERS) + match[2].translate(_LETTERS_TO_DIGITS)
    digit = str(check_digits.container_digit(code[:10]))
    return _marked(code, holds=code[10] == digit) if len(code) == 11 else ((code + digit, "plain"),)


def _imei(value: str, country: str) -> tuple[Value, ...]:
    """The first 14 digits name the device: a right check digit (15) and a software version (16) are left out."""
    code = compact(value)
    if not code.isdigit() or len(code) not in {14, 15, 16}:
        return _code(value, country)
    if len(code) == 15:
        return ((code[:14], "checked"),) if check_digits.luhn(code) else ((code, "check_failed"),)
    return ((code[:14], "plain"),)


def _account(value: str, country: str) -> tuple[Value, ...]:
    code = compact(value)
    return _marked(code, holds=check_digits.iban(code)) if code.isascii() and _IBAN.fullmatch(code) else _code(value, country)


def _email(value: str, _country: str) -> tuple[Value, ...]:
    address = key(value).replace(" ", "").removeprefix("mailto:").strip("<>.")
    return ((address, "plain"),) if "@" in address.strip("@") else ()


def _waybill(value: str, country: str) -> tuple[Value, ...]:
    """Air waybills carry a check digit; eleven digits without their hyphen may also be another carrier's number."""
    code = compact(value)
    if not (code.isascii() and code.isdigit() and len(code) == 11):
        return _code(value, country)
    holds = check_digits.air_waybill(code)
    return _marked(code, holds=holds) if holds or _AIR_WAYBILL.fullmatch(fold_digits(value)) else ((code, "plain"),)


def _wagon(value: str, country: str) -> tuple[Value, ...]:
    code = compact(value)
    return _marked(code, holds=check_digits.luhn(code)) if code.isascii() and code.isdigit() and len(code) in {8, 12} else _code(value, country)


def _vin(value: str, country: str) -> tuple[Value, ...]:
    """I, O and Q are never used, so they are 1, 0 and 0. The check digit is law in North America and China only."""
    code = compact(value).translate(_LETTERS_TO_DIGITS)
    if not _VIN.fullmatch(code):
        return _code(code, country)
    if check_digits.vin(code):
        return ((code, "checked"),)
    return ((code, "check_failed" if code[0] in "12345L" else "plain"),)


def _imo(value: str, country: str) -> tuple[Value, ...]:
    code = compact(value).removeprefix("IMO")
    return _marked(code, holds=check_digits.imo(code)) if code.isascii() and code.isdigit() and len(code) == 7 else _code(code, country)


def _press_mark(value: str, _country: str) -> tuple[Value, ...]:
    """Words and figures of a logo; a mark of signs alone is compared as drawn, but a dash or dot says that there is none."""
    text = compact(value) or key(value)
    return ((text, "plain"),) if text and not (text.isascii() and not text.isalnum()) else ()


_RULES: Mapping[str, Callable[[str, str], tuple[Value, ...]]] = {
    "phone": _phone,
    "plate": _plate,
    "imei": _imei,
    "account": _account,
    "email": _email,
    "container": _container,
    "waybill": _waybill,
    "wagon": _wagon,
    "vin": _vin,
    "imo": _imo,
    "press_mark": _press_mark,
}
