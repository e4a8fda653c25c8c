"""What to do next on the way out to one partner: which lane to send from where, when to try again, when to stop.

No I/O: `step` takes the link, one event and gives the link after it and commands for the driver. The urgent lane is always looked at
first and never waits for the normal one; each lane has at most one batch on its way. A lane goes forward only on a receipt whose root is
the root of its own tree, back only when the partner says that he holds less, and stops when the two trees differ.
Times are seconds of one monotonic clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from rabet.exchange.answer import Answer, Busy, ForkClaimed, Gap, Held, Refused, Unreachable
from rabet.exchange.envelope import MAX_MESSAGES, Draft, Head
from rabet.exchange.form import LANES, Lane
from rabet.exchange.receipt import SignedReceipt
from rabet.records.disclosure import Randomness

FIRST_DELAY, LONGEST_DELAY = 0.05, 60.0


@dataclass(frozen=True, slots=True)
class LaneOut:
    """queued: messages ever put into the lane; through: how many of them have a receipt; trouble: "" or why the last try failed.

    least: messages that the next batch must hold, because the partner's receipt speaks of so many.
    """

    queued: int = 0
    through: int = 0
    in_flight: bool = False
    attempts: int = 0
    retry_at: float = 0.0
    trouble: str = ""
    stopped: bool = False
    least: int = 1

    @property
    def waiting(self) -> bool:
        """Is there something to send and nothing on its way?"""
        return self.queued > self.through and not self.in_flight and not self.stopped


@dataclass(frozen=True, slots=True)
class Link:
    """The way out to one partner. met: whether he has told, since this process began, how much he holds."""

    lanes: Mapping[Lane, LaneOut] = field(default_factory=lambda: dict.fromkeys(LANES, LaneOut()))
    met: Literal["no", "asking", "yes"] = "no"
    attempts: int = 0
    ask_at: float = 0.0


# Events.


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has come, or the driver woke up for whatever reason."""

    now: float


@dataclass(frozen=True, slots=True)
class Grown:
    """The lane now holds `size` messages in all."""

    lane: Lane
    size: int
    now: float


@dataclass(frozen=True, slots=True)
class StateTold:
    """Answer to AskState: per lane how many messages the partner holds."""

    held: Mapping[Lane, int]
    now: float


@dataclass(frozen=True, slots=True)
class AskFailed:
    """AskState was not answered. retry_after: seconds the partner asked for, else 0."""

    now: float
    retry_after: float = 0.0


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a dispatched batch."""

    draft: Draft
    answer: Answer
    now: float


@dataclass(frozen=True, slots=True)
class PartnerSeen:
    """The partner reached us: the way is open, so do not wait out a long delay."""

    now: float


@dataclass(frozen=True, slots=True)
class Resumed:
    """People have settled why a lane was stopped; it goes on after `through` messages."""

    lane: Lane
    through: int
    now: float


Event = Tick | Grown | StateTold | AskFailed | Answered | PartnerSeen | Resumed


# Commands.


@dataclass(frozen=True, slots=True)
class AskState:
    """Ask how much the partner holds; report StateTold or AskFailed."""


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Take a portion of the lane from sequence `first`, draft, sign, seal and post it; report Answered. least: see LaneOut."""

    lane: Lane
    first: int
    least: int = 1


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Store the receipt and its results; the lane is settled up to `receipt.receipt.through`."""

    lane: Lane
    draft: Draft
    receipt: SignedReceipt


@dataclass(frozen=True, slots=True)
class Rewound:
    """The partner lost what he had: the lane goes back from `through` to `held`. For cursor, audit and eye."""

    lane: Lane
    through: int
    held: int


@dataclass(frozen=True, slots=True)
class RaiseFork:
    """The partner signed another tree than ours; `own` is our head at the size of his receipt. Make evidence, alarm, ask people."""

    lane: Lane
    own: Head
    receipt: SignedReceipt


@dataclass(frozen=True, slots=True)
class ReportClaim:
    """The partner claims that we contradict ourselves. Verify his evidence, alarm, ask people."""

    lane: Lane
    evidence: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something a person must look at; the lane tries on unless it says stopped. reason: stable id."""

    lane: Lane
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class WakeAt:
    """Send a Tick at this time."""

    at: float


Command = AskState | Dispatch | Acknowledge | Rewound | RaiseFork | ReportClaim | Alarm | WakeAt


def open_link(lanes: Mapping[Lane, tuple[int, int]]) -> Link:
    """Begin with what is stored. lanes: (messages queued, messages with a receipt)."""
    return Link({lane: LaneOut(*lanes.get(lane, (0, 0))) for lane in LANES})


def step(link: Link, event: Event, randomness: Randomness) -> tuple[Link, tuple[Command, ...]]:
    """Take one event; return the link after it and what is to be done, in order."""
    link, commands = _take(link, event, randomness)
    link, following = _go_on(link, event.now)
    return link, (*commands, *following)


def _take(link: Link, event: Event, randomness: Randomness) -> tuple[Link, tuple[Command, ...]]:
    match event:
        case Tick():
            return link, ()
        case Grown(lane, size, _):
            return _set(link, lane, queued=max(size, link.lanes[lane].queued)), ()
        case StateTold():
            return _told(link, event)
        case AskFailed(now, retry_after):
            delay = max(retry_after, _delay(link.attempts, randomness))
            return replace(link, met="no", attempts=link.attempts + 1, ask_at=now + delay), ()
        case PartnerSeen(now):
            return _reachable(replace(link, ask_at=min(link.ask_at, now)), now), ()
        case Resumed(lane, through, now):
            return _set(link, lane, through=through, stopped=False, trouble="", attempts=0, retry_at=now), ()
        case Answered():
            return _answered(link, event, randomness)


def _set(link: Link, lane: Lane, **changes: object) -> Link:
    return replace(link, lanes={**link.lanes, lane: replace(link.lanes[lane], **changes)})  # type: ignore[arg-type]


def _go_on(link: Link, now: float) -> tuple[Link, tuple[Command, ...]]:
    """Dispatch what may go now, urgent first; else say when to look again."""
    if link.met != "yes":
        return _meet(link, now)
    commands: list[Command] = []
    ready = _ready(link)
    for lane in ready:
        if link.lanes[lane].waiting and link.lanes[lane].retry_at <= now:
            commands.append(Dispatch(lane, link.lanes[lane].through, link.lanes[lane].least))
            link = _set(link, lane, in_flight=True)
    later = [link.lanes[lane].retry_at for lane in ready if link.lanes[lane].waiting]
    return link, (*commands, *([WakeAt(min(later))] if later else []))


def _ready(link: Link) -> tuple[Lane, ...]:
    """After a break the urgent lane alone tries the line while it has something to send: a warning overtakes what queued before it."""
    urgent = link.lanes["urgent"]
    broken = any(state.trouble == "unreachable" for state in link.lanes.values())
    return ("urgent",) if broken and urgent.queued > urgent.through and not urgent.stopped else LANES


def _meet(link: Link, now: float) -> tuple[Link, tuple[Command, ...]]:
    if link.met == "asking":
        return link, ()
    if link.ask_at > now:
        return link, (WakeAt(link.ask_at),)
    return replace(link, met="asking"), (AskState(),)


def _told(link: Link, event: StateTold) -> tuple[Link, tuple[Command, ...]]:
    """Compare what the partner holds with our log: he may have lost his end, or we ours."""
    link, commands = replace(link, met="yes", attempts=0), list[Command]()
    for lane in LANES:
        held, state = event.held.get(lane, 0), link.lanes[lane]
        if held > state.queued:
            link = _set(link, lane, stopped=True, trouble="log_lost")
            commands.append(Alarm(lane, "log_lost", f"the partner holds {held}, this log {state.queued}"))
        elif held < state.through:
            link = _set(link, lane, through=held)
            commands.append(Rewound(lane, state.through, held))
    return _reachable(link, event.now), tuple(commands)


def _reachable(link: Link, now: float) -> Link:
    """Lanes that could not reach the partner try at once; each is out of trouble when it has a receipt of its own."""
    for lane, state in link.lanes.items():
        if state.trouble == "unreachable":
            link = _set(link, lane, attempts=0, retry_at=now)
    return link


def _answered(link: Link, event: Answered, randomness: Randomness) -> tuple[Link, tuple[Command, ...]]:
    lane, draft, now = event.draft.manifest.lane, event.draft, event.now
    link = _set(link, lane, in_flight=False)
    match event.answer:
        case Held(receipt):
            return _held(link, draft, receipt, now, randomness)
        case Gap(held) if held < draft.manifest.first:
            link = _failed(_reachable(link, now), lane, "", now, randomness)
            return _set(link, lane, through=held), (Rewound(lane, draft.manifest.first, held),)
        case Gap(held):
            return _refused(link, lane, Refused("bad_gap", f"{held} held, asked from {draft.manifest.first}"), now, randomness)
        case ForkClaimed(evidence):
            return _set(link, lane, stopped=True, trouble="fork"), (ReportClaim(lane, evidence),)
        case Refused() as refused:
            return _refused(link, lane, refused, now, randomness)
        case Busy(retry_after):
            return _failed(link, lane, "busy", now, randomness, retry_after), ()
        case Unreachable():
            return _failed(link, lane, "unreachable", now, randomness), ()


def _held(link: Link, draft: Draft, signed: SignedReceipt, now: float, randomness: Randomness) -> tuple[Link, tuple[Command, ...]]:
    """Go forward if the receipt speaks of this batch from its first message on and of our own tree.

    A receipt that speaks of more messages answers an earlier, longer batch of ours: that many are sent again, to compare the root.
    """
    lane, first, receipt = draft.manifest.lane, draft.manifest.first, signed.receipt
    if receipt.first <= first and draft.manifest.through < receipt.through <= min(link.lanes[lane].queued, first + MAX_MESSAGES):
        return _set(_failed(link, lane, "", now, randomness), lane, least=receipt.through - first), ()
    if not receipt.first <= first < receipt.through <= draft.manifest.through:
        detail = f"speaks of {receipt.first} to {receipt.through}"
        return _refused(link, lane, Refused("bad_receipt", detail), now, randomness)
    own = Head(receipt.through, draft.tree_at(receipt.through).root())
    if own != receipt.head:
        return _set(link, lane, stopped=True, trouble="fork"), (RaiseFork(lane, own, signed),)
    link = _set(_reachable(link, now), lane, through=receipt.through, attempts=0, retry_at=now, trouble="", least=1)
    return link, (Acknowledge(lane, draft, signed),)


def _refused(link: Link, lane: Lane, refused: Refused, now: float, randomness: Randomness) -> tuple[Link, tuple[Command, ...]]:
    """Alarm when the reason is new; keep trying, because people at either end may be putting it right."""
    news = (Alarm(lane, refused.reason, refused.detail),) if link.lanes[lane].trouble != refused.reason else ()
    return _failed(_reachable(link, now), lane, refused.reason, now, randomness), news


def _failed(link: Link, lane: Lane, trouble: str, now: float, randomness: Randomness, at_least: float = 0.0) -> Link:
    attempts = link.lanes[lane].attempts
    delay = max(at_least, _delay(attempts, randomness))
    return _set(link, lane, attempts=attempts + 1, retry_at=now + delay, trouble=trouble)


def _delay(attempts: int, randomness: Randomness) -> float:
    """50 ms, doubling up to a minute, of which between half and all is waited so that many nodes do not come at once."""
    whole = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(attempts, 20))
    return whole * (0.5 + int.from_bytes(randomness.token(4), "big") / 2**33)
