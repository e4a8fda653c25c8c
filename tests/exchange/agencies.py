"""Two invented agencies with fixed keys, and what tests need to let them talk."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256

from rabet.exchange.envelope import Draft, Queued, draft_batch, message_digest, seal_batch
from rabet.exchange.form import Lane
from rabet.exchange.keys import AgencyKeys, KeyringVerifier
from rabet.records.merkle import CompactRange
from rabet.records.signing import CLASSICAL, Algorithm, Purpose

A, B, C = "alborz", "khazar", "volga"
NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


@cache
def keys_of(agency: str) -> AgencyKeys:
    """Keys from a fixed seed: never used outside tests."""
    sizes = {"ed25519": 32, "ml-dsa-65": 32, "ml-kem-768": 64, "x25519": 32}
    return AgencyKeys({name: seed(f"{agency} {name}", size) for name, size in sizes.items()})


def seed(name: str, size: int) -> bytes:
    return (sha256(f"{name} 1".encode()).digest() + sha256(f"{name} 2".encode()).digest())[:size]


@cache
def keyring() -> KeyringVerifier:
    return KeyringVerifier({agency: [keys_of(agency).public] for agency in (A, B, C)})


def message(number: int, text: str = "") -> str:
    """A message text: the exchange carries it unread."""
    return f'{{"type":"record","salt":"{number:032x}","agreement":"a-1","text":"{text or number}"}}'


def queued(number: int, *, withdrawn: bool = False, agreement: str = "a-1") -> Queued:
    text = message(number)
    return Queued(agreement, message_digest(text), None if withdrawn else text)


def draft(messages: Sequence[Queued], before: CompactRange | None = None, lane: Lane = "normal", sender: str = A, receiver: str = B) -> Draft:
    return draft_batch(sender, receiver, lane, before or CompactRange(), messages, NOW)


def body_of(batch: Draft, algorithms: Sequence[Algorithm] = CLASSICAL) -> bytes:
    """Sign as the manifest's sender, seal to its receiver."""
    signatures = keys_of(batch.manifest.sender).sign(Purpose.MANIFEST, batch.manifest_text.encode(), algorithms)
    return seal_batch(batch, signatures, keys_of(batch.manifest.receiver).public)


class Seeded:
    """Randomness port with a seed."""

    def __init__(self, number: int = 0) -> None:
        self._random = random.Random(number)

    def token(self, size: int) -> bytes:
        return self._random.randbytes(size)
