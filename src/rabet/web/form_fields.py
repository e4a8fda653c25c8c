"""Reading what a form holds: each reader takes the typed text, notes what it understood (echo) or what is wrong (error), and returns a value."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from rabet.vocabulary import tables
from rabet.vocabulary.normalise import display, fold_digits
from rabet.vocabulary.numbers import read_number
from rabet.web import calendars, numerals

LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class Input:
    """One field as a page shows it.

    kind: text, code (left to right), decimal, area, select, check; options: (value, words) of a select; list: name of a list of words
    to choose from; echo: how the answer was understood.
    """

    name: str
    label: str
    value: str = ""
    kind: str = "text"
    options: Sequence[tuple[str, str]] = ()
    hint: str = ""
    error: str = ""
    echo: str = ""
    needed: bool = False
    list: str = ""


@dataclass
class Answers:
    """The typed answers of one form. language: of the reader; errors and echoes: field name -> sentence."""

    data: Mapping[str, str]
    language: str
    now: datetime
    errors: dict[str, str] = field(default_factory=dict)
    echoes: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, *, needed: bool = False) -> str:
        """Return the text without blanks at its ends, Arabic letters as Persian ones."""
        value = display(self.data.get(name, "")[:LONGEST])
        if needed and not value:
            self.errors[name] = _("This is needed.")
        return value

    def checked(self, name: str) -> bool:
        return bool(self.data.get(name))

    def chosen(self, name: str, allowed: Iterable[str]) -> str:
        """Return one of the codes allowed, or ""."""
        value = self.data.get(name, "")
        return value if value in allowed else ""

    def code(self, name: str, table: str) -> str:
        """Return the code that typed words stand for in any of the four languages; "" with an error when none or several do."""
        text = self.text(name)
        found = tables.table(table).find(text) if text else ()
        if len(found) == 1:
            self.echoes[name] = tables.label(table, found[0], self.language)
        elif text:
            words = ", ".join(tables.label(table, code, self.language) for code in found)
            unclear, unknown = _("This can mean several things: %(words)s. Write which."), _("This name is not known here.")
            self.errors[name] = unclear % {"words": words} if found else unknown
        return found[0] if len(found) == 1 else ""

    def number(self, name: str, *, needed: bool = False) -> str:
        """Return a decimal number as plain text; digits of any script. Two readings are asked about."""
        text = self.text(name, needed=needed)
        readings = read_number(text) if text else ()
        if len(readings) == 1 and not readings[0].startswith("-"):
            self.echoes[name] = numerals.show_number(readings[0], self.language)
            return readings[0]
        if len(readings) > 1:
            first, second = (f"{one}0" if "." in one else one for one in readings)
            self.errors[name] = _("This can be read in two ways: write %(first)s or %(second)s.") % {"first": first, "second": second}
        elif text:
            self.errors[name] = _("This is not a number. Write it as 12.5 or ۱۲٫۵.")
        return ""

    def count(self, name: str, most: int) -> int | None:
        """Return a whole number up to `most`, or None when nothing is typed."""
        text = fold_digits(self.text(name))
        if text and not (text.isdecimal() and int(text) <= most):
            self.errors[name] = _("This is not a whole number up to %(most)s.") % {"most": most}
            return None
        return int(text) if text else None

    def moment(self, name: str, zone: str, *, needed: bool = False) -> calendars.Moment | None:
        """Return a time that is not in the future."""
        text = self.text(name, needed=needed)
        if not text:
            return None
        try:
            found = calendars.read_moment(text, now=self.now, zone=zone)
        except calendars.InFuture:
            self.errors[name] = _("This time has not come yet.")
            return None
        except ValueError:
            self.errors[name] = _("This is not a date. Write 1403/7/29, 20.10.2024, 2024-10-20 14:05, today or -1.")
            return None
        shown = calendars.moment_parts(found.from_, self.language)
        until = calendars.moment_parts(found.to, self.language) if found.to else ()
        self.echoes[name] = " – ".join(filter(None, (" · ".join(shown), " · ".join(until))))
        return found

    def day(self, name: str) -> str:
        """Return a date as ISO text, future or past, or ""."""
        text = self.text(name)
        if not text:
            return ""
        try:
            found = calendars.read_day(text, today=self.now.date())
        except ValueError:
            self.errors[name] = _("This is not a date. Write 1403/7/29, 20.10.2024 or 2024-10-20.")
            return ""
        self.echoes[name] = calendars.show_day(found, self.language)
        return found.isoformat()
