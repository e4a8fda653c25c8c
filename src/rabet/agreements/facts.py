"""What the decisions look at: frozen values handed in by casework. Nothing here reads a database, a clock or a file.

Every attribute is needed. One that is None, of another type or outside its list means no, with its own reason (`missing_facts`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from json import dumps
from types import NoneType
from typing import Protocol

from rabet.agreements.terms import RANK
from rabet.records.header import HANDLING, STATES


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A natural person in a record.

    category, status_class: codes of the tables party_category and status_class, None = not recorded; adult: True only when known;
    offence: the offence for which the status stands (the record's, when it names no other).
    """

    category: str | None
    status_class: str | None
    adult: bool | None
    offence: str | None


@dataclass(frozen=True, slots=True)
class Consent:
    """The author's permission to pass one record on (its signature was checked). up_to: release class; until: end of the lease."""

    author: str
    item: str
    to: str
    up_to: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Assurance:
    """A partner's signed word about one item (signature checked): not for a death sentence, not for torture.

    giver: agency bound by it; authority: office that signed; excludes: uses ruled out, both of ASSURED are needed; expires: its lapse.
    """

    agreement: str
    giver: str
    item: str
    offence: str
    authority: str
    excludes: frozenset[str]
    expires: datetime


ASSURED = frozenset({"death_sentence", "torture"})


@dataclass(frozen=True, slots=True)
class Approval:
    """One officer's step-up sign-in over a release. digest: `release_digest` over exactly `paths`; pseudonym: one per human being."""

    role: str
    pseudonym: str
    agency: str
    digest: str
    paths: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFacts:
    """A record as it would leave.

    digest: hex SHA-256 of its signed header's text; holder: agency that would send it; state: the header's; retain_until: last day kept;
    text_clear: an officer marked its free text clear of persons; fields: leaf path -> release class (rabet.records.kinds);
    persons: element path ("parties/.1f2e") -> facts, for natural persons; consents: of the author, when holder is not the author.
    """

    kind: str
    id: str
    digest: str
    author: str
    holder: str
    handling: str
    purpose: str
    offence: str
    state: str
    retain_until: date
    blocked: bool
    text_clear: bool
    fields: Mapping[str, str]
    persons: Mapping[str, PersonFacts]
    consents: tuple[Consent, ...] = ()


@dataclass(frozen=True, slots=True)
class PartnerFacts:
    """The recipient.

    card: hex SHA-256 of the card this node holds; confirmed: people compared its fingerprint; open: exchange is not stopped;
    breach: a breach of an assurance was reported and two people have not lifted it yet.
    """

    agency: str
    card: str
    confirmed: bool
    open: bool
    breach: bool


@dataclass(frozen=True, slots=True)
class ReleaseContext:
    """now: aware; approvals: of this record for this partner; assurances: of this partner; neutrality_attested: by a reviewer."""

    now: datetime
    approvals: tuple[Approval, ...] = ()
    assurances: tuple[Assurance, ...] = ()
    neutrality_attested: bool = False


class OfficerFacts(Protocol):
    """The officer who acts; casework's frozen Officer fits. strong: signed in again for this act."""

    @property
    def id(self) -> str: ...
    @property
    def agency(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def roles(self) -> frozenset[str]: ...
    @property
    def clearance(self) -> str: ...
    @property
    def cases(self) -> frozenset[str]: ...
    @property
    def strong(self) -> bool: ...
    @property
    def active(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFacts:
    """A record at this node.

    case: id, "" = none; agreement_status: of the agreement it came under, "" for an own record; state: the header's;
    purposes: it may be used for; automated: programs may compare it; named: officers it is limited to (empty = not limited).
    """

    id: str
    author: str
    holder: str
    agreement_status: str
    case: str
    unit: str
    purposes: frozenset[str]
    handling: str
    automated: bool
    named: frozenset[str]
    consents: tuple[Consent, ...]
    retain_until: date
    state: str
    blocked: bool


@dataclass(frozen=True, slots=True)
class AccessContext:
    """now: aware; purpose: typed by the officer; to: agency a copy would go on to ("" = none); approved_by: pseudonyms who approved it."""

    now: datetime
    purpose: str
    to: str = ""
    approved_by: frozenset[str] = frozenset()


def release_digest(agreement: str, to: str, item: str, paths: Iterable[str]) -> str:
    """What two people approve: hex SHA-256 of the JSON array ["rabet-release/1", agreement digest, partner, record digest, sorted paths]."""
    text = dumps(["rabet-release/1", agreement, to, item, sorted(paths)], ensure_ascii=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


Check = Callable[[object], bool]


def _text(value: object) -> bool:
    return type(value) is str and value != ""


def _code(value: object) -> bool:
    return type(value) is str


def _flag(value: object) -> bool:
    return type(value) is bool


def _instant(value: object) -> bool:
    return isinstance(value, datetime) and value.tzinfo is not None


def _day(value: object) -> bool:
    return type(value) is date


def _codes(value: object) -> bool:
    return isinstance(value, frozenset) and all(type(item) is str for item in value)


def _handling(value: object) -> bool:
    return type(value) is str and value in HANDLING


def _state(value: object) -> bool:
    return type(value) is str and value in STATES


def _fields(value: object) -> bool:
    return isinstance(value, Mapping) and set(map(type, value)) <= {str}


def _persons(value: object) -> bool:
    return isinstance(value, Mapping) and all(type(one) is PersonFacts and _person(one) for one in value.values())


def _person(one: PersonFacts) -> bool:
    """A person's facts may be unknown (None), which is for the rules to judge; they may not be nonsense."""
    return {type(one.category), type(one.status_class), type(one.offence)} <= {str, NoneType} and type(one.adult) in (bool, NoneType)


def _rank(value: object) -> bool:
    return type(value) is str and value in RANK


def _all(type_: type, checks: Mapping[str, Check]) -> Check:
    def check(value: object) -> bool:
        return type(value) is tuple and all(
            type(one) is type_ and all(fits(getattr(one, name, None)) for name, fits in checks.items()) for one in value
        )

    return check


_CONSENT = {"author": _text, "item": _text, "to": _text, "up_to": _rank, "until": _instant}
_ASSURANCE = {
    "agreement": _text,
    "giver": _text,
    "item": _text,
    "offence": _text,
    "authority": _text,
    "excludes": _codes,
    "expires": _instant,
}
_APPROVAL = {"role": _text, "pseudonym": _text, "agency": _text, "digest": _text, "paths": _codes}

ITEM: Mapping[str, Check] = {
    "kind": _text,
    "id": _text,
    "digest": _text,
    "author": _text,
    "holder": _text,
    "handling": _handling,
    "purpose": _text,
    "offence": _code,
    "state": _state,
    "retain_until": _day,
    "blocked": _flag,
    "text_clear": _flag,
    "fields": _fields,
    "persons": _persons,
    "consents": _all(Consent, _CONSENT),
}
PARTNER: Mapping[str, Check] = {"agency": _text, "card": _text, "confirmed": _flag, "open": _flag, "breach": _flag}
RELEASE: Mapping[str, Check] = {
    "now": _instant,
    "approvals": _all(Approval, _APPROVAL),
    "assurances": _all(Assurance, _ASSURANCE),
    "neutrality_attested": _flag,
}
OFFICER: Mapping[str, Check] = {
    "id": _text,
    "agency": _text,
    "unit": _text,
    "roles": _codes,
    "clearance": _handling,
    "cases": _codes,
    "strong": _flag,
    "active": _flag,
}
RECORD: Mapping[str, Check] = {
    "id": _text,
    "author": _text,
    "holder": _text,
    "agreement_status": _code,
    "case": _code,
    "unit": _code,
    "purposes": _codes,
    "handling": _handling,
    "automated": _flag,
    "named": _codes,
    "consents": _all(Consent, _CONSENT),
    "retain_until": _day,
    "state": _state,
    "blocked": _flag,
}
ACCESS: Mapping[str, Check] = {"now": _instant, "purpose": _text, "to": _code, "approved_by": _codes}


def missing_facts(name: str, value: object, checks: Mapping[str, Check]) -> Iterator[str]:
    """Yield "name.attribute" for every attribute that is absent, None, of the wrong type or outside its list."""
    for attribute, fits in checks.items():
        if not fits(getattr(value, attribute, None)):
            yield f"{name}.{attribute}"
