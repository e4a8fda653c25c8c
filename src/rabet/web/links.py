"""How the link to each partner stands, in one word that an officer understands."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from rabet.casework.values import LaneState

LATE_AFTER = timedelta(minutes=2)
LinkState = Literal["live", "late", "queued", "new"]


@dataclass(frozen=True, slots=True)
class Link:
    """A partner's link.

    state: live = nothing waits and the partner answered lately; queued = something waits; late = no answer for two minutes;
    new = never any contact. queued: messages without receipt; oldest: since when the first of them waits; contact: last answer.
    """

    partner: str
    state: LinkState
    queued: int
    urgent: int
    oldest: datetime | None
    contact: datetime | None
    trouble: str
    lanes: tuple[LaneState, ...]


def links(lanes: Sequence[LaneState], now: datetime) -> Sequence[Link]:
    """Return one link per partner, in alphabetical order."""
    by_partner: dict[str, list[LaneState]] = defaultdict(list)
    for lane in lanes:
        by_partner[lane.partner].append(lane)
    return [_link(partner, tuple(held), now) for partner, held in sorted(by_partner.items())]


def _link(partner: str, lanes: tuple[LaneState, ...], now: datetime) -> Link:
    out = [lane for lane in lanes if lane.direction == "out"]
    waiting = {lane.lane: lane.size - lane.through for lane in out}
    contact = max((lane.contact for lane in lanes if lane.contact), default=None)
    queued = sum(waiting.values())
    return Link(
        partner=partner,
        state=_state(queued, contact, now),
        queued=queued,
        urgent=waiting.get("urgent", 0),
        oldest=min((lane.oldest_waiting for lane in out if lane.oldest_waiting), default=None),
        contact=contact,
        trouble=next((lane.trouble for lane in lanes if lane.trouble), ""),
        lanes=lanes,
    )


def _state(queued: int, contact: datetime | None, now: datetime) -> LinkState:
    if contact is None:
        return "queued" if queued else "new"
    if now - contact > LATE_AFTER:
        return "late"
    return "queued" if queued else "live"
