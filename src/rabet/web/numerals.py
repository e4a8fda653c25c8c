"""Numbers as the reader writes them. Reading what people type is vocabulary's work."""

import re
from decimal import Decimal

from babel.numbers import format_decimal

# Whatever has more digits than a quantity, or an exponent, is shown as written: writing it out could take all day and break the page.
_PLAIN = re.compile(r"[-+]?[0-9]{1,24}(\.[0-9]{1,24})?")
# Babel writes the separators of Persian but Latin digits.
_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def show_number(value: object, language: str) -> str:
    """Return a number with the reader's digits and separators; what is no number is returned as it stands."""
    text = str(value)
    if not _PLAIN.fullmatch(text):
        return text
    shown = format_decimal(Decimal(text), locale=language, decimal_quantization=False, numbering_system="default")
    return own_digits(shown, language)


def own_digits(text: str, language: str) -> str:
    """Return the text with the digits of the reader's script."""
    return text.translate(_PERSIAN) if language == "fa" else text
