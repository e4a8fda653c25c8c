"""What the drivers of a link need: the pusher its out lanes, the listener what it holds. Taking a batch is part of the unit of work.

Each call is a transaction of its own. Where a loss in a power cut is made good by the partner (he repeats a receipt), the commit does
not wait for the disk; a killed process loses nothing of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rabet.casework.values import Lane
from rabet.records.merkle import CompactRange
from rabet.storage import lanes
from rabet.storage.fields import to_microseconds
from rabet.storage.lanes import Evidence, LaneRow
from rabet.storage.record_keys import KeyDestroyed
from rabet.storage.transactions import lazily, reading, rows, run, writing
from rabet.storage.unit.ground import Ports

LANES: tuple[Lane, ...] = ("urgent", "normal")
MAX_MESSAGES, ROOM = 256, 1_000_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message on its way. text: None when it was withdrawn, or its record's key destroyed, or it has its receipt."""

    sequence: int
    agreement: str
    digest: bytes
    text: str | None


class Links:
    """All lanes of a node."""

    def __init__(self, ports: Ports) -> None:
        self._ports, self._alias = ports, ports.alias

    # out

    def sizes(self, partner: str) -> Mapping[Lane, tuple[int, int]]:
        """Return per lane how many messages were ever put in, and how many have a receipt."""
        sql = "SELECT lane, size, acknowledged FROM lane WHERE partner = %s AND direction = 'out'"
        with reading(self._alias):
            found = {lane: (size, acknowledged) for lane, size, acknowledged in rows(self._alias, sql, [partner])}
        return {lane: found.get(lane, (0, 0)) for lane in LANES}

    def out_tree(self, partner: str, lane: Lane, size: int) -> CompactRange:
        """Return the lane's tree at `size`, at most the number of messages with a receipt.

        Raises:
            ValueError: more than that.
        """
        with reading(self._alias):
            held = lanes.find_lane(self._alias, partner, lane, "out")
            return lanes.tree_at(self._alias, held or _EMPTY, size)

    def waiting(self, partner: str, lane: Lane, first: int, *, count: int = MAX_MESSAGES, room: int = ROOM) -> Sequence[Waiting]:
        """Return messages from `first` on: at most `count`, and no further one once their texts fill `room` bytes."""
        sql = """SELECT o.sequence, o.agreement, o.digest, o.key_slot, o.text, o.lane_id FROM outbox o JOIN lane l ON l.id = o.lane_id
                 WHERE l.partner = %s AND l.lane = %s AND l.direction = 'out' AND o.sequence >= %s ORDER BY o.sequence LIMIT %s"""
        with reading(self._alias):
            found = rows(self._alias, sql, [partner, lane, first, count])
        taken: list[Waiting] = []
        for sequence, agreement, digest, slot, sealed, number in found:
            room -= len(sealed or b"")
            if taken and room < 0:
                break
            taken.append(Waiting(sequence, agreement, bytes(digest), self._open(slot, sealed, number, sequence)))
        return taken

    def _open(self, slot: int, sealed: bytes | None, lane: int, sequence: int) -> str | None:
        if sealed is None:
            return None
        try:
            return self._ports.keys.open(slot, bytes(sealed), lanes.message_place(lane, sequence)).decode()
        except KeyDestroyed:
            return None

    def acknowledge(self, partner: str, lane: Lane, batch: Evidence, tree: CompactRange) -> None:
        """Keep a receipt. tree: of the lane at `batch.through`. Where messages were rejected, use the unit of work's instead."""
        with lazily(self._alias):
            lanes.acknowledge(self._alias, partner, lane, batch, tree, self._ports.clock.now())

    def rewind(self, partner: str, lane: Lane, held: int) -> None:
        """The partner lost what he had: the lane goes back to `held`. Texts that had a receipt are gone; their digests go again."""
        with writing(self._alias):
            row = lanes.lane_row(self._alias, partner, lane, "out")
            tree = lanes.tree_at(self._alias, row, held)
            run(self._alias, "UPDATE lane SET acknowledged = %s, tree = %s WHERE id = %s", [held, tree.to_bytes(), row.id])

    def empty_message(self, partner: str, lane: Lane, sequence: int) -> None:
        """Take out the content of a message that may not leave: its place travels as a digest."""
        with writing(self._alias):
            row = lanes.lane_row(self._alias, partner, lane, "out")
            run(self._alias, "UPDATE outbox SET text = NULL WHERE lane_id = %s AND sequence = %s", [row.id, sequence])

    def fares(self, partner: str, lane: Lane, trouble: str, *, contact: bool) -> None:
        """Note how an out lane fares. contact: the partner answered just now."""
        with lazily(self._alias):
            row = lanes.lane_row(self._alias, partner, lane, "out")
            run(self._alias, "UPDATE lane SET trouble = %s WHERE id = %s", [trouble, row.id])
            if contact:
                now = to_microseconds(self._ports.clock.now())
                run(self._alias, "UPDATE lane SET contact = %s WHERE id = %s", [now, row.id])

    # in

    def held(self, partner: str) -> Mapping[Lane, int]:
        """Return per lane how many of the partner's messages are held here."""
        sql = "SELECT lane, size FROM lane WHERE partner = %s AND direction = 'in'"
        with reading(self._alias):
            found = dict(rows(self._alias, sql, [partner]))
        return {lane: found.get(lane, 0) for lane in LANES}


_EMPTY = LaneRow(0, 0, 0, CompactRange())
