"""What the rules of agreements/ look at, drawn from this node's records, partners and documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache

from rabet.agreements.decision import Decision
from rabet.agreements.document import Agreement, SignedAgreement
from rabet.agreements.facts import AccessContext, Approval, ItemFacts, PartnerFacts, PersonFacts, RecordFacts, ReleaseContext
from rabet.agreements.standing import HeldAgreement, hold, signatories
from rabet.casework import values
from rabet.casework.desk import Desk
from rabet.casework.fields import Fields
from rabet.casework.ports import UnitOfWork
from rabet.casework.values import Link, Partner, Version
from rabet.records.header import header_digest


@dataclass(frozen=True)
class Standing:
    """The agreements and partners of this node at one moment."""

    agency: str
    now: datetime
    held: tuple[HeldAgreement, ...]
    directory: Mapping[str, Partner]

    @cached_property
    def partners(self) -> tuple[str, ...]:
        """Every other party of an agreement in force, in alphabetical order."""
        found = {party.id for one in self.held if one.status == "in_force" for party in one.document.parties}
        return tuple(sorted((found & set(self.directory)) - {self.agency}))

    @cached_property
    def in_force(self) -> frozenset[str]:
        """Ids of the agreements in force: without one nothing received is shown."""
        return frozenset(one.document.id for one in self.held if one.status == "in_force")

    def documents_with(self, partner: str) -> tuple[HeldAgreement, ...]:
        """Agreements, in force or not, that bind both this agency and the partner."""
        return tuple(one for one in self.held if one.document.party(partner) and one.document.party(self.agency))

    def document(self, agreement: str) -> Agreement | None:
        """The version of an agreement in force, or the newest when none is."""
        one = self._version(agreement)
        return one.document if one else None

    def _version(self, agreement: str) -> HeldAgreement | None:
        versions = [one for one in self.held if one.document.id == agreement]
        return next((one for one in versions if one.status == "in_force"), next(iter(versions), None))

    def status(self, agreement: str) -> str:
        """Its status, or "" when unknown."""
        one = self._version(agreement)
        return one.status if one else ""

    def agreement_for(self, partner: str, decision: Decision) -> Agreement:
        """The agreement a decision was taken under, or any that binds both when only a narrowing is to be told."""
        chosen = self.document(decision.agreement) if decision.agreement else None
        return chosen or self.documents_with(partner)[0].document

    def link_from(self, partner: str, agreement: str) -> Link:
        """The way in from a partner under one agreement, as the gate asks for it.

        The receiver's card is taken from the agreement: a node is sure of itself.
        """
        one = self._version(agreement)
        if one is None:
            raise KeyError(agreement)
        here = one.document.party(self.agency)
        signed_by = frozenset() if one.status in ("draft", "offered") else frozenset(party.id for party in one.document.parties)
        stopped = one.status != "in_force"
        return Link(partner, self.agency, here.card if here else "", one.document.data, signed_by, stopped)

    def facts_of(self, partner: str) -> PartnerFacts:
        """The partner as the release rules see him."""
        known = self.directory[partner]
        return PartnerFacts(partner, known.card_digest, known.confirmed, known.state == "open", known.breach)


def standing(desk: Desk, uow: UnitOfWork) -> Standing:
    """Read agreements and partners."""
    now = desk.clock.now()
    held = hold(uow.agreements(), now, signed_by=lambda signed: _signed_by(desk, signed), suspended=uow.suspended())
    return Standing(desk.agency, now, held, {partner.agency: partner for partner in uow.partners()})


def _signed_by(desk: Desk, signed: SignedAgreement) -> frozenset[str]:
    """Signatures that verify are verified once per process: bytes cannot change under their digest.

    Those that do not are tried again: the card of a party may be confirmed later.
    """
    key = (id(desk.verifier), signed.digest, frozenset((agency, s.value) for agency, made in signed.signatures.items() for s in made))
    if key in _VERIFIED:
        return _VERIFIED[key]
    names = signatories(signed, desk.verifier)
    if names >= set(signed.signatures):
        _VERIFIED[key] = names
    return names


_VERIFIED: dict[tuple[object, ...], frozenset[str]] = {}


def item_facts(desk: Desk, version: Version, fields: Fields) -> ItemFacts:
    """The record as it would leave this node."""
    header = version.header
    return ItemFacts(
        kind=header.kind,
        id=header.id,
        digest=header_digest(version.header_text),
        author=header.author,
        holder=desk.agency,
        handling=header.handling,
        purpose=header.purpose,
        offence=header.offence,
        state=header.state,
        retain_until=_day(header.retain_until),
        blocked=version.blocked,
        text_clear=version.text_clear,
        fields=fields.classes,
        persons=persons(fields, header.offence),
    )


def persons(fields: Fields, offence: str) -> Mapping[str, PersonFacts]:
    """Every natural person named in the record, by the path of its element."""
    known = fields.values
    elements = {path.rsplit("/", 1)[0] for path in known if path.startswith("parties/") and path.count("/") == 2}
    return {
        element: PersonFacts(
            known.get(f"{element}/category"), known.get(f"{element}/status_class"), known.get(f"{element}/adult"),
            known.get(f"{element}/offence") or offence,
        )
        for element in elements
        if known.get(f"{element}/nature") != "company"
    }  # fmt: skip


@lru_cache(maxsize=1024)
def _day(text: str) -> date:
    return date.fromisoformat(text)


def release_context(desk: Desk, approvals: Sequence[values.Approval], paths: frozenset[str]) -> ReleaseContext:
    """The moment and the approvals given over exactly `paths`."""
    given = tuple(Approval(a.role, a.officer, desk.agency, a.digest, paths) for a in approvals)
    return ReleaseContext(desk.clock.now(), given, (), neutrality_attested=bool(given))


def record_facts(desk: Desk, known: Standing, version: Version) -> RecordFacts:
    """A held record as the rules of access see it."""
    header = version.header
    return RecordFacts(
        id=header.id,
        author=header.author,
        holder=desk.agency,
        agreement_status=known.status(version.agreement) if version.origin == "received" else "",
        case=version.case,
        unit=version.unit,
        purposes=frozenset({header.purpose}),
        handling=header.handling,
        automated=True,
        named=frozenset(),
        consents=(),
        retain_until=_day(version.keep_until),
        state=header.state,
        blocked=version.blocked,
    )


def access_context(desk: Desk, purpose: str) -> AccessContext:
    """The officer's typed purpose at this moment."""
    return AccessContext(desk.clock.now(), purpose)
