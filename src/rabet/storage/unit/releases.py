"""What goes to partners: releases, what was withheld, what partners said, and the messages themselves."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from rabet.casework.values import Approval, Lane, LaneState, Outgoing, Release, Withheld
from rabet.storage import models
from rabet.storage.fields import from_microseconds, to_json, to_microseconds
from rabet.storage.lanes import lane_row, lane_states, message_place
from rabet.storage.transactions import Value, rows, run
from rabet.storage.unit.records import Records

NO_RECORD_KEY = -1
_RELEASES = """
SELECT m.release, r.record, m.version, m.partner, m.agreement, m.part, m.state, m.paths, m.digest, m.approvals, m.requested_by, m.at
FROM release m JOIN record r ON r.id = m.record_id"""
# What a partner accepted follows from the lane: messages of own records below `acknowledged`, unless he said something else of them.
_RECEIPTS = """
SELECT p.version, p.partner, p.state, p.detail, p.at FROM partner_receipt p WHERE p.record_id = %s
UNION ALL
SELECT o.version, l.partner, 'accepted', '', min(b.at) FROM outbox o JOIN lane l ON l.id = o.lane_id
JOIN record r ON r.id = o.record_id AND r.origin = 'own'
JOIN batch b ON b.lane_id = o.lane_id AND b.first <= o.sequence AND b.through > o.sequence
WHERE o.record_id = %s AND o.sequence < l.acknowledged AND NOT EXISTS (
    SELECT 1 FROM partner_receipt p WHERE p.record_id = o.record_id AND p.version = o.version AND p.partner = l.partner
    AND p.state IN ('accepted', 'rejected'))
GROUP BY o.version, l.partner
ORDER BY 5, 1"""


@dataclass(slots=True)
class _OpenLane:
    """An out lane while this transaction appends to it."""

    row: int
    size: int
    stored: int


class Releases(Records):
    """Part of the unit of work."""

    def _start(self) -> None:
        super()._start()
        self._lanes: dict[tuple[str, Lane], _OpenLane] = {}

    def add_release(self, release: Release) -> None:
        self._put(models.Release, (
            release.id, self._row_of(release.record), release.version, release.partner, release.agreement, release.part, release.state,
            release.digest, release.requested_by, to_microseconds(release.at), _approvals(release), _paths(release),
        ))  # fmt: skip

    def set_release(self, release: Release) -> None:
        """Store its state, approvals, paths and digest anew."""
        self._change()
        self._settle()
        values = [release.state, release.digest, _approvals(release), _paths(release), release.id]
        if not run(self.alias, "UPDATE release SET state = %s, digest = %s, approvals = %s, paths = %s WHERE release = %s", values):
            raise KeyError(release.id)

    def release(self, release_id: str) -> Release | None:
        found = self._releases("WHERE m.release = %s", [release_id])
        return found[0] if found else None

    def releases(self, record: str = "", *, state: str = "", limit: int = 200) -> Sequence[Release]:
        """Oldest first."""
        parts = [("r.record = %s", record), ("m.state = %s", state)]
        chosen = [(sql, value) for sql, value in parts if value]
        where = "WHERE " + " AND ".join(sql for sql, _ in chosen) if chosen else ""
        return self._releases(f"{where} ORDER BY m.id LIMIT %s", [*(value for _, value in chosen), limit])

    def _releases(self, where: str, values: Sequence[Value]) -> list[Release]:
        self._settle()
        return [_release(row) for row in rows(self.alias, f"{_RELEASES} {where}", values)]

    def add_withheld(self, withheld: Withheld) -> None:
        reasons = to_json(withheld.reasons)
        self._put(models.Withheld, (self._row_of(withheld.record), withheld.version, withheld.partner, withheld.part, reasons))

    def withheld(self, record: str) -> Sequence[Withheld]:
        self._settle()
        sql = """SELECT w.version, w.partner, w.part, w.reasons FROM withheld w JOIN record r ON r.id = w.record_id
                 WHERE r.record = %s ORDER BY w.id"""
        return [
            Withheld(record, version, partner, part, tuple((one, clause, article) for one, clause, article in json.loads(reasons)))
            for version, partner, part, reasons in rows(self.alias, sql, [record])
        ]

    def add_receipt(self, record: str, version: int, partner: str, state: str, detail: str, at: datetime) -> None:
        self._put(models.PartnerReceipt, (self._row_of(record), version, partner, state, detail, to_microseconds(at)))

    def receipts(self, record: str) -> Sequence[tuple[int, str, str, str, datetime]]:
        self._settle()
        held = self._held(record)
        found = rows(self.alias, _RECEIPTS, [held.row, held.row]) if held else []
        return [(version, partner, state, detail, from_microseconds(at)) for version, partner, state, detail, at in found]

    def send(self, message: Outgoing) -> None:
        self._change()
        lane = self._open_lane(message.partner, message.lane)
        record = self._row_of(message.record) if message.record else None
        slot = self.new_key() if message.key_slot == NO_RECORD_KEY else message.key_slot
        text = message.text.encode()
        sealed = self.ports.keys.seal(slot, text, message_place(lane.row, lane.size))
        self._put(models.Outbox, (
            lane.row, lane.size, message.agreement, record, message.version, slot, to_microseconds(self.ports.clock.now()),
            sha256(text).digest(), sealed,
        ))  # fmt: skip
        lane.size += 1

    def _open_lane(self, partner: str, name: Lane) -> _OpenLane:
        """Lock the lane, so that sequence numbers follow the order of commit."""
        if (partner, name) not in self._lanes:
            row = lane_row(self.alias, partner, name, "out")
            self._lanes[partner, name] = _OpenLane(row.id, row.size, row.size)
        return self._lanes[partner, name]

    def withdraw(self, record: str, before: int) -> int:
        self._change()
        self._settle()
        sql = "UPDATE outbox SET text = NULL WHERE record_id = %s AND version < %s AND text IS NOT NULL"
        return run(self.alias, sql, [self._row_of(record), before])

    def lanes(self) -> Sequence[LaneState]:
        self._settle()
        return lane_states(self.alias)

    def _settle(self) -> None:
        super()._settle()
        for lane in self._lanes.values():
            if lane.size != lane.stored:
                run(self.alias, "UPDATE lane SET size = %s WHERE id = %s", [lane.size, lane.row])
                lane.stored = lane.size


def _approvals(release: Release) -> str:
    return to_json([asdict(approval) for approval in release.approvals])


def _paths(release: Release) -> str:
    return to_json(release.paths)


def _release(row: tuple[Any, ...]) -> Release:
    return Release(
        id=row[0],
        record=row[1],
        version=row[2],
        partner=row[3],
        agreement=row[4],
        part=row[5],
        state=row[6],
        paths=tuple(json.loads(row[7])),
        digest=row[8],
        approvals=tuple(Approval(**one) for one in json.loads(row[9])),
        requested_by=row[10],
        at=from_microseconds(row[11]),
    )
