"""Dates as people write and read them: Gregorian or Jalali in, both shown to readers of Persian. Records hold ISO dates only."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import jdatetime  # type: ignore[import-untyped]
from babel.dates import format_date, format_skeleton

from rabet.vocabulary.normalise import fold_digits
from rabet.web.numerals import own_digits

_LOCALES = {"en": "en_GB", "fa": "fa", "az": "az", "ru": "ru"}
_TODAY = frozenset({"today", "now", "امروز", "اکنون", "bu gün", "bugün", "indi", "сегодня", "сейчас"})
_YESTERDAY = frozenset({"yesterday", "دیروز", "dünən", "вчера"})
_JALALI_YEARS = range(1300, 1500)
_GREGORIAN_YEARS = range(1900, 2100)
_PARTS = re.compile(r"(\d{1,4})[-/. ]+(\d{1,2})(?:[-/. ]+(\d{1,4}))?")
_MONTH_LAST = re.compile(r"(\d{1,2})[-/. ]+(\d{4})")
_TIME = re.compile(r"\s*[,،T]?\s*(\d{1,2}):(\d{2})\s*$")


class InFuture(ValueError):
    """A time that has not come yet."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as typed.

    from_, to: ISO text (an instant with offset, a date or a month); precision: minute, day or month; calendar: gregorian or jalali.
    """

    from_: str
    to: str
    precision: str
    calendar: str
    typed: str

    def as_body(self, zone: str) -> dict[str, str]:
        """Return the fields of a record's time."""
        parts = {"from": self.from_, "to": self.to, "precision": self.precision, "zone": zone, "calendar": self.calendar, "typed": self.typed}
        return {name: value for name, value in parts.items() if value}


def read_moment(text: str, *, now: datetime, zone: str) -> Moment:
    """Read what an officer typed: 1403/7/29, 29.7.1403 14:05, 20.10.2024, 2024-10, today, -1 (yesterday); digits of any script.

    now: aware; zone: IANA name of the place's clock. The day stands before the month unless the year comes first.

    Raises:
        InFuture: the time has not come yet. ValueError: no date, or one that does not exist.
    """
    bare = fold_digits(text).strip()
    clock = _TIME.search(bare)
    words = bare[: clock.start()].strip() if clock else bare
    here = now.astimezone(ZoneInfo(zone))
    day = _named_day(words.lower(), here.date())
    moment = _in_calendar(words, clock, zone, text) if day is None else _on_day(day, "gregorian", clock, zone, text)
    if _start(moment, zone) > here:
        raise InFuture(text)
    return moment


def read_day(text: str, *, today: date) -> date:
    """Read a date, future or past, in either calendar.

    Raises:
        ValueError: no date, or one that does not exist.
    """
    words = fold_digits(text).strip()
    named = _named_day(words.lower(), today)
    if named is not None:
        return named
    moment = _in_calendar(words, None, "UTC", text)
    if moment.precision != "day":
        raise ValueError(text)
    return date.fromisoformat(moment.from_)


def _named_day(words: str, today: date) -> date | None:
    if words in _TODAY or words == "":
        return today
    if words in _YESTERDAY:
        return today - timedelta(days=1)
    return today - timedelta(days=int(words[1:])) if re.fullmatch(r"[-−]\d{1,3}", words) else None


def _in_calendar(words: str, clock: re.Match[str] | None, zone: str, typed: str) -> Moment:
    year, month, day = _year_first(words)
    if year in _JALALI_YEARS:
        if day is None:
            return _jalali_month(year, month, typed)
        return _on_day(jdatetime.date(year, month, day).togregorian(), "jalali", clock, zone, typed)
    if year not in _GREGORIAN_YEARS:
        raise ValueError(typed)
    if day is None:
        return Moment(f"{date(year, month, 1):%Y-%m}", "", "month", "gregorian", typed)
    return _on_day(date(year, month, day), "gregorian", clock, zone, typed)


def _year_first(words: str) -> tuple[int, int, int | None]:
    if found := _MONTH_LAST.fullmatch(words):
        return int(found[2]), int(found[1]), None
    found = _PARTS.fullmatch(words)
    if not found:
        raise ValueError(words)
    first, month, last = int(found[1]), int(found[2]), found[3]
    if len(found[1]) == 4:
        return first, month, int(last) if last else None
    if last is None or len(last) != 4:
        raise ValueError(words)
    return int(last), month, first


def _jalali_month(year: int, month: int, typed: str) -> Moment:
    """Return a Jalali month as the interval of its days: it covers parts of two Gregorian months."""
    first = jdatetime.date(year, month, 1)
    following = jdatetime.date(year + month // 12, month % 12 + 1, 1)
    last = following.togregorian() - timedelta(days=1)
    return Moment(first.togregorian().isoformat(), last.isoformat(), "month", "jalali", typed)


def _on_day(day: date, calendar: str, clock: re.Match[str] | None, zone: str, typed: str) -> Moment:
    if clock is None:
        return Moment(day.isoformat(), "", "day", calendar, typed)
    at = datetime(day.year, day.month, day.day, int(clock[1]), int(clock[2]), tzinfo=ZoneInfo(zone))
    return Moment(at.isoformat(timespec="minutes"), "", "minute", calendar, typed)


def _start(moment: Moment, zone: str) -> datetime:
    if moment.precision == "minute":
        return datetime.fromisoformat(moment.from_)
    first = moment.from_ if len(moment.from_) > len("2024-10") else f"{moment.from_}-01"
    return datetime.fromisoformat(first).replace(tzinfo=ZoneInfo(zone))


def show_day(day: date, language: str) -> str:
    """Return a date: "20 Oct 2024"; for Persian readers both calendars, "۱۴۰۳/۰۷/۲۹ · 20.10.2024"."""
    return " · ".join(day_parts(day, language))


def day_parts(day: date, language: str) -> Iterator[str]:
    """Yield the date in each calendar the reader is shown, so that a page can isolate each."""
    if language == "fa":
        yield own_digits(_jalali(day), "fa")
        yield f"{day:%d.%m.%Y}"
    else:
        yield format_date(day, "medium", locale=_LOCALES[language])


def _jalali(day: date) -> str:
    try:
        shown = jdatetime.date.fromgregorian(date=day)
    except ValueError:  # before the calendar's first year
        return day.isoformat()
    return f"{shown.year:04}/{shown.month:02}/{shown.day:02}"


def moment_parts(value: str, language: str, zone: str = "") -> Iterator[str]:
    """Yield the parts of a record's ISO month, date or instant; an instant is shown by its own clock, or by `zone` when given.

    What is no time is yielded as it stands: a partner's unknown form must not break a page.
    """
    try:
        yield from _parts(value, language, zone)
    except ValueError:
        yield value


def _parts(value: str, language: str, zone: str) -> Iterator[str]:
    if re.fullmatch(r"\d{4}-\d\d", value):
        yield _month(date.fromisoformat(f"{value}-01"), language)
    elif "T" not in value:
        yield from day_parts(date.fromisoformat(value), language)
    else:
        at = datetime.fromisoformat(value)
        at = at.astimezone(ZoneInfo(zone)) if zone and at.tzinfo else at
        yield from day_parts(at.date(), language)
        yield show_clock(at, language)


def _month(first: date, language: str) -> str:
    if language == "fa":
        return f"{first:%m.%Y}"
    return format_skeleton("yMMMM", first, locale=_LOCALES[language])


def show_clock(at: datetime, language: str) -> str:
    """Return the time of day, "14:05"."""
    return own_digits(f"{at:%H:%M}", language)


def offset(at: datetime) -> str:
    """Return the distance from world time, "UTC+4" or "UTC+3:30"."""
    minutes = int((at.utcoffset() or timedelta()).total_seconds() // 60)
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}:{rest:02}" if rest else f"UTC{sign}{hours}"


def in_zone(at: datetime, zone: str) -> datetime:
    """Return the instant by the clock of a zone."""
    return at.astimezone(ZoneInfo(zone) if zone else UTC)
