"""A node of the simulation: the real machines and codecs between a disk that survives crashes and a memory that does not."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.exchange.simulation.world import World

from rabet.exchange.answer import Unreachable, read_answer, read_state, write_state
from rabet.exchange.envelope import (
    Batch,
    Draft,
    EnvelopeRefused,
    Queued,
    draft_batch,
    message_digest,
    open_batch,
    portion,
    seal_batch,
)
from rabet.exchange.evidence import (
    build_evidence,
    checkpoint_statement,
    manifest_statement,
    receipt_statement,
    verify_evidence,
)
from rabet.exchange.form import LANES, Lane, write
from rabet.exchange.keys import Keyring
from rabet.exchange.prove import SignedManifest
from rabet.exchange.receipt import Result, SignedReceipt, sign_receipt
from rabet.exchange.receiver import Accept, Fork, Gap, Repeat, decide
from rabet.exchange.sender import (
    Acknowledge,
    Alarm,
    Answered,
    AskFailed,
    AskState,
    Command,
    Dispatch,
    Event,
    Grown,
    Link,
    PartnerSeen,
    RaiseFork,
    ReportClaim,
    Rewound,
    StateTold,
    Tick,
    WakeAt,
    open_link,
    step,
)
from rabet.records.checkpoint import Checkpoint, Note, link_origin, sign_checkpoint
from rabet.records.merkle import CompactRange, leaf_hash
from rabet.records.signing import CLASSICAL, Purpose

START = datetime(2026, 11, 22, tzinfo=UTC)
TIMEOUT = 5.0
POISON = "poison"


@dataclass
class OutLane:
    """On disk: every message ever queued, and what the partner signed about them."""

    log: list[Queued] = field(default_factory=list)
    through: int = 0
    results: dict[int, Result] = field(default_factory=dict)
    receipts: list[SignedReceipt] = field(default_factory=list)

    def tree(self, size: int) -> CompactRange:
        return CompactRange().extend(leaf_hash(message.digest) for message in self.log[:size])


@dataclass
class InLane:
    """On disk: what was received, with manifests and the receipts given. Also the view the receiver's decision takes."""

    tree: CompactRange = field(default_factory=CompactRange)
    held: list[bytes] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    effects: list[str] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    receipts: list[SignedReceipt] = field(default_factory=list)

    def digests(self, first: int, stop: int) -> Sequence[bytes]:
        return self.held[first:stop]

    def root_at(self, size: int) -> bytes | None:
        return next((given.receipt.head.root for given in self.receipts if given.receipt.through == size), None)

    def receipt_of(self, seq: int) -> SignedReceipt:
        return next(given for given in self.receipts if given.receipt.through > seq)


class Node:
    """One agency's node with one partner."""

    def __init__(self, name: str, partner: str, world: World, keys: Any, public_key: bytes, sealer: Any, ring: Keyring) -> None:  # noqa: ANN401
        self.name, self.partner, self.world = name, partner, world
        self.keys, self.public_key, self.sealer, self.ring = keys, public_key, sealer, ring
        self.out: dict[Lane, OutLane] = {lane: OutLane() for lane in LANES}
        self.inside: dict[Lane, InLane] = {lane: InLane() for lane in LANES}
        self.other: Node | None = None
        self.up = False
        self.life = 0
        self.link = Link()
        self.waiting: dict[int, Callable[[bytes | None], None]] = {}
        self.notes: dict[str, list[Any]] = defaultdict(list)

    # Life and death.

    def start(self) -> None:
        """Begin with what is on disk."""
        if self.up:
            return
        self.up, self.life, self.waiting = True, self.life + 1, {}
        self.link = open_link({lane: (len(out.log), out.through) for lane, out in self.out.items()})
        self.take(Tick(self.world.now))

    def crash(self) -> None:
        """Lose the memory, and the last acknowledgement or two: they were written without waiting for the disk."""
        if not self.up:
            return
        self.up = False
        for out in self.out.values():
            for _ in range(self.world.random.randrange(3)):
                if out.receipts:
                    out.receipts.pop()
            out.through = out.receipts[-1].receipt.through if out.receipts else 0
            out.results = {result.seq: result for given in out.receipts for result in given.receipt.results}
        self.world.after(self.world.random.uniform(0.1, 5.0), self.start)

    def crashing(self) -> bool:
        """Fall over now, by the chance of this world?"""
        if self.world.chance(self.world.faults.crash):
            self.crash()
            return True
        return False

    # The way out.

    def report(self, lane: Lane, text: str) -> None:
        """Queue a message; it is durable even while the node's pusher is down."""
        self.out[lane].log.append(Queued("a-1", message_digest(text), text))
        self.take(Grown(lane, len(self.out[lane].log), self.world.now))

    def withdraw(self, lane: Lane, seq: int) -> None:
        """Recall a message before it has a receipt: its content goes, its place stays."""
        if seq >= self.out[lane].through:
            self.out[lane].log[seq] = Queued("a-1", self.out[lane].log[seq].digest, None)

    def take(self, event: Event) -> None:
        if self.up:
            self.link, commands = step(self.link, event, self)
            for command in commands:
                self.obey(command)

    def token(self, size: int) -> bytes:
        """Randomness port."""
        return self.world.random.randbytes(size)

    def obey(self, command: Command) -> None:
        if not self.up:
            return
        match command:
            case AskState():
                self.request(b"state", b"", self.told)
            case Dispatch(lane, first, least):
                self.dispatch(lane, first, least)
            case WakeAt(at):
                life = self.life
                self.world.at(at, lambda: self.take(Tick(self.world.now)) if self.life == life else None)
            case Acknowledge(lane, _, receipt):
                self.acknowledge(lane, receipt)
            case Rewound(lane, _, held):
                self.out[lane].through = held
                self.notes["rewound"].append(command)
            case RaiseFork(lane, own, receipt):
                checkpoint = Checkpoint(link_origin(self.name, self.partner, lane), own.size, own.root)
                note = Note(checkpoint, (sign_checkpoint(checkpoint, self.public_key, self.keys),)).text()
                statements = (checkpoint_statement(self.name, self.public_key, note), receipt_statement(receipt))
                self.notes["forks"].append(verify_evidence(build_evidence(statements, self.name, self.clock()), self.ring))
            case ReportClaim(_, evidence):
                self.notes["claims"].append(verify_evidence(evidence, self.ring))
            case Alarm():
                self.notes["alarms"].append(command)

    def dispatch(self, lane: Lane, first: int, least: int) -> None:
        out = self.out[lane]
        self.notes["dispatched"].append((lane, self.link))
        draft = draft_batch(self.name, self.partner, lane, out.tree(first), self.some(out.log[first:], least), self.clock())
        signatures = self.keys.sign(Purpose.MANIFEST, draft.manifest_text.encode())
        self.request(b"batch", seal_batch(draft, signatures, self.sealer), lambda reply: self.answered(draft, reply))

    def some(self, waiting: Sequence[Queued], least: int) -> Sequence[Queued]:
        """A portion, sometimes a smaller one than could be: a node of another version may batch otherwise."""
        taken = portion(waiting, least)
        return taken[: max(least, self.world.random.randint(1, len(taken)))] if self.world.chance(0.2) else taken

    def answered(self, draft: Draft, reply: bytes | None) -> None:
        if reply is None:
            self.take(Answered(draft, Unreachable(), self.world.now))
            return
        status, _, body = reply.partition(b" ")
        code = int(status) if status.isdigit() and len(status) == 3 else 500
        self.take(Answered(draft, read_answer(code, {}, body, draft, keyring=self.ring), self.world.now))

    def told(self, reply: bytes | None) -> None:
        try:
            held = read_state(reply or b"")
        except EnvelopeRefused:
            self.take(AskFailed(self.world.now))
        else:
            self.take(StateTold(held, self.world.now))

    def acknowledge(self, lane: Lane, signed: SignedReceipt) -> None:
        if self.crashing():
            return
        out = self.out[lane]
        out.through = signed.receipt.through
        out.receipts.append(signed)
        for result in signed.receipt.results:
            assert out.results.setdefault(result.seq, result) == result, "a second, different result"
        self.crashing()

    def request(self, path: bytes, body: bytes, done: Callable[[bytes | None], None]) -> None:
        """Post and wait for the first answer or the time-out. After a crash nobody waits any more."""
        number, life, other = len(self.waiting) + self.life * 1_000_000, self.life, self.other
        assert other is not None
        self.waiting[number] = done

        def finish(reply: bytes | None) -> None:
            if self.life == life and self.up and self.waiting[number] is done:
                self.waiting[number] = _finished
                done(reply)

        def back(reply: bytes) -> None:
            self.world.carry(reply, finish, shielded=not reply.startswith(b"200 {"))

        self.world.carry(path + b" " + body, lambda data: other.serve(data, back))
        self.world.after(TIMEOUT, lambda: finish(None))

    # The way in.

    def serve(self, data: bytes, reply: Callable[[bytes], None]) -> None:
        if not self.up:
            return
        self.take(PartnerSeen(self.world.now))
        path, _, body = data.partition(b" ")
        if path == b"state":
            reply(write_state({lane: inside.tree.size for lane, inside in self.inside.items()}).encode())
        elif path == b"batch":
            self.receive(body, reply)

    def receive(self, body: bytes, reply: Callable[[bytes], None]) -> None:
        try:
            batch = open_batch(body, partner=self.partner, me=self.name, opener=self.keys, verifier=self.ring, floor=CLASSICAL)
        except EnvelopeRefused as error:
            reply(b"400 " + write({"refused": error.reason, "detail": error.detail}).encode())
            return
        inside = self.inside[batch.manifest.lane]
        match decide(inside, batch.manifest):
            case Accept(skip, tree):
                self.keep(inside, batch, skip, tree, reply)
            case Repeat(first):
                reply(b"200 " + inside.receipt_of(first).to_text().encode())
            case Gap(held):
                reply(b"409 " + write({"refused": "gap", "held": held}).encode())
            case Fork(about, at):
                evidence = self.evidence(inside, batch, about, at)
                self.notes["forks"].append(verify_evidence(evidence, self.ring))
                reply(b"409 " + write({"refused": "fork", "evidence": evidence}).encode())

    def keep(self, inside: InLane, batch: Batch, skip: int, tree: CompactRange, reply: Callable[[bytes], None]) -> None:
        """Apply, sign and store in one step; a crash comes before or after it, never within."""
        if self.crashing():
            return
        first = batch.manifest.first
        new = [apply(seq, text) for seq, text in batch.numbered()[skip:]]
        results = [*inside.results[first : first + skip], *new]
        signed = sign_receipt(batch, tree, results, self.clock(), signer=self.keys, public_key=self.public_key)
        inside.tree, inside.receipts, inside.batches = tree, [*inside.receipts, signed], [*inside.batches, batch]
        inside.held += batch.manifest.digests[skip:]
        inside.results += new
        self.notes["arrived"] += [(batch.manifest.lane, seq) for seq, _ in batch.numbered()[skip:]]
        inside.effects += [text for (_, text), result in zip(batch.numbered()[skip:], new, strict=True) if text and result.status == "accepted"]
        if not self.crashing():
            reply(b"200 " + signed.to_text().encode())

    def evidence(self, inside: InLane, batch: Batch, about: str, at: int) -> str:
        """The earlier batch of the same sender that says otherwise, with the tree before it, and the new one."""
        covers = (lambda earlier: earlier.first <= at < earlier.through) if about == "digest" else (lambda earlier: earlier.through == at)
        earlier = next(stored for stored in inside.batches if covers(stored.manifest))
        before = CompactRange().extend(map(leaf_hash, inside.held[: earlier.manifest.first]))
        statements = (
            manifest_statement(self.partner, earlier.manifest_text, earlier.signatures, before),
            manifest_statement(self.partner, batch.manifest_text, batch.signatures),
        )
        return build_evidence(statements, self.name, self.clock())

    def clock(self) -> datetime:
        return START + timedelta(seconds=self.world.now)

    def manifests(self, lane: Lane) -> list[SignedManifest]:
        return [SignedManifest(batch.manifest_text, batch.signatures) for batch in self.inside[lane].batches]


def apply(seq: int, text: str | None) -> Result:
    """What the rest of a node would say of a message."""
    if text is None:
        return Result(seq, "accepted", "withdrawn")
    return Result(seq, "rejected", "unreadable") if POISON in text else Result(seq, "accepted")


def _finished(reply: bytes | None) -> None:
    """Stands where an answer is no longer waited for."""
