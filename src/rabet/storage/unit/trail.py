"""The trail of an act: audit log, events, jobs."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rabet.casework.values import AuditEntry, Event, Job
from rabet.records.merkle import leaf_hash
from rabet.storage import models
from rabet.storage.fields import to_json, to_microseconds
from rabet.storage.transactions import rows
from rabet.storage.unit.releases import Releases

SALT = 16
# The order of these names is the order in the entry's text; text is what the leaf's hash covers.
_ENTRY = ("act", "officer", "role", "about", "case", "purpose", "outcome", "detail")


class Trail(Releases):
    """Part of the unit of work."""

    def _start(self) -> None:
        super()._start()
        self._leaves: list[bytes] = []
        self._jobs: list[models.Job] = []

    @property
    def audited(self) -> bool:
        """Was an entry appended in this transaction?"""
        return bool(self._leaves)

    def audit(self, entry: AuditEntry) -> None:
        changed = self._changed
        number = self.counts.audit.size + len(self._leaves) + 1
        text = write_entry(self.ports.clock.now(), entry)
        salt = self.ports.randomness.token(SALT)
        leaf = leaf_hash(salt + text)
        record = self._row_if_known(entry.about)
        self._put(models.AuditEntry, (number, record, "" if record else entry.about, leaf, salt, text))
        self._leaves.append(leaf)
        self._changed = changed

    def audit_entries(self, *, about: str = "", after: int = 0, limit: int = 100) -> Sequence[tuple[int, datetime, AuditEntry]]:
        """Oldest first; numbers begin at 1."""
        self._settle()
        record = self._row_if_known(about)
        chosen, values = ("record = %s AND ", [record]) if record else ("about = %s AND about <> '' AND ", [about]) if about else ("", [])
        sql = f"SELECT id, entry FROM audit_entry WHERE {chosen}id > %s ORDER BY id LIMIT %s"  # noqa: S608 - no value in the text
        return [(number, *read_entry(bytes(text))) for number, text in rows(self.alias, sql, [*values, after, limit])]

    def audit_head(self) -> tuple[int, str]:
        tree = self.counts.audit.extend(self._leaves)
        return tree.size, tree.root().hex()

    def event(self, event: Event) -> None:
        self.counts.events += 1
        record = self._row_of(event.record) if event.record else None
        at = to_microseconds(event.at or self.ports.clock.now())
        detail = to_json(event.detail)
        self._put(models.Event, (self.counts.events, event.kind, record, event.partner, detail, event.person, at))

    def last_event(self) -> int:
        return self.counts.events

    def job(self, job: Job) -> None:
        """A key that is there already keeps its job."""
        self._change()
        self._jobs.append(models.Job(key=job.key, act=job.act, due=job.due, detail=to_json(job.detail)))

    def _settle(self) -> None:
        super()._settle()
        if self._jobs:
            models.Job.objects.using(self.alias).bulk_create(self._jobs, ignore_conflicts=True)
            self._jobs.clear()


def write_entry(at: datetime, entry: AuditEntry) -> bytes:
    """Return the exact text of an entry."""
    data = {"at": at.isoformat(), **{name: getattr(entry, name) for name in _ENTRY}}
    return to_json(data).encode()


def read_entry(text: bytes) -> tuple[datetime, AuditEntry]:
    """Read what `write_entry` wrote."""
    data: Mapping[str, Any] = json.loads(text)
    return datetime.fromisoformat(data["at"]), AuditEntry(**{name: data[name] for name in _ENTRY})
