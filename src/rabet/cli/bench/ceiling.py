"""The ceiling of throughput: what these processors can do with the cryptography and the rows of an exchange and nothing else.

Two processes at once, as the two nodes are: one makes each record's tree, signs it, seals each 256 and inserts as many rows as a
sending node does; the other opens, verifies tree and signature, and inserts as many as a receiving one. No policy, no JSON, no
network, no index: a node comes near it only as far as all of that costs nothing.
"""

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rabet.casework.reporting import MAX_AT_ONCE
from rabet.cli.bench.beside import Pipe, beside, hear
from rabet.exchange.keys import AgencyKeys
from rabet.records.disclosure import Commitment

_WITHIN = 600.0  # seconds
_INFO = b"benchmark"
_START = """PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=8000;
CREATE TABLE filled (id INTEGER PRIMARY KEY, body BLOB);"""

# Does the cryptography of so many records.
Batch = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Load:
    """One record of the benchmark as a tree, and how many rows it makes at either side."""

    tree: Commitment
    sent_rows: int
    taken_rows: int

    @property
    def size(self) -> int:
        """Bytes of its fields as they are sealed and stored."""
        return sum(len(leaf.text.encode()) for leaf in self.tree.leaves)

    def root(self) -> bytes:
        """Work the tree out anew."""
        return bytes.fromhex(Commitment(self.tree.leaves, self.tree.padding).root)


def measure_ceiling(folder: Path, load: Load, count: int) -> float:
    """Records a second of the slower side, both at work at once."""
    seeds = dict(AgencyKeys.generate().seeds)
    with (
        beside(_work, _sending, folder / "sent.sqlite3", load, load.sent_rows, count, seeds) as sender,
        beside(_work, _taking, folder / "taken.sqlite3", load, load.taken_rows, count, seeds) as receiver,
    ):
        sides = (sender, receiver)
        for side in sides:
            hear(side, _WITHIN, "the ceiling")
        for side in sides:
            side.send("go")
        slowest: float = max(hear(side, _WITHIN, "the ceiling") for side in sides)
        return count / slowest


def _work(pipe: Pipe, make: Callable[[Load, AgencyKeys], Batch], path: Path, load: Load, rows: int, count: int, seeds: dict[str, bytes]) -> None:
    """One side: cryptography of a batch, then its rows in one synchronised transaction."""
    batch, body = make(load, AgencyKeys(seeds)), bytes(load.size // rows)
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript(_START)
    pipe.send("ready")
    pipe.recv()
    begin = time.perf_counter()
    for first in range(0, count, MAX_AT_ONCE):
        some = min(MAX_AT_ONCE, count - first)
        batch(some)
        database.execute("BEGIN IMMEDIATE")
        database.executemany("INSERT INTO filled (body) VALUES (?)", [(body,)] * (some * rows))
        database.execute("COMMIT")
    pipe.send(time.perf_counter() - begin)
    database.close()


def _sending(load: Load, keys: AgencyKeys) -> Batch:
    private = Ed25519PrivateKey.from_private_bytes(keys.seeds["ed25519"])

    def batch(count: int) -> None:
        for _ in range(count):
            private.sign(load.root())
        keys.public.seal(bytes(load.size * count), _INFO)

    return batch


def _taking(load: Load, keys: AgencyKeys) -> Batch:
    private = Ed25519PrivateKey.from_private_bytes(keys.seeds["ed25519"])
    public, signature = private.public_key(), private.sign(load.root())
    sealed = keys.public.seal(bytes(load.size * MAX_AT_ONCE), _INFO)

    def batch(count: int) -> None:
        keys.open(keys.public.key_id, sealed, _INFO)
        for _ in range(count):
            public.verify(signature, load.root())

    return batch
