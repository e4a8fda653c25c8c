"""Records, their versions and sealed content."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rabet.casework.values import Content, ListRow, Version
from rabet.records.header import read_header
from rabet.records.signing import Signature, read_signature
from rabet.storage import models, registry
from rabet.storage.fields import from_microseconds, to_json, to_microseconds
from rabet.storage.record_keys import KeyDestroyed
from rabet.storage.transactions import places, rows, run, run_each
from rabet.storage.unit.comparison import Comparison

RECORD_ID = 32
# Neither can stand in a leaf: JSON escapes control characters.
_BETWEEN, _PADDING = "\x1e", "\x1d"
_HELD = """
SELECT r.record, r.id, r.blocked, v.id, v.number, v.header_text, v.signatures, v.origin, v.sender, v.agreement, v."case", v.unit, v.officer,
       v.urgent, v.imported, v.text_clear, v.key_slot, v.at, r.retain_until
FROM record r JOIN version v ON v.record_id = r.id WHERE r.record IN """
_OVERDUE = """
SELECT r.record FROM record r WHERE r.retain_until < %s
AND EXISTS (SELECT 1 FROM version v WHERE v.record_id = r.id AND v.content IS NOT NULL) ORDER BY r.id LIMIT %s"""
_FACTS = """
UPDATE record SET sender = %s, agreement = %s, "case" = %s, unit = %s, handling = %s, purpose = %s, retain_until = %s, state = %s
WHERE id = %s"""


@dataclass(slots=True)
class Held:
    """All versions of one record as this transaction sees them. row: its row number; version_rows: number -> row number."""

    row: int
    versions: dict[int, Version] = field(default_factory=dict)
    version_rows: dict[int, int] = field(default_factory=dict)

    @property
    def newest(self) -> Version:
        return self.versions[max(self.versions)]


class Records(Comparison):
    """Part of the unit of work. What was read or added stays in `_known`, so that a batch asks once."""

    def _start(self) -> None:
        super()._start()
        self._known: dict[str, Held | None] = {}
        self._contents: dict[int, Content] = {}
        self._facts: dict[int, tuple[Any, ...]] = {}
        self._doomed: list[int] = []

    def prefetch(self, records: Collection[str]) -> None:
        wanted = [record for record in dict.fromkeys(records) if record not in self._known]
        self._known.update(dict.fromkeys(wanted))
        for start in range(0, len(wanted), 10_000):
            chunk = wanted[start : start + 10_000]
            for row in rows(self.alias, _HELD + places(len(chunk)), chunk):
                self._remember(row)

    def _remember(self, row: tuple[Any, ...]) -> None:
        record, number = row[0], row[4]
        held = self._known.get(record) or Held(row[1])
        self._known[record] = held
        held.versions[number] = _version(row)
        held.version_rows[number] = row[3]

    def _held(self, record: str) -> Held | None:
        if record not in self._known:
            self.prefetch([record])
        return self._known[record]

    def _row_of(self, record: str) -> int:
        """Return the row number of a record.

        Raises:
            KeyError: no such record.
        """
        held = self._held(record)
        if held is None:
            raise KeyError(record)
        return held.row

    def _row_if_known(self, about: str) -> int | None:
        """Return the row number of a record, or None for whatever else `about` names."""
        held = self._held(about) if len(about) == RECORD_ID else None
        return held.row if held is not None else None

    def new_key(self) -> int:
        self._change()
        return self.ports.keys.take()

    def add_version(self, version: Version, content: Content, row: ListRow | None) -> None:
        """Store a version; one that is held already gets this content and list row in place of the old."""
        self._change()
        record, number = version.header.id, version.header.version
        held = self._held(record)
        if held is not None and number in held.versions:
            self.set_content(version, content)
            if held.newest.header.version == number:
                self._facts[held.row] = _facts(version)
        else:
            held = held or self._new_record(version)
            self._new_version(held, version, content)
            if held.newest is version and len(held.versions) > 1:
                self._facts[held.row] = _facts(version)
        if row is not None:
            self._list(held.row, held.version_rows[number], row)

    def _new_record(self, version: Version) -> Held:
        self.counts.records += 1
        held = self._known[version.header.id] = Held(self.counts.records)
        header = version.header
        self._put(models.Record, (
            held.row, header.id, header.kind, header.author, version.origin, version.sender, version.agreement, version.case, version.unit,
            header.handling, header.purpose, version.keep_until, header.state, version.blocked,
        ))  # fmt: skip
        self._fresh.add(held.row)
        return held

    def _new_version(self, held: Held, version: Version, content: Content) -> None:
        self.counts.versions += 1
        row, number = self.counts.versions, version.header.version
        held.versions[number], held.version_rows[number] = version, row
        self._contents[row] = content
        signatures = to_json([signature.to_json() for signature in version.signatures])
        self._put(models.Version, (
            row, held.row, number, version.header_text, signatures, version.origin, version.sender, version.agreement, version.case,
            version.unit, version.officer, version.urgent, version.imported, version.text_clear, version.key_slot,
            to_microseconds(version.at), self._seal(version, content),
        ))  # fmt: skip

    def _seal(self, version: Version, content: Content) -> bytes:
        return self.ports.keys.seal(version.key_slot, _pack(content), _place(version))

    def version(self, record: str, number: int | None = None) -> Version | None:
        held = self._held(record)
        if held is None:
            return None
        return held.newest if number is None else held.versions.get(number)

    def versions(self, record: str) -> Sequence[Version]:
        """Oldest first."""
        held = self._held(record)
        return [] if held is None else [held.versions[number] for number in sorted(held.versions)]

    def content(self, version: Version) -> Content | None:
        held = self._held(version.header.id)
        row = held.version_rows.get(version.header.version) if held else None
        if row is None:
            return None
        if row not in self._contents:
            found = rows(self.alias, "SELECT content FROM version WHERE id = %s", [row])
            content = self._open(version, found[0][0])
            if content is None:
                return None
            self._contents[row] = content
        return self._contents[row]

    def _open(self, version: Version, sealed: bytes | None) -> Content | None:
        if sealed is None:
            return None
        try:
            return _unpack(self.ports.keys.open(version.key_slot, bytes(sealed), _place(version)))
        except KeyDestroyed:
            return None

    def set_content(self, version: Version, content: Content) -> None:
        self._change()
        self._settle()
        held = self._held(version.header.id)
        if held is None:
            raise KeyError(version.header.id)
        row = held.version_rows[version.header.version]
        self._contents[row] = content
        run(self.alias, "UPDATE version SET content = %s WHERE id = %s", [self._seal(version, content), row])

    def set_row(self, record: str, row: ListRow | None) -> None:
        """Give the record's newest version this list row; None leaves the list as it is."""
        self._change()
        held = self._held(record)
        if held is not None and row is not None:
            self._list(held.row, held.version_rows[held.newest.header.version], row)

    def forget(self) -> None:
        """Store what was collected and drop what was remembered, so that a walk over all records needs little memory."""
        self._settle()
        self._known.clear()
        self._contents.clear()

    def set_text_clear(self, record: str, number: int) -> None:
        self._change()
        self._settle()
        held = self._held(record)
        if held is None or number not in held.versions:
            raise KeyError(record)
        run(self.alias, "UPDATE version SET text_clear = %s WHERE id = %s", [True, held.version_rows[number]])
        held.versions[number] = replace(held.versions[number], text_clear=True)

    def set_blocked(self, record: str, *, blocked: bool) -> None:
        self._change()
        self._settle()
        held = self._held(record)
        if held is None:
            raise KeyError(record)
        run(self.alias, "UPDATE record SET blocked = %s WHERE id = %s", [blocked, held.row])
        held.versions = {number: replace(version, blocked=blocked) for number, version in held.versions.items()}

    def erase(self, record: str, before: int) -> None:
        """The keys are overwritten after commit: an act that fails must not have destroyed anything."""
        self._change()
        self._settle()
        row = self._row_of(record)
        for version in self.versions(record):
            if version.header.version < before:
                self._doomed.append(version.key_slot)
        self._contents.clear()
        run(self.alias, "UPDATE version SET content = NULL WHERE record_id = %s AND number < %s", [row, before])
        run_each(self.alias, "INSERT INTO doomed_key (slot) VALUES (%s) ON CONFLICT DO NOTHING", [[slot] for slot in self._doomed])
        self.drop_projections(record)

    def overdue(self, today: str, limit: int) -> Sequence[str]:
        self._settle()
        found = rows(self.alias, _OVERDUE, [today, limit])
        return [record for (record,) in found]

    def drop_projections(self, record: str) -> None:
        self._change()
        self._settle()
        registry.drop(self.alias, self._row_of(record))

    def _settle(self) -> None:
        super()._settle()
        if self._facts:
            run_each(self.alias, _FACTS, [(*facts, row) for row, facts in self._facts.items()])
            self._facts.clear()


def _facts(version: Version) -> tuple[Any, ...]:
    header = version.header
    return (version.sender, version.agreement, version.case, version.unit, header.handling, header.purpose, version.keep_until, header.state)


def _version(row: tuple[Any, ...]) -> Version:
    _, _, blocked, _, _, header_text, signatures, origin, sender, agreement, case, unit, officer, urgent, imported, clear, slot, at, keep = row
    return Version(
        header=read_header(header_text),
        header_text=header_text,
        signatures=_signatures(signatures),
        origin=origin,
        sender=sender,
        agreement=agreement,
        case=case,
        unit=unit,
        officer=officer,
        urgent=bool(urgent),
        imported=bool(imported),
        text_clear=bool(clear),
        blocked=bool(blocked),
        keep_until=keep,
        key_slot=slot,
        at=from_microseconds(at),
    )


def _signatures(text: str) -> tuple[Signature, ...]:
    return tuple(read_signature(data) for data in json.loads(text))


def _place(version: Version) -> bytes:
    """What the seal is bound to: content moved to another version does not open."""
    return f"content/{version.header.id}/{version.header.version}".encode()


def _pack(content: Content) -> bytes:
    leaves, padding = _BETWEEN.join(content.leaves), _BETWEEN.join(content.padding)
    if leaves.count(_BETWEEN) != max(len(content.leaves) - 1, 0) or _PADDING in leaves:
        raise ValueError("a leaf holds a control character, so it is no JSON text")
    return f"{leaves}{_PADDING}{padding}".encode()


def _unpack(data: bytes) -> Content:
    leaves, padding = data.decode().split(_PADDING)
    return Content(tuple(leaves.split(_BETWEEN)) if leaves else (), tuple(padding.split(_BETWEEN)) if padding else ())
