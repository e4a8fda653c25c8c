"""The agreement as a document: exact signed bytes, parsed strictly into frozen values. It supplies data to fixed rules and never code.

What is missing, of the wrong type or outside a closed list is refused with its path. Keys this version does not know are kept (the
bytes are what was signed) and listed in `unknown`; a clause or condition that holds one is not applied at all, because the unknown
key may have been meant to narrow it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from hashlib import sha256

from rabet.agreements.terms import Mode, ReleaseTier, Texts, Tier
from rabet.records.signing import Algorithm, Signature


@dataclass(frozen=True, slots=True)
class Authority:
    """A competent authority of a party. role: one of terms.AUTHORITY_ROLES."""

    role: str
    name: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """An agency bound by the agreement. card: hex SHA-256 of its card; host and port: where its node is reached; state: ISO 3166 code."""

    id: str
    state: str
    name: Texts
    card: str
    host: str
    port: int
    authorities: tuple[Authority, ...]


@dataclass(frozen=True, slots=True)
class ArticleText:
    """The legal text in one language: file name and hex SHA-256 of its bytes."""

    language: str
    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signed the paper: party and office, never a name."""

    party: str
    office: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalText:
    """The paper the clauses point to. prevails: language of the text that counts when the texts differ."""

    number: str
    signed_on: date
    prevails: str
    texts: tuple[ArticleText, ...]
    signatories: tuple[Signatory, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One permission. Everything it lists must match; what it does not list it does not permit.

    up_to: highest release class; only, excluded: path patterns ("*" = one segment, a pattern covers what lies below it; only = () means
    every path); persons: categories of persons, empty below class "person"; understood: False when the clause holds an unknown key.
    """

    id: str
    article: str
    from_parties: tuple[str, ...]
    to_parties: tuple[str, ...]
    kinds: tuple[str, ...]
    up_to: ReleaseTier
    only: tuple[str, ...]
    excluded: tuple[str, ...]
    purposes: tuple[str, ...]
    handling_max: str
    offences: tuple[str, ...]
    persons: tuple[str, ...]
    mode: Mode
    understood: bool = True


@dataclass(frozen=True, slots=True)
class Condition:
    """The human-rights condition for what goes from one party to another. An unknown key beside it makes the tier "blocked"."""

    article: str
    from_party: str
    to_party: str
    tier: Tier


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a partner may keep what he got. kinds: kind -> days; persons: days for person data, at most five years."""

    article: str
    kinds: Mapping[str, int]
    persons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestForm:
    """What a request for assistance must hold: fields and person fields by id (terms.json), languages, who signs, grounds of refusal."""

    article: str
    fields: tuple[str, ...]
    person_fields: tuple[str, ...]
    languages: tuple[str, ...]
    signed_by: tuple[str, ...]
    refusals: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Hours from receipt.

    urgent_direct, urgent_indirect: urgent request, data directly or only indirectly available; other: all other requests;
    core_data: after a confirmed match; written_confirmation: of an oral request.
    """

    article: str
    urgent_direct: int
    urgent_indirect: int
    other: int
    core_data: int
    written_confirmation: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Agreement:
    """One version of an agreement. Two are equal when their bytes are.

    digest: hex SHA-256 of the bytes; previous: digest of the version it replaces or None; begins, ends: first and last day in force
    (UTC; ends None = until denounced); floor: signature algorithms a batch must carry; consent_lease: hours a consent stands without
    contact; unknown: paths of keys kept but not understood.
    """

    digest: str
    data: bytes = field(repr=False)
    id: str
    version: int
    previous: str | None
    title: Texts
    parties: tuple[Party, ...]
    legal: LegalText
    begins: date
    ends: date | None
    clauses: tuple[Clause, ...]
    conditions: tuple[Condition, ...]
    offences: tuple[str, ...]
    retention: Retention
    suite: str
    floor: tuple[Algorithm, ...]
    request_form: RequestForm
    clocks: Clocks
    consent_lease: int
    unknown: tuple[str, ...]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Agreement) and other.digest == self.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def party(self, agency: str) -> Party | None:
        return next((party for party in self.parties if party.id == agency), None)

    def condition(self, giver: str, taker: str) -> Condition | None:
        return next((c for c in self.conditions if (c.from_party, c.to_party) == (giver, taker)), None)


@dataclass(frozen=True, slots=True)
class SignedAgreement:
    """Exact bytes and, per party, the signatures over them (Purpose.AGREEMENT). They are claims until `standing.signatories` checked them."""

    data: bytes
    signatures: Mapping[str, tuple[Signature, ...]]

    @property
    def digest(self) -> str:
        return digest_of(self.data)


@lru_cache(maxsize=256)
def digest_of(data: bytes) -> str:
    """Hex SHA-256: the name of exactly these bytes."""
    return sha256(data).hexdigest()
