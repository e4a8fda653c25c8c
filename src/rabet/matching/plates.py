"""Vehicle plates: one value per state and reading, "STATE:CHARACTERS". The same characters under two states are two vehicles.

Formats: Iran, police regulation on plates (two digits, Persian letter, three digits, two digits of the region); Russia, GOST R 50577;
Azerbaijan, Armenia, Georgia, Kazakhstan and Turkey, the vehicle registration rules of each. A plate that fits none is compared as it is.
"""

import re
from collections.abc import Mapping

# Latin letters as abroad officers copy Iranian plates. S and T stand for more than one letter, so they give several readings.
_PERSIAN_OF_LATIN: Mapping[str, str] = {
    "A": "اع", "B": "ب", "C": "ص", "D": "د", "E": "ع", "F": "ف", "G": "گق", "H": "ه", "I": "ی", "J": "ج", "K": "ک", "L": "ل",
    "M": "م", "N": "ن", "O": "و", "P": "پ", "Q": "ق", "S": "سصث", "T": "طت", "U": "و", "V": "و", "W": "و", "Y": "ی", "Z": "زظ",
}  # fmt: skip
_RUSSIAN = "[ABEKMHOPCTYX]"
_FORMATS: Mapping[str, re.Pattern[str]] = {
    "AM": re.compile(r"\d{2}[A-Z]{2}\d{3}|\d{3}[A-Z]{2}\d{2}", re.ASCII),
    "AZ": re.compile(r"\d{2}[A-Z]{2}\d{3}", re.ASCII),
    "GE": re.compile(r"[A-Z]{2}\d{3}[A-Z]{2}", re.ASCII),
    "IR": re.compile(r"\d{2}(?:[ء-ی]|[A-Z])\d{5}", re.ASCII),
    "KZ": re.compile(r"\d{3}[A-Z]{2,3}\d{2}", re.ASCII),
    "RU": re.compile(rf"{_RUSSIAN}\d{{3}}{_RUSSIAN}{{2}}\d{{2,3}}|{_RUSSIAN}{{2}}\d{{4}}\d{{2,3}}", re.ASCII),
    "TR": re.compile(r"\d{2}[A-Z]{1,3}\d{2,4}", re.ASCII),
}
# What stands on a plate beside its characters: the state's name or distinguishing sign.
_SIGNS: Mapping[str, tuple[str, ...]] = {
    "AM": ("AM", "ARM"), "AZ": ("AZ", "AZE"), "GE": ("GE", "GEO"), "IR": ("ایران", "IRAN", "IR"), "KZ": ("KZ",), "RU": ("RUS",), "TR": ("TR",),
}  # fmt: skip
_IRANIAN_BACKWARDS = re.compile(r"(\d{2})(\d{3})([ء-ی]|[A-Z])(\d{2})", re.ASCII)


def plate_values(characters: str, country: str = "") -> tuple[str, ...]:
    """Return the values of a plate, as "STATE:CHARACTERS".

    characters: capitals and digits without blanks, Cyrillic twins already Latin. country: the state that issued it; "" when not known,
    and then every state whose form it has is one reading, and ":CHARACTERS" another.
    """
    if not characters:
        return ()
    if country:
        return tuple(f"{country}:{reading}" for reading in _readings(characters, country) or (characters,))
    fitting = tuple(f"{state}:{reading}" for state in _FORMATS for reading in _readings(characters, state))
    return (*fitting, f":{characters}")


def _readings(characters: str, country: str) -> tuple[str, ...]:
    """Return the plate's characters as this state writes them, without its sign; () when they do not have its form."""
    if country not in _FORMATS:
        return ()
    plain = _without_sign(characters, country)
    if country == "IR":
        return _iranian(plain)
    return (plain,) if _FORMATS[country].fullmatch(plain) else ()


def _without_sign(characters: str, country: str) -> str:
    """Drop the state's name or sign, at an end or, as Iran has it, before the region."""
    for sign in _SIGNS[country]:
        rest = characters.replace(sign, "", 1)
        if rest != characters and (country == "IR" or _FORMATS[country].fullmatch(rest)):
            return rest
    return characters


def _iranian(plain: str) -> tuple[str, ...]:
    """Two digits, letter, three digits, region; or region first, as right-to-left writing is often copied. "الف" is the letter alef."""
    text = _IRANIAN_BACKWARDS.sub(r"\4\3\2\1", plain.replace("الف", "ا"))
    if not _FORMATS["IR"].fullmatch(text):
        return ()
    return tuple(text[:2] + letter + text[3:] for letter in _PERSIAN_OF_LATIN.get(text[2], text[2]))
