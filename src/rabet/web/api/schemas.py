"""Forms of what the API answers. What it takes is read strictly by records and casework; its form here is for the reader of the OpenAPI."""

from typing import Any

from ninja import Schema
from pydantic import Field

HIGHEST = 2**63 - 1


class ListQuery(Schema):
    """after: `next` of the page before; text: part of place, substance, country or quantity, or a record's id."""

    kind: str = Field("", max_length=40)
    origin: str = Field("", pattern="^(own|received)?$")
    text: str = Field("", max_length=200)
    after: str = Field("", pattern="^([0-9a-f]{32})?$")
    limit: int = Field(50, ge=1, le=200)


class StreamQuery(Schema):
    """after: number of the last event already known."""

    after: int = Field(0, ge=0, le=HIGHEST)


class FeedQuery(StreamQuery):
    """limit: at most so many events."""

    limit: int = Field(100, ge=1, le=500)


class Problem(Schema):
    """path: where in what was sent ("" = the whole); id: stable; text: a sentence in the language asked for."""

    path: str
    id: str
    text: str


class Problems(Schema):
    """Never empty."""

    problems: list[Problem]


class Waiting(Schema):
    """A release that waits for two people."""

    partner: str
    release: str


class Reason(Schema):
    """clause, article: its place in the agreement."""

    id: str
    clause: str
    article: str
    text: str


class Withheld(Schema):
    """What did not go to a partner, and every reason. For the owner only: the partner learns nothing."""

    partner: str
    version: int
    part: str
    reasons: list[Reason]


class Outcome(Schema):
    """What became of one report. repeated: it was stored before and nothing was done twice."""

    record: str
    version: int
    repeated: bool
    sent: list[str]
    waiting: list[Waiting]
    withheld: list[Withheld]
    alerts: int


class Outcomes(Schema):
    """In the order of the reports."""

    outcomes: list[Outcome]


class Row(Schema):
    """A record as lists show it: no person data. at: when this node took it; happened: ISO month, date or instant."""

    record: str
    version: int
    kind: str
    author: str
    state: str
    handling: str
    origin: str
    sender: str
    agreement: str
    at: str
    happened: str
    country: str
    place: str
    substance: str
    quantity: str
    unit: str
    danger: list[str]
    urgent: bool
    simulated: bool
    laboratory: str
    alerts: int


class Rows(Schema):
    """next: ask again with `after` = next for older records; "" when there are none."""

    records: list[Row]
    next: str


class Header(Schema):
    """What every holder of the record sees."""

    kind: str
    id: str
    version: int
    author: str
    state: str
    handling: str
    purpose: str
    offence: str
    retain_until: str
    evaluation: str


class Version(Schema):
    """at: when this node took it."""

    version: int
    state: str
    at: str


class Alert(Schema):
    """Two records share identifiers. reasons: (kind, value)."""

    record: str
    other: str
    person: bool
    at: str
    reasons: list[tuple[str, str]]


class Record(Schema):
    """A record as far as this system may see it. persons_hidden: it holds person data that are shown only for a case."""

    header: Header
    origin: str
    sender: str
    agreement: str
    body: dict[str, Any]
    persons_hidden: bool
    versions: list[Version]
    alerts: list[Alert]


class Release(Schema):
    """A part of a version that left, waits or was refused."""

    id: str
    version: int
    partner: str
    agreement: str
    part: str
    state: str
    approvals: int
    at: str


class Receipt(Schema):
    """What a partner answered about a version. detail: a role, or the reason of a rejection."""

    version: int
    partner: str
    state: str
    detail: str
    at: str


class Fate(Schema):
    """What became of an own record until now: what left, what waits, what was withheld and why, what partners answered."""

    record: str
    version: int
    state: str
    releases: list[Release]
    withheld: list[Withheld]
    receipts: list[Receipt]


class Event(Schema):
    """row: the record as lists show it now; absent when it left every list."""

    number: int
    kind: str
    record: str
    partner: str
    detail: dict[str, Any]
    at: str
    row: Row | None


class Events(Schema):
    """last: ask again with `after` = last for what follows."""

    events: list[Event]
    last: int
