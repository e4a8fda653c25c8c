"""What stands behind the door: opens a batch, judges it, lets casework take the messages, signs the receipt, commits once, answers.

The receipt is signed before the commit and stored with what it promises, so that a crash takes back both or neither; the same batch
again gets the receipt it had. Whatever is turned away is named in the audit log.
"""

import json
import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from rabet.casework.desk import Desk
from rabet.casework.ports import UnitOfWork
from rabet.casework.receiving import receive
from rabet.casework.values import AuditEntry, Event
from rabet.exchange import evidence, receiver
from rabet.exchange.answer import write_state
from rabet.exchange.envelope import Batch, EnvelopeRefused, open_batch
from rabet.exchange.form import Lane
from rabet.exchange.keys import Keyring, Opener
from rabet.exchange.listener import Answer, refusal
from rabet.exchange.receipt import Result, read_signed_receipt, sign_receipt
from rabet.records.merkle import CompactRange, leaf_hash
from rabet.records.signing import Algorithm, Signature, Signer, read_signature
from rabet.records.strict_json import read_json

_log = logging.getLogger(__name__)
# What the content of a message can make our own code raise. A database that fails is never blamed on a message.
_STUMBLES = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError)
_STATUS = {"bad_signature": 403, "wrong_sender": 403, "wrong_audience": 403, "too_large": 413}


class StoredBatch(Protocol):
    """A batch of the sender as it is kept here with the receipt it got."""

    first: int
    manifest: bytes
    signatures: str
    receipt: bytes


class HeldLane(receiver.HeldLane, Protocol):
    """What is held of one lane of one partner."""

    def receipt_for(self, sequence: int) -> Any: ...  # noqa: ANN401 - a StoredBatch or None, frozen


class Arrivals(UnitOfWork, Protocol):
    """The unit of work with the receiving end of a link."""

    def forget(self) -> None: ...

    def in_lane(self, partner: str, lane: Lane) -> Any: ...  # noqa: ANN401 - a HeldLane that accept_batch knows again
    def accept_batch(self, lane: Any, batch: Any, tree: CompactRange) -> None: ...  # noqa: ANN401 - as above
    def quarantine(self, lane: Any, sequence: int, reason: str, text: str) -> None: ...  # noqa: ANN401 - as above


class KeepBatch(Protocol):
    """Makes what the store keeps of a batch."""

    def __call__(
        self, *, first: int, through: int, manifest: bytes, signatures: str, digests: Sequence[bytes], receipt: bytes, root: bytes
    ) -> object: ...


@dataclass(frozen=True)
class Doorway:
    """What the reception works with. public_key: gives the own raw Ed25519 key; floor: partner -> algorithms his agreements ask for."""

    desk: Desk
    begin: Callable[[], AbstractContextManager[Arrivals]]
    held: Callable[[str], dict[Lane, int]]
    kept: KeepBatch
    signer: Signer
    opener: Opener
    keyring: Keyring
    public_key: Callable[[], bytes]
    floor: Callable[[str], Sequence[Algorithm]]
    keep_evidence: Callable[[str, str], None]
    seen: Callable[[str], None]
    let_go: Callable[[], None]


class _Instead(Exception):
    def __init__(self, decision: receiver.Decision, lane: HeldLane) -> None:
        self.decision, self.lane = decision, lane


class _TakenBack(Exception):
    """Ends a trial: nothing of it is stored."""


class BatchReception:
    """`listener.Reception` over a node's desk."""

    def __init__(self, doorway: Doorway) -> None:
        self._way, self._desk = doorway, doorway.desk

    def open(self, partner: str, body: bytes) -> Batch | Answer:
        """Open and verify."""
        way = self._way
        try:
            return open_batch(body, partner=partner, me=self._desk.agency, opener=way.opener, verifier=way.keyring, floor=way.floor(partner))
        except EnvelopeRefused as refused:
            return refusal(_STATUS.get(refused.reason, 400), refused.reason, detail=refused.detail)

    def take(self, partner: str, opened: Batch) -> Answer:
        """Apply the batch and answer with the signed receipt. A message at which this node stumbles is rejected; the rest goes on."""
        try:
            answer = self._take(partner, opened, frozenset())
        except _STUMBLES:
            poison = self._poison(partner, opened)
            if not poison:
                raise
            _log.exception("poison in a batch", extra={"partner": partner, "messages": len(poison)})
            answer = self._take(partner, opened, poison)
        self._way.seen(partner)
        return answer

    def _take(self, partner: str, opened: Batch, poison: frozenset[int]) -> Answer:
        try:
            with self._way.begin() as uow:
                if not _open_to(uow, partner):
                    return self._closed(uow, partner)
                return Answer(200, self._accept(uow, partner, opened, poison).encode())
        except _Instead as instead:
            return self._instead(partner, opened, instead.decision)

    def _poison(self, partner: str, opened: Batch) -> frozenset[int]:
        """Try each message alone, taking everything back, and name those that cannot be stored."""
        return frozenset(seq for seq, text in opened.numbered() if not self._storable(partner, (seq, text)))

    def _storable(self, partner: str, message: tuple[int, str | None]) -> bool:
        try:
            with self._way.begin() as uow:
                receive(self._desk, uow, partner, [message])
                uow.forget()
                raise _TakenBack  # noqa: TRY301 - leaving by an error is what takes the trial back
        except _TakenBack:
            return True
        except _STUMBLES:
            return False

    def _closed(self, uow: Arrivals, partner: str) -> Answer:
        uow.audit(
            AuditEntry(act="batch.refused", officer="", role="partner", outcome="refused", detail={"partner": partner, "reason": "closed"})
        )
        return refusal(403, "closed")

    def _accept(self, uow: Arrivals, partner: str, batch: Batch, poison: frozenset[int]) -> str:
        lane = uow.in_lane(partner, batch.manifest.lane)
        decision = receiver.decide(lane, batch.manifest)
        if not isinstance(decision, receiver.Accept):
            raise _Instead(decision, lane)
        fresh = receive(self._desk, uow, partner, batch.numbered()[decision.skip :], poison)
        results = (*_earlier(lane, batch.manifest.first, decision.skip), *(Result(one.seq, one.status, one.reason) for one in fresh))
        for one in fresh:
            text = batch.messages[one.seq - batch.manifest.first]
            if one.status == "rejected" and text is not None:
                uow.quarantine(lane, one.seq, one.reason, text)
        signed = sign_receipt(
            batch,
            decision.tree,
            results,
            self._desk.clock.now(),
            signer=self._way.signer,
            public_key=self._way.public_key(),
            algorithms=self._way.floor(partner),
        ).to_text()
        uow.accept_batch(lane, self._kept(batch, decision.tree, signed), decision.tree)
        return signed

    def _kept(self, batch: Batch, tree: CompactRange, receipt: str) -> object:
        manifest = batch.manifest
        return self._way.kept(
            first=manifest.first,
            through=manifest.through,
            manifest=batch.manifest_text.encode(),
            signatures=write_signatures(batch.signatures),
            digests=manifest.digests,
            receipt=receipt.encode(),
            root=tree.root(),
        )

    def _instead(self, partner: str, batch: Batch, decision: receiver.Decision) -> Answer:
        match decision:
            case receiver.Repeat(first):
                return self._repeat(partner, batch.manifest.lane, first)
            case receiver.Gap(held):
                return refusal(409, "gap", held=held)
            case receiver.Fork(about, at):
                return self._fork(partner, batch, about, at)
            case _:
                raise AssertionError(decision)

    def _repeat(self, partner: str, name: Lane, first: int) -> Answer:
        """The batch is held: its receipt again, and no second effect."""
        with self._way.begin() as uow:
            stored = uow.in_lane(partner, name).receipt_for(first)
            uow.audit(AuditEntry(act="batch.repeated", officer="", role="partner", detail={"partner": partner, "lane": name, "first": first}))
        return Answer(200, bytes(stored.receipt))

    def _fork(self, partner: str, batch: Batch, about: str, at: int) -> Answer:
        """The sender signed two things that cannot both be true: keep both, tell people, show him."""
        name = batch.manifest.lane
        with self._way.begin() as uow:
            lane = uow.in_lane(partner, name)
            proof = self._proof(partner, batch, lane, at if about == "digest" else at - 1)
            detail: dict[str, str | int] = {"partner": partner, "lane": name, "about": about, "at": at}
            uow.audit(AuditEntry(act="fork.found", officer="", role="partner", outcome="alarm", detail=detail))
            uow.event(Event(kind="alarm", partner=partner, detail={**detail, "reason": "fork"}))
        self._way.keep_evidence(f"fork-{partner}-{name}-{at}", proof)
        return refusal(409, "fork", evidence=proof)

    def _proof(self, partner: str, batch: Batch, lane: HeldLane, seq: int) -> str:
        stored: StoredBatch = lane.receipt_for(seq)
        before = CompactRange().extend(map(leaf_hash, lane.digests(0, stored.first)))
        ours = evidence.manifest_statement(partner, stored.manifest.decode(), read_signatures(stored.signatures), before)
        theirs = evidence.manifest_statement(partner, batch.manifest_text, batch.signatures)
        return evidence.build_evidence((ours, theirs), self._desk.agency, self._desk.clock.now())

    def state(self, partner: str) -> Answer:
        """Say how much of the partner's lanes is held."""
        self._way.seen(partner)
        return Answer(200, write_state(self._way.held(partner)).encode())

    def refused(self, partner: str, answer: Answer) -> None:
        """Name in the audit what was turned away. A gap is how two nodes find together again, and a fork names itself."""
        told = json.loads(answer.body)
        reason = str(told.get("refused", ""))
        if reason in ("gap", "fork", "closed"):
            return
        with self._way.begin() as uow:
            detail: dict[str, str | int] = {"partner": partner, "reason": reason, "status": answer.status}
            uow.audit(AuditEntry(act="batch.refused", officer="", role="partner", outcome="refused", detail=detail))

    def close(self) -> None:
        """Let go of what the calling thread holds."""
        self._way.let_go()


def _open_to(uow: UnitOfWork, partner: str) -> bool:
    return any(one.agency == partner and one.confirmed and one.state == "open" for one in uow.partners())


def _earlier(lane: HeldLane, first: int, count: int) -> tuple[Result, ...]:
    """The results already given to the messages of a batch that are held: each as its receipt said."""
    found: list[Result] = []
    while len(found) < count:
        at = first + len(found)
        receipt = read_signed_receipt(lane.receipt_for(at).receipt).receipt
        found += [result for result in receipt.results if at <= result.seq < first + count]
    return tuple(found)


def write_signatures(signatures: Sequence[Signature]) -> str:
    """Signatures as they are kept: a JSON list."""
    return json.dumps([signature.to_json() for signature in signatures])


def read_signatures(text: str) -> tuple[Signature, ...]:
    """Undo `write_signatures`."""
    return tuple(read_signature(item) for item in read_json(text))
