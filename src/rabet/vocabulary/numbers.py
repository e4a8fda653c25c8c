"""Numbers as people of four languages type them. What can be read in two ways gives both readings: a person is asked, never guessed for."""

import re

from rabet.vocabulary.normalise import fold_digits

# A blank, apostrophe or Arabic thousands mark counts as grouping only before exactly three digits.
_GROUPING = re.compile("(?<=\\d)[\u066c\u00a0\u2007\u2009\u202f' ](?=\\d{3}(?!\\d))", re.ASCII)
_PLAIN = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_COMMA_GROUPS = re.compile(r"-?\d{1,3}((,\d{3})+\.\d+|(,\d{3}){2,})", re.ASCII)
_POINT_GROUPS = re.compile(r"-?\d{1,3}((\.\d{3})+,\d+|(\.\d{3}){2,})", re.ASCII)
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+", re.ASCII)
_TWO_WAYS = re.compile(r"-?[1-9]\d{0,2},\d{3}", re.ASCII)


def read_number(text: str) -> tuple[str, ...]:
    """Return what a typed number can mean, as ASCII decimals: () when it is no number, two readings when a person must be asked.

    "۱۲٫۵" -> ("12.5",); "12,5" -> ("12.5",); "1 234 567" -> ("1234567",); "1,234" -> ("1.234", "1234"). A single full stop is
    always the decimal mark.
    """
    plain = _GROUPING.sub("", fold_digits(text).strip()).replace("\u066b", ".")
    if _PLAIN.fullmatch(plain):
        return (plain,)
    if _COMMA_GROUPS.fullmatch(plain):
        return (plain.replace(",", ""),)
    if _POINT_GROUPS.fullmatch(plain):
        return (plain.replace(".", "").replace(",", "."),)
    if not _DECIMAL_COMMA.fullmatch(plain):
        return ()
    decimal = plain.replace(",", ".")
    return (decimal, plain.replace(",", "")) if _TWO_WAYS.fullmatch(plain) else (decimal,)
