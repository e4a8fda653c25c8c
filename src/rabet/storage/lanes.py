"""Rows of lanes and the messages in them: what both the unit of work and the link drivers ask of the database.

An out lane keeps its tree at `acknowledged`, an in lane at `size`. Every batch with a receipt leaves a row with the digests of its
messages, so that any earlier tree, root or receipt can be found again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rabet.casework.values import Lane, LaneState
from rabet.records.merkle import CompactRange, leaf_hash
from rabet.storage.fields import from_microseconds, to_microseconds
from rabet.storage.transactions import Value, is_sqlite, rows, run

Direction = Literal["out", "in"]
DIGEST = 32
_LANE = "SELECT id, size, acknowledged, tree FROM lane WHERE partner = %s AND lane = %s AND direction = %s"


@dataclass(frozen=True, slots=True)
class LaneRow:
    """id: row number; size, acknowledged: numbers of messages; tree: see the module."""

    id: int
    size: int
    acknowledged: int
    tree: CompactRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A batch and its receipt as they are kept. digests: 32 bytes a message; root: of the lane's tree at `through`."""

    first: int
    through: int
    manifest: bytes
    signatures: str
    digests: Sequence[bytes]
    receipt: bytes
    root: bytes


def find_lane(alias: str, partner: str, name: Lane, direction: Direction, *, lock: bool = False) -> LaneRow | None:
    """Return the lane, or None before its first message. lock: keep other transactions from changing it."""
    found = rows(alias, _LANE + (" FOR UPDATE" if lock and not is_sqlite(alias) else ""), [partner, name, direction])
    if not found:
        return None
    number, size, acknowledged, tree = found[0]
    return LaneRow(number, size, acknowledged, CompactRange.from_bytes(bytes(tree)))


def lane_row(alias: str, partner: str, name: Lane, direction: Direction) -> LaneRow:
    """Return the lane, locked; make it when there is none."""
    if (lane := find_lane(alias, partner, name, direction, lock=True)) is not None:
        return lane
    empty: list[Value] = [partner, name, direction, CompactRange().to_bytes()]
    run(
        alias,
        "INSERT INTO lane (partner, lane, direction, size, acknowledged, tree, trouble) VALUES (%s, %s, %s, 0, 0, %s, '')"
        " ON CONFLICT DO NOTHING",
        empty,
    )
    lane = find_lane(alias, partner, name, direction, lock=True)
    assert lane is not None  # noqa: S101 - just made
    return lane


def message_place(lane: int, sequence: int) -> bytes:
    """What the seal of a message is bound to."""
    return f"outbox/{lane}/{sequence}".encode()


def add_batch(alias: str, lane: int, batch: Evidence, at: datetime) -> None:
    """Keep a batch and its receipt; a receipt got twice is kept once."""
    values: list[Value] = [
        lane, batch.first, batch.through, batch.manifest, batch.signatures, b"".join(batch.digests), batch.root, batch.receipt,
        to_microseconds(at),
    ]  # fmt: skip
    run(
        alias,
        "INSERT INTO batch (lane_id, first, through, manifest, signatures, digests, root, receipt, at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        values,
    )


def acknowledge(alias: str, partner: str, name: Lane, batch: Evidence, tree: CompactRange, at: datetime) -> None:
    """Keep the receipt, move the lane to it, and drop the texts it covers; their digests stay."""
    lane = lane_row(alias, partner, name, "out")
    add_batch(alias, lane.id, batch, at)
    if tree.size > lane.acknowledged:
        run(
            alias,
            "UPDATE lane SET acknowledged = %s, tree = %s, contact = %s, trouble = '' WHERE id = %s",
            [tree.size, tree.to_bytes(), to_microseconds(at), lane.id],
        )
    run(
        alias,
        "UPDATE outbox SET text = NULL WHERE lane_id = %s AND sequence >= %s AND sequence < %s AND text IS NOT NULL",
        [lane.id, batch.first, batch.through],
    )


def digests(alias: str, lane: int, first: int, stop: int) -> list[bytes]:
    """Return the digests of the messages `first` to before `stop` of a lane, from its batches."""
    sql = "SELECT first, through, digests FROM batch WHERE lane_id = %s AND through > %s AND first < %s ORDER BY through"
    found: list[bytes] = []
    for start, through, joined in rows(alias, sql, [lane, first, stop]):
        low, high = max(start, first + len(found)), min(through, stop)
        found += [bytes(joined[(at - start) * DIGEST : (at - start + 1) * DIGEST]) for at in range(low, high)]
    return found


def tree_at(alias: str, lane: LaneRow, size: int) -> CompactRange:
    """Return the tree of the first `size` messages; the one kept when it is that, else made again from the digests.

    Raises:
        ValueError: there are not so many messages with a receipt.
    """
    if lane.tree.size == size:
        return lane.tree
    tree = CompactRange().extend(map(leaf_hash, digests(alias, lane.id, 0, size)))
    if tree.size != size:
        raise ValueError(f"the lane has receipts for {tree.size} messages, not {size}")
    return tree


_STATES = """
SELECT l.partner, l.lane, l.direction, l.size, CASE WHEN l.direction = 'out' THEN l.acknowledged ELSE l.size END, o.at, l.contact, l.trouble
FROM lane l LEFT JOIN outbox o ON l.direction = 'out' AND o.lane_id = l.id AND o.sequence = l.acknowledged
ORDER BY l.partner, l.lane DESC, l.direction"""


def lane_states(alias: str) -> list[LaneState]:
    """Return all lanes as `outbox` shows them."""
    return [
        LaneState(
            partner=partner,
            lane=lane,
            direction=direction,
            size=size,
            through=through,
            oldest_waiting=_moment(oldest),
            contact=_moment(contact),
            trouble=trouble,
        )
        for partner, lane, direction, size, through, oldest, contact, trouble in rows(alias, _STATES)
    ]


def _moment(value: int | None) -> datetime | None:
    return None if value is None else from_microseconds(value)


_BATCH = "SELECT first, through, manifest, signatures, digests, receipt, root FROM batch WHERE lane_id = %s AND through > %s ORDER BY through"


def batches(alias: str, lane: int, after: int, limit: int | None = None) -> list[Evidence]:
    """Return the batches of a lane that reach beyond `after` messages, oldest first."""
    sql, values = (_BATCH, [lane, after]) if limit is None else (f"{_BATCH} LIMIT %s", [lane, after, limit])
    return [
        Evidence(
            first=first,
            through=through,
            manifest=bytes(manifest),
            signatures=signatures,
            digests=[bytes(joined[at : at + DIGEST]) for at in range(0, len(joined), DIGEST)],
            receipt=bytes(receipt),
            root=bytes(root),
        )
        for first, through, manifest, signatures, joined, receipt, root in rows(alias, sql, values)
    ]
