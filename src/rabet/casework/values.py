"""Frozen values that acts and storage hand to each other. Ids are hex text; times aware UTC datetimes; nothing here does I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from rabet.records.header import Header
from rabet.records.signing import Signature

Lane = Literal["urgent", "normal"]
Origin = Literal["own", "received"]
Part = Literal["consignment", "person"]
ReleaseState = Literal["waiting", "sent", "refused", "withdrawn"]
SYSTEM_ROLE = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """Who acts. id: pseudonym that stands in records and audit (names stay in the user table); clearance: highest handling code.

    strong: signed in again for this very act (step-up); system: an agency's own system acting with a token.
    """

    id: str
    agency: str
    unit: str
    roles: frozenset[str]
    clearance: str = "H1"
    cases: frozenset[str] = frozenset()
    strong: bool = False
    active: bool = True
    language: str = "en"

    @property
    def is_system(self) -> bool:
        """A program: it is nobody's second person, and matches on persons are not for it."""
        return SYSTEM_ROLE in self.roles


@dataclass(frozen=True, slots=True)
class StepUp:
    """A sign-in repeated over the digest of what is approved (design 4). digest: hex SHA-256; at: when it was given."""

    officer: Officer
    digest: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A local case: number, offence, unit, purpose, legal basis, review date (ISO). Leaves the node only where an agreement names it."""

    id: str
    number: str
    offence: str
    unit: str
    purpose: str
    legal_basis: str
    review_on: str
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a record as this node holds it. Content stands apart, encrypted under the key at `key_slot`.

    sender: agency it came from ("" = own); agreement: under which it came; imported: history that is released only on request;
    keep_until: last day (ISO) on which this node may keep it.
    """

    header: Header
    header_text: str
    signatures: tuple[Signature, ...]
    origin: Origin
    sender: str
    agreement: str
    case: str
    unit: str
    officer: str
    urgent: bool
    imported: bool
    text_clear: bool
    blocked: bool
    keep_until: str
    key_slot: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Content:
    """What is kept under the record's key: the texts of the leaves known here and, for own records, the padding (hex)."""

    leaves: tuple[str, ...]
    padding: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """Clear projection of the newest version for lists and feed: only what a list shows, no person data."""

    record: str
    version: int
    kind: str
    author: str
    state: str
    handling: str
    origin: Origin
    sender: str
    agreement: str
    at: datetime
    happened: str
    country: str
    place: str
    substance: str
    quantity: str
    unit: str
    danger: str
    urgent: bool
    simulated: bool
    laboratory: str
    alerts: int = 0


@dataclass(frozen=True, slots=True)
class IdentifierRow:
    """A comparable key of a record's newest version. person: only officers and partners who may see person data learn of it."""

    record: str
    version: int
    kind: str
    value: str
    quality: str
    person: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Two records share something. reasons: (reason id, identifier kind, value as written) - the value stays on this node."""

    id: str
    record: str
    other: str
    reasons: tuple[tuple[str, str, str], ...]
    person: bool
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Approval:
    """Step-up of one officer over the digest of a release: role and pseudonym, never a name."""

    role: str
    officer: str
    digest: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One part of one version for one partner. paths: leaf paths disclosed; digest: SHA-256 over record, partner, agreement and paths."""

    id: str
    record: str
    version: int
    partner: str
    agreement: str
    part: Part
    state: ReleaseState
    paths: tuple[str, ...]
    digest: str
    approvals: tuple[Approval, ...]
    requested_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Withheld:
    """Why something did not go: for its owner only; the partner's node learns nothing. reasons: (reason id, clause, article)."""

    record: str
    version: int
    partner: str
    part: str
    reasons: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message for a partner, put into the lane in the act's own transaction. text: exact message text (see docs/reference/protocol.md)."""

    partner: str
    lane: Lane
    agreement: str
    record: str
    version: int
    text: str
    key_slot: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """What an act leaves in the node's audit log: pseudonym, role, act, object, case and purpose; never a name, never content."""

    act: str
    officer: str
    role: str
    about: str = ""
    case: str = ""
    purpose: str = ""
    outcome: str = "done"
    detail: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A row of the event table: the only source of feed, server-sent events, --follow and notices. number: 0 until stored."""

    kind: str
    record: str = ""
    partner: str = ""
    detail: Mapping[str, str | int] = field(default_factory=dict)
    person: bool = False
    at: datetime | None = None
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work due later, done by the node's worker. key: one job per key, so that a repeat is recognised."""

    key: str
    act: str
    due: datetime
    detail: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """Another agency as this node knows it.

    card: exact text; confirmed: people compared the fingerprint; state: exchange may be stopped; breach: one of an assurance was
    reported and two people have not lifted it.
    """

    agency: str
    card: str
    card_digest: str
    confirmed: bool
    state: Literal["open", "stopped"] = "open"
    breach: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """Between whom a message goes, and what is known of the agreement it names, for the second gate.

    receiver_card: digest of the receiver's card; agreement: exact bytes; signed_by: parties whose signatures were verified.
    """

    sender: str
    receiver: str
    receiver_card: str
    agreement: bytes
    signed_by: frozenset[str]
    stopped: bool
    breach: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneState:
    """A lane as `outbox` shows it. size: messages ever put in; through: messages with receipt; contact: last answer of the partner."""

    partner: str
    lane: Lane
    direction: Literal["out", "in"]
    size: int
    through: int
    oldest_waiting: datetime | None
    contact: datetime | None
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A system's token: only its digest is kept. scopes: report, read, feed."""

    id: str
    name: str
    digest: str
    scopes: frozenset[str]
    unit: str
    clearance: str
    active: bool = True
