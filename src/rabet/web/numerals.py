"""Numbers as the reader writes them. Reading what people type is vocabulary's work."""

from decimal import Decimal

from babel.numbers import format_decimal

# Babel writes the separators of Persian but Latin digits.
_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def show_number(value: object, language: str) -> str:
    """Return a number with the reader's digits and separators; what is no number is returned as it stands."""
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        return str(value)
    if not number.is_finite():
        return str(value)
    shown = format_decimal(number, locale=language, decimal_quantization=False, numbering_system="default")
    return own_digits(shown, language)


def own_digits(text: str, language: str) -> str:
    """Return the text with the digits of the reader's script."""
    return text.translate(_PERSIAN) if language == "fa" else text
