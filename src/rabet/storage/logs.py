"""The logs as they stand in the database now, for the proof that nobody changed them (`exchange.prove`)."""

from collections.abc import Sequence
from dataclasses import dataclass

from rabet.casework.values import Lane
from rabet.storage import lanes
from rabet.storage.lanes import Direction, Evidence
from rabet.storage.transactions import reading, rows


@dataclass(frozen=True, slots=True)
class StoredAnchor:
    """A head of the audit log that a partner has witnessed without learning it."""

    partner: str
    size: int
    blinded: bytes
    blind: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLog:
    """entries: leaf data (salt and text) in order; recorded: leaf hashes written beside them; checkpoints: notes this node signed."""

    entries: Sequence[bytes]
    recorded: Sequence[bytes]
    checkpoints: Sequence[str]
    anchors: Sequence[StoredAnchor]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneLog:
    """digests: of the messages in order; batches: manifest and receipt of each batch."""

    digests: Sequence[bytes]
    batches: Sequence[Evidence]


class Logs:
    """All logs of a node."""

    def __init__(self, alias: str) -> None:
        self._alias = alias

    def audit(self) -> AuditLog:
        """Read the audit log whole."""
        witnessed = """SELECT l.partner, a.size, a.blinded, a.blind FROM anchor a JOIN lane l ON l.id = a.lane_id
                       WHERE a.sequence < l.acknowledged ORDER BY a.id"""
        with reading(self._alias):
            entries = rows(self._alias, "SELECT salt, entry, leaf FROM audit_entry ORDER BY id")
            notes = rows(self._alias, "SELECT text FROM checkpoint ORDER BY id")
            anchors = rows(self._alias, witnessed)
        return AuditLog(
            entries=[bytes(salt) + bytes(entry) for salt, entry, _ in entries],
            recorded=[bytes(leaf) for _, _, leaf in entries],
            checkpoints=[text for (text,) in notes],
            anchors=[StoredAnchor(partner, size, bytes(blinded), bytes(blind)) for partner, size, blinded, blind in anchors],
        )

    def lane(self, partner: str, name: Lane, direction: Direction) -> LaneLog:
        """Read a lane whole; empty before its first message."""
        with reading(self._alias):
            lane = lanes.find_lane(self._alias, partner, name, direction)
            if lane is None:
                return LaneLog(digests=(), batches=())
            batches = lanes.batches(self._alias, lane.id, 0, limit=None)
            if direction == "in":
                return LaneLog(digests=lanes.digests(self._alias, lane.id, 0, lane.size), batches=batches)
            sent = rows(self._alias, "SELECT digest FROM outbox WHERE lane_id = %s ORDER BY sequence", [lane.id])
        return LaneLog(digests=[bytes(digest) for (digest,) in sent], batches=batches)
