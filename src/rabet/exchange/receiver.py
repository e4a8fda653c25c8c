"""What to do with a batch that was opened: take it, answer with the receipt it had, ask for what is missing, or call a fork.

A pure decision on what is held of the lane. The driver loads, decides, applies the messages, signs the receipt and commits, all in one
transaction: so a receipt never promises what a crash can take back, and the same batch again finds itself held.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from rabet.exchange.envelope import Manifest
from rabet.records.merkle import EMPTY_ROOT, CompactRange, leaf_hash


class HeldLane(Protocol):
    """What the receiver holds of one lane of one partner."""

    @property
    def tree(self) -> CompactRange:
        """Tree of all messages held."""

    def digests(self, first: int, stop: int) -> Sequence[bytes]:
        """Digests of the messages `first` to `stop`, all of them held."""

    def root_at(self, size: int) -> bytes | None:
        """Root of a receipt given for exactly `size` messages; None when there was none."""


@dataclass(frozen=True, slots=True)
class Accept:
    """Apply the messages from index `skip` on (those before are held: repeat their results); `tree` is the lane with the batch."""

    skip: int
    tree: CompactRange


@dataclass(frozen=True, slots=True)
class Repeat:
    """All held. Answer with the stored receipt that speaks of sequence `first`: the one with the smallest `through` above it."""

    first: int


@dataclass(frozen=True, slots=True)
class Gap:
    """The batch does not start where it can be judged: 409 with the size from which the sender is to go on."""

    held: int


@dataclass(frozen=True, slots=True)
class Fork:
    """The sender contradicts himself. about: root (of the first `at` messages) or digest (of message `at`). Make evidence, answer 409."""

    about: Literal["root", "digest"]
    at: int


Decision: TypeAlias = Accept | Repeat | Gap | Fork


def decide(lane: HeldLane, manifest: Manifest) -> Decision:
    """Judge a verified manifest against what is held of its lane.

    A batch starts at the end of what is held or where an earlier receipt ended: there the receiver knows the root, so that a sender
    whose past has changed is found out at once and not only where the messages overlap. A batch that starts elsewhere makes the
    sender begin again, which costs him only the receipts he had.
    """
    size, first = lane.tree.size, manifest.first
    if first > size:
        return Gap(size)
    root = lane.tree.root() if first == size else EMPTY_ROOT if first == 0 else lane.root_at(first)
    if root is None:
        return Gap(0)
    if root != manifest.before.root:
        return Fork("root", first)
    overlap = min(size, manifest.through) - first
    for seq, held in enumerate(lane.digests(first, first + overlap) if overlap else (), first):
        if held != manifest.digests[seq - first]:
            return Fork("digest", seq)
    if manifest.through <= size:
        return Repeat(first)
    return Accept(overlap, lane.tree.extend(map(leaf_hash, manifest.digests[overlap:])))
