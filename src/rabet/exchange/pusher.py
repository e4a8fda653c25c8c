"""Drives the sender machine of one partner: its events come from the clock, the database and the wire; its commands go there.

One thread keeps the machine and the database; each lane has a thread that seals, posts and waits, so that an urgent batch never
waits behind a normal one that is crawling over a bad line. A batch is what waits, up to 256 messages: there is no timer that
collects. A datagram on the pusher's socket wakes it the moment an act committed.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from queue import Empty, SimpleQueue
from time import monotonic, sleep
from typing import Literal, Protocol

from rabet.exchange import sender
from rabet.exchange.answer import Answer, Held, Refused, Unreachable, read_answer, read_state, retry_after
from rabet.exchange.envelope import Draft, EnvelopeRefused, Head, Queued, draft_batch, portion
from rabet.exchange.form import LANES, Lane
from rabet.exchange.keys import Keyring
from rabet.exchange.receipt import SignedReceipt
from rabet.exchange.sealed import MayNotLeave, Sealed
from rabet.exchange.transport import NoAnswer, Transport
from rabet.records.disclosure import Randomness
from rabet.records.merkle import CompactRange
from rabet.records.signing import Algorithm, Signature

BATCH, STATE = "/exchange/v1/batch", "/exchange/v1/state"
_ASK: Literal["ask"] = "ask"
_WARM: Literal["warm"] = "warm"
# Seconds: at most between two looks at the database; at least between two turns; after a fault; for a thread to end.
_IDLE, _SHORTEST, _STUMBLED_SECONDS, _STOP_SECONDS = 60.0, 0.0005, 1.0, 5.0
_WARM_SECONDS = 60.0  # after so long without a word a lane's connection is used once, to keep it
Work = Draft | Literal["ask", "warm"] | None
_log = logging.getLogger(__name__)


class Lanes(Protocol):
    """The lanes towards one partner as stored. Called from one thread."""

    def sizes(self) -> Mapping[Lane, tuple[int, int]]:
        """Per lane: messages ever queued, messages with a receipt."""

    def tree(self, lane: Lane, size: int) -> CompactRange:
        """The lane's tree at `size`, at most the number of messages with a receipt."""

    def waiting(self, lane: Lane, first: int) -> Sequence[Queued]:
        """Messages from sequence `first` on, as many as a batch may hold."""

    def acknowledge(self, draft: Draft, signatures: Sequence[Signature], receipt: SignedReceipt) -> None:
        """Store the receipt, what it says of each message, and the new cursor, in one transaction."""

    def rewind(self, lane: Lane, through: int, held: int) -> None:
        """The partner lost what he had: the lane goes back from `through` to `held`."""

    def stop_message(self, lane: Lane, seq: int, reasons: Sequence[str]) -> None:
        """Take out the content of a message that may not leave; its place travels as a digest."""

    def fork(self, lane: Lane, own: Head, receipt: SignedReceipt) -> None:
        """Keep evidence that the partner signed another tree, and tell people."""

    def claim(self, lane: Lane, evidence: str) -> None:
        """Keep the evidence by which the partner says that we contradict ourselves, and tell people."""

    def alarm(self, lane: Lane, reason: str, detail: str) -> None:
        """Tell people."""

    def fares(self, lane: Lane, trouble: str, *, contact: bool) -> None:
        """Show how the lane fares; may be lost in a power cut. contact: the partner answered just now."""

    def close(self) -> None:
        """Close the connection of this thread."""


class Surroundings(Protocol):
    """What a pusher needs besides the lanes of its partner."""

    @property
    def agency(self) -> str: ...
    @property
    def keyring(self) -> Keyring: ...
    @property
    def randomness(self) -> Randomness: ...
    def now(self) -> datetime: ...
    def seal(self, partner: str, manifest: str, messages: Sequence[str | None]) -> Sealed:
        """Raises MayNotLeave."""

    def floor(self, partner: str) -> Sequence[Algorithm]:
        """What the agreements with him ask of a signature."""

    def close(self) -> None:
        """Let go of what this thread holds of the keys."""


@dataclass(frozen=True, slots=True)
class Woken:
    """Something was committed, or the partner was heard of."""

    seen: bool = False


@dataclass(frozen=True, slots=True)
class Stopped:
    """A message of this draft may not leave."""

    draft: Draft
    trouble: MayNotLeave


Note = sender.Event | Woken | Stopped | None


class Pusher:
    """The way out to one partner. `connect` makes a transport; each lane has its own."""

    def __init__(self, partner: str, around: Surroundings, lanes: Callable[[], Lanes], connect: Callable[[], Transport]) -> None:
        self.partner, self._around, self._open_lanes, self._connect = partner, around, lanes, connect
        self._notes: SimpleQueue[Note] = SimpleQueue()
        self._work: dict[Lane, SimpleQueue[Work]] = {lane: SimpleQueue() for lane in LANES}
        self._signatures: dict[bytes, tuple[Signature, ...]] = {}
        self._flying: dict[Lane, Draft] = {}
        self._trees: dict[Lane, CompactRange] = {}
        self._link = sender.open_link({})
        self._due = 0.0
        self._shown: dict[Lane, str] = {}
        self._ended = False
        self._threads = [threading.Thread(target=self._keep, name=f"to {partner}", daemon=True)]
        self._threads += [threading.Thread(target=self._carry, args=(lane,), name=f"to {partner}, {lane}", daemon=True) for lane in LANES]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def wake(self, *, seen: bool = False) -> None:
        """Look for work now. seen: the partner has just reached us, so a long delay need not be waited out."""
        self._notes.put(Woken(seen))

    def stop(self) -> None:
        """End after what is on its way."""
        self._ended = True
        self._notes.put(None)
        for thread in self._threads:
            thread.join(_STOP_SECONDS)

    def _keep(self) -> None:
        """The machine's thread. When the database stumbles it begins again from what is stored: nothing is lost by that."""
        lanes = self._open_lanes()
        while not self._ended:
            try:
                self._run(lanes)
            except Exception:  # noqa: BLE001 - whatever it was, this partner's messages wait for another try
                _log.exception("pusher stumbled", extra={"partner": self.partner})
                sleep(_STUMBLED_SECONDS)
        for work in self._work.values():
            work.put(None)
        lanes.close()

    def _run(self, lanes: Lanes) -> None:
        """Notes in, commands out, until stopped."""
        self._link = sender.open_link(lanes.sizes())
        self._flying.clear()
        self._trees.clear()
        self._act(lanes, sender.Tick(monotonic()))
        while (note := self._next()) is not None:
            for event in self._events(lanes, note):
                self._act(lanes, event)
        self._ended = True

    def _next(self) -> Note:
        """Wait for a note, or for the machine's own time."""
        try:
            return self._notes.get(timeout=min(max(self._due - monotonic(), _SHORTEST), _IDLE))
        except Empty:
            return Woken()

    def _events(self, lanes: Lanes, note: Note) -> Sequence[sender.Event]:
        now = monotonic()
        match note:
            case Woken(seen):
                grown = [sender.Grown(lane, size, now) for lane, (size, _) in lanes.sizes().items()]
                return [*([sender.PartnerSeen(now)] if seen else []), *grown]
            case sender.Answered(draft) | Stopped(draft) if not self._landed(draft):
                return []
            case Stopped(draft, trouble):
                lanes.stop_message(draft.manifest.lane, trouble.seq, trouble.reasons)
                return [sender.Answered(draft, Refused("may_not_leave", str(trouble)), now)]
            case None:
                return []
            case _:
                return [note]

    def _landed(self, draft: Draft) -> bool:
        """Is this the batch that was on its way? One from before this thread began anew is not: it will be sent again."""
        lane = draft.manifest.lane
        if self._flying.get(lane) is not draft:
            return False
        del self._flying[lane]
        return True

    def _act(self, lanes: Lanes, event: sender.Event) -> None:
        self._due = monotonic() + _IDLE
        self._link, commands = sender.step(self._link, event, self._around.randomness)
        settled = [command for command in commands if isinstance(command, sender.Acknowledge)]
        self._trees.update((one.lane, one.draft.tree_at(one.receipt.receipt.through)) for one in settled)
        # What waits goes out before a receipt is stored, which may have to wait for an act: a receipt that is lost is given again.
        for command in [*(one for one in commands if one not in settled), *settled]:
            self._do(lanes, command)
        if isinstance(event, sender.Answered):
            self._show(lanes, event)

    def _show(self, lanes: Lanes, event: sender.Answered) -> None:
        """Tell people how the lane fares when that changed; a receipt says so by itself."""
        lane = event.draft.manifest.lane
        trouble = self._link.lanes[lane].trouble
        if trouble != self._shown.get(lane, ""):
            lanes.fares(lane, trouble, contact=not isinstance(event.answer, Unreachable))
            self._shown[lane] = trouble

    def _do(self, lanes: Lanes, command: sender.Command) -> None:
        match command:
            case sender.AskState():
                self._work["urgent"].put(_ASK)
            case sender.Dispatch(lane, first, least):
                messages = portion(lanes.waiting(lane, first), least)
                if not messages:
                    raise LookupError(f"lane {lane} has no message {first}")
                draft = draft_batch(self._around.agency, self.partner, lane, self._tree(lanes, lane, first), messages, self._around.now())
                self._flying[lane] = draft
                self._work[lane].put(draft)
            case sender.Acknowledge(_, draft, receipt):
                lanes.acknowledge(draft, self._signatures.pop(draft.digest, ()), receipt)
            case sender.Rewound(lane, through, held):
                lanes.rewind(lane, through, held)
            case sender.RaiseFork(lane, own, receipt):
                lanes.fork(lane, own, receipt)
            case sender.ReportClaim(lane, evidence):
                lanes.claim(lane, evidence)
            case sender.Alarm(lane, reason, detail):
                lanes.alarm(lane, reason, detail)
            case sender.WakeAt(at):
                self._due = min(self._due, at)

    def _tree(self, lanes: Lanes, lane: Lane, size: int) -> CompactRange:
        """The lane's tree: as the last receipt left it, which may not be stored yet, or else as it is stored."""
        known = self._trees.get(lane)
        return known if known is not None and known.size == size else lanes.tree(lane, size)

    def _carry(self, lane: Lane) -> None:
        """A lane's thread: what is put before it is sealed, posted, and the answer brought back.

        The connection is opened before there is anything to say, and kept warm: an urgent message must not wait for a handshake.
        """
        transport = self._connect()
        work: Work = _WARM
        while work is not None:
            match work:
                case "warm":
                    self._warm(transport)
                case "ask":
                    self._notes.put(self._ask(transport))
                case _:
                    self._notes.put(self._post(transport, work))
            work = self._next_work(lane)
        transport.close()
        self._around.close()

    def _next_work(self, lane: Lane) -> Work:
        try:
            return self._work[lane].get(timeout=_WARM_SECONDS)
        except Empty:
            return _WARM

    def _warm(self, transport: Transport) -> None:
        """Say something, so that the connection stands. Whether it does is for the next message to find out."""
        with suppress(NoAnswer):
            transport.ask("GET", STATE)

    def _ask(self, transport: Transport) -> Note:
        try:
            reply = transport.ask("GET", STATE)
            if reply.status == 200:
                return sender.StateTold(read_state(reply.body), monotonic())
            return sender.AskFailed(monotonic(), retry_after(reply.headers))
        except (NoAnswer, EnvelopeRefused) as trouble:
            _log.info("partner did not tell what he holds", extra={"partner": self.partner, "trouble": str(trouble)})
            return sender.AskFailed(monotonic())
        except Exception:  # noqa: BLE001 - the thread must live on
            _log.exception("asking failed", extra={"partner": self.partner})
            return sender.AskFailed(monotonic())

    def _post(self, transport: Transport, draft: Draft) -> Note:
        try:
            sealed = self._around.seal(self.partner, draft.manifest_text, draft.messages)
            self._signatures[draft.digest] = sealed.signatures
            answer = self._answer(transport, draft, sealed.body)
        except MayNotLeave as trouble:
            return Stopped(draft, trouble)
        except Exception as trouble:  # noqa: BLE001 - the keys may be away for a moment; the machine tries again
            _log.exception("batch not sealed", extra={"partner": self.partner})
            answer = Refused("not_sealed", type(trouble).__name__)
        if not isinstance(answer, Held):
            self._signatures.pop(draft.digest, None)
        return sender.Answered(draft, answer, monotonic())

    def _answer(self, transport: Transport, draft: Draft, body: bytes) -> Answer:
        try:
            reply = transport.ask("POST", BATCH, body)
        except NoAnswer as trouble:
            return Unreachable(str(trouble))
        floor = self._around.floor(self.partner)
        return read_answer(reply.status, reply.headers, reply.body, draft, keyring=self._around.keyring, floor=floor)
