"""A typed number is read as four languages write it; what can mean two things is given as two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rabet.vocabulary.numbers import read_number


@pytest.mark.parametrize(
    ("typed", "readings"),
    [
        ("12", ("12",)),
        ("۱۲٫۵", ("12.5",)),
        ("12,5", ("12.5",)),
        ("12.5", ("12.5",)),
        ("1,234", ("1.234", "1234")),
        ("0,123", ("0.123",)),
        ("1.234", ("1.234",)),
        ("1 234 567,5", ("1234567.5",)),
        ("1\u00a0234", ("1234",)),
        ("۱٬۲۳۴", ("1234",)),
        ("1,234.5", ("1234.5",)),
        ("1.234,5", ("1234.5",)),
        ("1.234.567", ("1234567",)),
        ("-5", ("-5",)),
        ("", ()),
        ("kg", ()),
        ("1.2.3", ()),
        ("12,5,", ()),
        ("12 5", ()),
        ("१२", ()),
    ],
)
def test_readings(typed: str, readings: tuple[str, ...]) -> None:
    assert read_number(typed) == readings


@given(st.decimals(min_value=0, max_value=10**9, places=3, allow_nan=False))
def test_a_decimal_is_read_as_itself_with_either_mark_and_any_digits(value: object) -> None:
    text = f"{value:f}"
    assert read_number(text) == (text,)
    assert read_number(text.translate(str.maketrans("0123456789.", "۰۱۲۳۴۵۶۷۸۹٫"))) == (text,)
    assert text in read_number(text.replace(".", ","))
