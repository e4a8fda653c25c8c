"""What people type as a date is understood in both calendars and any digits; what is shown follows the reader."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rabet.web.calendars import InFuture, moment_parts, offset, read_day, read_moment, show_day
from rabet.web.numerals import show_number

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "stored", "precision", "calendar"),
    [
        ("1403/7/29", "2024-10-20", "day", "jalali"),
        ("۱۴۰۳/۷/۲۹", "2024-10-20", "day", "jalali"),
        ("٢٩.٧.١٤٠٣", "2024-10-20", "day", "jalali"),
        ("29.7.1403 14:05", "2024-10-20T14:05+04:00", "minute", "jalali"),
        ("20.10.2024", "2024-10-20", "day", "gregorian"),
        ("2024-10-20T14:05", "2024-10-20T14:05+04:00", "minute", "gregorian"),
        ("2024-10", "2024-10", "month", "gregorian"),
        ("10/2024", "2024-10", "month", "gregorian"),
        ("today", "2026-11-22", "day", "gregorian"),
        ("دیروز", "2026-11-21", "day", "gregorian"),
        ("bu gün 08:30", "2026-11-22T08:30+04:00", "minute", "gregorian"),
        ("-2", "2026-11-20", "day", "gregorian"),
    ],
)
def test_a_date_is_understood_in_both_calendars_and_any_digits(typed: str, stored: str, precision: str, calendar: str) -> None:
    found = read_moment(typed, now=NOW, zone="Asia/Baku")
    assert (found.from_, found.precision, found.calendar, found.typed) == (stored, precision, calendar, typed)


def test_a_jalali_month_is_the_interval_of_its_days() -> None:
    found = read_moment("1403/12", now=NOW, zone="Asia/Tehran")
    assert (found.from_, found.to, found.precision) == ("2025-02-19", "2025-03-20", "month")


@pytest.mark.parametrize("typed", ["31.2.2024", "1403/13/1", "1403/12/31", "20.10.24", "yesterdayish", "99", "2024-10-20 25:00", "1.2.3.4"])
def test_what_is_no_date_is_refused(typed: str) -> None:
    assert not understood(typed, "Asia/Baku")


@pytest.mark.parametrize("typed", ["2027-01-01", "today 23:59", "1406/1/1"])
def test_a_seizure_cannot_lie_in_the_future(typed: str) -> None:
    with pytest.raises(InFuture):
        read_moment(typed, now=NOW, zone="Asia/Baku")


def test_a_date_of_birth_or_expiry_may_lie_anywhere() -> None:
    assert read_day("1367/1/15", today=NOW.date()) == date(1988, 4, 4)
    assert read_day("2031-05-01", today=NOW.date()) == date(2031, 5, 1)


@given(st.text(max_size=40))
def test_any_text_is_a_date_or_refused(typed: str) -> None:
    understood(typed, "Asia/Tehran")


def understood(typed: str, zone: str) -> bool:
    try:
        read_moment(typed, now=NOW, zone=zone)
    except ValueError:
        return False
    return True


def test_readers_of_persian_see_both_calendars() -> None:
    assert show_day(date(2024, 10, 20), "fa") == "۱۴۰۳/۰۷/۲۹ · 20.10.2024"
    assert [show_day(date(2024, 10, 20), one) for one in ("en", "az", "ru")] == ["20 Oct 2024", "20 okt 2024", "20 окт. 2024\u202fг."]


def test_an_instant_is_shown_by_the_clock_of_its_place() -> None:
    assert list(moment_parts("2024-10-20T14:05+04:00", "en")) == ["20 Oct 2024", "14:05"]
    assert list(moment_parts("2024-10-20T14:05+04:00", "fa")) == ["۱۴۰۳/۰۷/۲۹", "20.10.2024", "۱۴:۰۵"]
    assert offset(datetime.fromisoformat("2024-10-20T14:05+03:30")) == "UTC+3:30"


def test_what_is_no_time_is_shown_as_it_stands() -> None:
    assert list(moment_parts("some day", "fa")) == ["some day"]


@pytest.mark.parametrize(
    ("value", "language", "shown"),
    [("1234567.891", "fa", "۱٬۲۳۴٬۵۶۷٫۸۹۱"), ("1234.5", "az", "1.234,5"), ("1234.5", "ru", "1\xa0234,5"), ("0.000001", "en", "0.000001"),
     ("many", "fa", "many"), ("NaN", "en", "NaN")],
)  # fmt: skip
def test_a_number_is_shown_as_its_reader_writes_it(value: str, language: str, shown: str) -> None:
    assert show_number(value, language) == shown
