"""What the exchange keeps: batches received, poison, checkpoints, anchors.

It is part of the transaction in which casework takes the messages, so that a receipt and what it promises are one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rabet.casework.values import Lane, Outgoing
from rabet.records.merkle import CompactRange
from rabet.storage import lanes, models
from rabet.storage.fields import to_microseconds
from rabet.storage.lanes import Evidence, LaneRow
from rabet.storage.transactions import rows, run
from rabet.storage.unit.standing import Standing


@dataclass(frozen=True, slots=True)
class HeldLane:
    """What is held of one lane of one partner: fits `exchange.receiver.HeldLane`."""

    alias: str
    row: LaneRow

    @property
    def tree(self) -> CompactRange:
        return self.row.tree

    def digests(self, first: int, stop: int) -> Sequence[bytes]:
        """Digests of the messages `first` to before `stop`."""
        return lanes.digests(self.alias, self.row.id, first, stop)

    def root_at(self, size: int) -> bytes | None:
        """Root of a receipt given for exactly `size` messages."""
        found = rows(self.alias, "SELECT root FROM batch WHERE lane_id = %s AND through = %s", [self.row.id, size])
        return bytes(found[0][0]) if found else None

    def receipt_for(self, sequence: int) -> Evidence | None:
        """The stored batch whose receipt speaks of this sequence: the one with the smallest `through` above it."""
        found = lanes.batches(self.alias, self.row.id, sequence, limit=1)
        return found[0] if found and found[0].first <= sequence else None


class Arrivals(Standing):
    """Part of the unit of work that only the exchange uses."""

    def in_lane(self, partner: str, lane: Lane) -> HeldLane:
        """Return the lane, locked against another batch of it."""
        self._change()
        return HeldLane(self.alias, lanes.lane_row(self.alias, partner, lane, "in"))

    def accept_batch(self, lane: HeldLane, batch: Evidence, tree: CompactRange) -> None:
        """Keep manifest, digests and the receipt given; the lane then holds `tree`."""
        self._change()
        now = self.ports.clock.now()
        lanes.add_batch(self.alias, lane.row.id, batch, now)
        run(
            self.alias,
            "UPDATE lane SET size = %s, tree = %s, contact = %s WHERE id = %s",
            [tree.size, tree.to_bytes(), to_microseconds(now), lane.row.id],
        )

    def quarantine(self, lane: HeldLane, sequence: int, reason: str, text: str) -> None:
        """Keep a message that was rejected, sealed under a key of its own."""
        slot = self.new_key()
        sealed = self.ports.keys.seal(slot, text.encode(), f"quarantine/{lane.row.id}/{sequence}".encode())
        models.Quarantine.objects.using(self.alias).create(
            lane_id=lane.row.id, sequence=sequence, reason=reason, key_slot=slot, text=sealed, at=self.ports.clock.now()
        )

    def checkpoint(self, size: int, text: str) -> None:
        """Keep a checkpoint of the audit log that this node signed. text: the exact note."""
        self._change()
        models.Checkpoint.objects.using(self.alias).create(size=size, text=text, at=self.ports.clock.now())

    def anchor(self, message: Outgoing, size: int, blinded: bytes, blind: bytes) -> None:
        """Send a message that holds the blinded head of the audit log, and remember what opens it: 16 bytes that stay here."""
        self.send(message)
        lane = self._open_lane(message.partner, message.lane)
        models.Anchor.objects.using(self.alias).create(lane_id=lane.row, sequence=lane.size - 1, size=size, blinded=blinded, blind=blind)

    def acknowledge(self, partner: str, lane: Lane, batch: Evidence, tree: CompactRange) -> None:
        """As `Links.acknowledge`, together with what the act makes of the partner's words."""
        self._change()
        self._settle()
        lanes.acknowledge(self.alias, partner, lane, batch, tree, self.ports.clock.now())
