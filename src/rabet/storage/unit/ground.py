"""What every part of a unit of work stands on: the ports, the head of the node's counts, and the rows waiting to be inserted."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from rabet.casework.ports import Clock, Randomness
from rabet.records.merkle import CompactRange
from rabet.storage.bulk import Row, insert
from rabet.storage.models import Alert as AlertRow
from rabet.storage.models import AuditEntry, Event, Identifier, ListRow, Outbox, PartnerReceipt, Record, Release, Version, Withheld
from rabet.storage.record_keys import RecordKeys
from rabet.storage.transactions import is_sqlite, rows, run

_COLUMNS: dict[type[Model], tuple[str, ...]] = {
    Record: (
        "id", "record", "kind", "author", "origin", "sender", "agreement", "case", "unit", "handling", "purpose", "retain_until", "state",
        "blocked",
    ),
    Version: (
        "id", "record_id", "number", "header_text", "signatures", "origin", "sender", "agreement", "case", "unit", "officer", "urgent",
        "imported", "text_clear", "key_slot", "at", "content",
    ),
    ListRow: (
        "id", "record_id", "version", "kind", "state", "at", "happened", "country", "place", "substance", "quantity", "unit", "danger",
        "urgent", "simulated", "laboratory", "search",
    ),
    Identifier: ("record_id", "version", "key", "quality", "person"),
    AlertRow: ("alert", "record_id", "other_id", "reasons", "person", "state", "at"),
    Release: (
        "release", "record_id", "version", "partner", "agreement", "part", "state", "digest", "requested_by", "at", "approvals", "paths",
    ),
    Withheld: ("record_id", "version", "partner", "part", "reasons"),
    PartnerReceipt: ("record_id", "version", "partner", "state", "detail", "at"),
    Outbox: ("lane_id", "sequence", "agreement", "record_id", "version", "key_slot", "at", "digest", "text"),
    Event: ("id", "kind", "record", "partner", "detail", "person", "at"),
    AuditEntry: ("id", "record", "about", "leaf", "salt", "entry"),
}  # fmt: skip


class ReadOnly(RuntimeError):
    """A read-only view was asked to change something."""


@dataclass(frozen=True, slots=True)
class Ports:
    """A node's database alias, its agency, and the ports its transactions use."""

    alias: str
    agency: str
    clock: Clock
    randomness: Randomness
    keys: RecordKeys


@dataclass(slots=True)
class Counts:
    """The head row while a transaction holds it. audit: the tree of the audit log."""

    records: int
    versions: int
    events: int
    audit: CompactRange


@dataclass(slots=True)
class Pending:
    """Rows collected per table, inserted in this order."""

    rows: dict[type[Model], list[Row]] = field(default_factory=lambda: {model: [] for model in _COLUMNS})

    def flush(self, alias: str) -> None:
        for model, waiting in self.rows.items():
            if waiting:
                insert(alias, model, _COLUMNS[model], waiting)
                waiting.clear()


class Ground:
    """Base of all parts. A part adds rows by `_put`; a read that must see them calls `_settle` first.

    `_fresh`: row numbers of records made here and not inserted yet, so that nothing of them can stand in another table.
    """

    def __init__(self, ports: Ports, *, writes: bool) -> None:
        self.ports, self.alias, self._writes = ports, ports.alias, writes
        self.pending = Pending()
        self._fresh: set[int] = set()
        self._changed = False
        self.counts = self._head()
        self._start()

    def _start(self) -> None:
        """Make what a part keeps during the transaction; each part calls the one below it first."""

    def _head(self) -> Counts:
        """Read the head; who writes keeps it locked, so that acts come one after another."""
        lock = " FOR UPDATE" if self._writes and not is_sqlite(self.alias) else ""
        ((records, versions, events, tree),) = rows(self.alias, f"SELECT records, versions, events, tree FROM head{lock}")  # noqa: S608
        return Counts(records, versions, events, CompactRange.from_bytes(bytes(tree)))

    def _change(self) -> None:
        """Note that this transaction changes something, which then needs an audit entry."""
        if not self._writes:
            raise ReadOnly("this view is read-only; an act that changes something uses begin()")
        self._changed = True

    def _put(self, model: type[Model], row: Row) -> None:
        self._change()
        self.pending.rows[model].append(row)

    def _settle(self) -> None:
        """Insert what was collected so far, so that queries see it. A part that keeps more than rows does its own first or after."""
        if self._writes:
            self.pending.flush(self.alias)
            self._fresh.clear()

    def _save_head(self) -> None:
        counts = self.counts
        values: tuple[Any, ...] = (counts.records, counts.versions, counts.events, counts.audit.size, counts.audit.to_bytes())
        run(self.alias, "UPDATE head SET records = %s, versions = %s, events = %s, audit = %s, tree = %s", values)
