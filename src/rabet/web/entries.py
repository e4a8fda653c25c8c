"""Events as lines of the feed: one line per record or alert, the newest thing that happened to it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.template.loader import get_template
from django.utils import translation
from django.utils.translation import gettext as _

from rabet.casework import reading
from rabet.casework.values import Event, ListRow, Officer
from rabet.web import numerals
from rabet.web.live import Frame, Render, frame
from rabet.web.names import Agencies
from rabet.web.site import Site

# What an officer on duty must see. Receipts and links have their own pages.
TOLD = frozenset({"record", "corrected", "recalled", "widened", "alert", "released", "waiting", "release_refused", "blocked"})
# After these, agencies may have other names.
RENAMING = frozenset({"partner", "agreement"})
SHOWN, WINDOW = 60, 240


@dataclass(frozen=True, slots=True)
class Entry:
    """One line.

    key: what a newer line about the same thing replaces; row: None when the record left every list; told_by: the agency that the note
    already names.
    """

    number: int
    key: str
    kind: str
    record: str
    at: datetime | None
    row: ListRow | None
    note: str
    told_by: str

    @property
    def gone(self) -> bool:
        return self.row is None or self.row.state == "recalled" or self.kind == "recalled"

    @property
    def danger(self) -> tuple[str, ...]:
        """Codes of the danger warnings that stand."""
        return tuple(self.row.danger.split(",")) if self.row and self.row.danger and not self.gone else ()


def entries(events: Sequence[Event], rows: Mapping[str, ListRow], agencies: Agencies) -> Iterator[Entry]:
    """Yield the lines for events, oldest first."""
    for event in events:
        if event.kind in TOLD:
            key = f"alert-{event.record}" if event.kind == "alert" else event.record
            row, note, origin = rows.get(event.record), _note(event, agencies), event.detail.get("origin")
            told_by = event.partner if origin == "received" else row.author if row and origin == "own" else ""
            yield Entry(event.number, key, event.kind, event.record, event.at, row, note, told_by)


def _note(event: Event, agencies: Agencies) -> str:
    # First-strong isolate: a name in another script must not reorder the sentence around it.
    partner = f"\u2068{agencies[event.partner]}\u2069" if event.partner else ""
    version = numerals.show_number(event.detail.get("version", ""), agencies.language)
    received = event.detail.get("origin") == "received"
    texts = {
        "record": _("received from %(partner)s") if received else _("reported here"),
        "corrected": _("corrected by %(partner)s: version %(version)s") if received else _("corrected here: version %(version)s"),
        "recalled": _("recalled by %(partner)s") if received else _("recalled here"),
        "widened": _("%(partner)s disclosed more of it"),
        "alert": _("shares identifiers with other records"),
        "released": _("person part released to %(partner)s"),
        "waiting": _("a release to %(partner)s waits for approval"),
        "release_refused": _("release to %(partner)s refused"),
        "blocked": _("blocked or unblocked by the data-protection officer"),
    }
    return texts[event.kind] % {"partner": partner, "version": version}


def latest(site: Site, officer: Officer, language: str) -> tuple[list[Entry], int]:
    """Return the newest lines, newest first and one per thing, and the number of the last event."""
    with site.desk.store.read() as uow:
        head = uow.last_event()
    agencies, found, before = Agencies(site, language), dict[str, Entry](), head
    while before > 0 and len(found) < SHOWN:
        after = max(0, before - WINDOW)
        events, rows = reading.feed(site.desk, officer, after=after, limit=WINDOW)
        for entry in reversed(list(entries([e for e in events if e.number <= before], rows, agencies))):
            found.setdefault(entry.key, entry)
        before = after
    return list(found.values())[:SHOWN], head


def warnings(found: Sequence[Entry]) -> list[Entry]:
    """Return the lines with a danger warning, each record once."""
    return list({entry.record: entry for entry in reversed(found) if entry.danger}.values())[::-1]


def live_lines(site: Site) -> Render:
    """Return the function that turns events into frames with a line of HTML. Its form: "language" or "language embedded"."""
    known: dict[str, Agencies] = {}

    def render(events: Sequence[Event], rows: Mapping[str, ListRow], form: str) -> Sequence[Frame]:
        language, _, embedded = form.partition(" ")
        template = get_template("entry.html")
        with translation.override(language):
            if any(event.kind in RENAMING for event in events):
                known.clear()
            agencies = known.setdefault(language, Agencies(site, language))
            context = {"agencies": agencies, "zone": site.options.zone, "embedded": bool(embedded)}
            made = entries(events, rows, agencies)
            return [frame(entry.number, "entry", template.render({**context, "entry": entry})) for entry in made]

    return render
