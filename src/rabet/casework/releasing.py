"""Decide what of a version each partner may have, send the automatic part, let the rest wait for two people, tell the owner why not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rabet.agreements.decision import Decision, choose, not_about
from rabet.agreements.document import Agreement
from rabet.agreements.facts import release_digest
from rabet.agreements.terms import PROPOSING_ROLES, RELEASING_ROLES
from rabet.casework.desk import Desk
from rabet.casework.facts import Standing, item_facts, release_context, standing
from rabet.casework.fields import Fields
from rabet.casework.messages import write_record
from rabet.casework.ports import UnitOfWork
from rabet.casework.values import (
    Approval,
    AuditEntry,
    Event,
    Lane,
    Officer,
    Outgoing,
    Part,
    Release,
    ReleaseState,
    Version,
    Withheld,
)  # fmt: skip
from rabet.records.disclosure import Disclosure
from rabet.records.header import header_digest

STATEMENT = "statement"


@dataclass(frozen=True, slots=True)
class Parts:
    """What happened to a version at release: partners sent to, releases waiting, what was withheld."""

    sent: tuple[str, ...] = ()
    waiting: tuple[tuple[str, str], ...] = ()
    withheld: tuple[Withheld, ...] = ()


NOTHING = Parts()


@dataclass(frozen=True, slots=True)
class Proposer:
    """The first of the two people: who wrote what is to leave. role: "" = nobody, because a system wrote it."""

    officer: str
    role: str


def proposer(officer: Officer) -> Proposer:
    """Return the officer as first person: under a releasing role if he holds one; a system is nobody."""
    held = sorted(officer.roles & RELEASING_ROLES) or sorted(officer.roles & PROPOSING_ROLES)
    return Proposer(officer.id, "" if officer.is_system else next(iter(held), ""))


def release(desk: Desk, uow: UnitOfWork, by: Proposer, version: Version, fields: Fields, *, earlier: frozenset[str] = frozenset()) -> Parts:
    """Apply every agreement to a version.

    earlier: partners who hold an earlier version and must at least learn of this one, also while their agreement is suspended. Imported
    history goes to nobody else.
    """
    known = standing(desk, uow)
    sent, waiting, withheld = [], [], []
    disclosures: dict[frozenset[str], Disclosure] = {}
    for partner in sorted(earlier if version.imported else earlier.union(known.partners)):
        decision = decide(desk, uow, known, version, fields, partner)
        if decision.granted or partner in earlier:
            shown = disclosures.get(decision.granted) or disclosures.setdefault(decision.granted, fields.disclose(decision.granted))
            _send(desk, uow, version, partner, known.agreement_for(partner, decision), shown, decision.granted)
            sent.append(partner)
        if decision.waiting:
            agreement = known.agreement_for(partner, decision)
            waiting.append((partner, _propose(desk, uow, by, version, partner, agreement, decision.waiting)))
        withheld += _keep_reasons(uow, version, partner, decision)
    return Parts(tuple(sent), tuple(waiting), tuple(withheld))


def decide(
    desk: Desk, uow: UnitOfWork, known: Standing, version: Version, fields: Fields, partner: str, *, approved: Release | None = None
) -> Decision:
    """Ask the one release function about one partner, with the approvals given for a waiting release if there is one."""
    item, facts = item_facts(desk, version, fields), known.facts_of(partner)
    if not _knows_subject(uow, fields, partner):
        return not_about(item, facts)
    context = release_context(desk, approved.approvals, frozenset(approved.paths)) if approved else release_context(desk, (), frozenset())
    return choose(known.documents_with(partner), item, facts, context)


def _knows_subject(uow: UnitOfWork, fields: Fields, partner: str) -> bool:
    """May the partner learn that there is the record which a statement is about: does he hold it, or is it his own?"""
    about = uow.version(fields.first("about/id")) if fields.kind == STATEMENT else None
    if about is None:
        return True
    return partner == about.header.author if about.origin == "received" else partner in holders(uow, about.header.id)


def _send(
    desk: Desk, uow: UnitOfWork, version: Version, partner: str, agreement: Agreement, shown: Disclosure,
    paths: frozenset[str], approvals: tuple[Approval, ...] = (),
) -> None:  # fmt: skip
    text = write_record(version, shown, agreement.id, approvals, desk.randomness)
    if not approvals:
        uow.add_release(_release(desk, version, partner, agreement, "sent", paths, version.officer))
    _post(uow, version, partner, agreement.id, text)


def _post(uow: UnitOfWork, version: Version, partner: str, agreement: str, text: str) -> None:
    lane: Lane = "urgent" if version.urgent else "normal"
    header = version.header
    uow.send(Outgoing(partner=partner, lane=lane, agreement=agreement, record=header.id, version=header.version,
                      text=text, key_slot=version.key_slot))  # fmt: skip


def _propose(desk: Desk, uow: UnitOfWork, by: Proposer, version: Version, partner: str, agreement: Agreement, paths: frozenset[str]) -> str:
    """Let the rest wait as a second release. Who wrote the record is its first person; a system is nobody."""
    made = _release(desk, version, partner, agreement, "waiting", paths, by.officer)
    if by.role:
        made = replace(made, approvals=(Approval(by.role, by.officer, made.digest, made.at.isoformat()),))
    uow.add_release(made)
    uow.event(Event(kind="waiting", record=version.header.id, partner=partner, person=True, detail={"release": made.id}))
    return made.id


def _release(desk: Desk, version: Version, partner: str, agreement: Agreement, state: ReleaseState, paths: frozenset[str], by: str) -> Release:
    part: Part = "person" if state == "waiting" else "consignment"
    digest = release_digest(agreement.digest, partner, header_digest(version.header_text), paths)
    return Release(
        id=desk.new_id(), record=version.header.id, version=version.header.version, partner=partner, agreement=agreement.id, part=part,
        state=state, paths=tuple(sorted(paths)), digest=digest, approvals=(), requested_by=by, at=desk.clock.now(),
    )  # fmt: skip


def _keep_reasons(uow: UnitOfWork, version: Version, partner: str, decision: Decision) -> list[Withheld]:
    """Store for the owner, and only for him, which clause withheld what. The partner's node is never told."""
    reasons = tuple((reason.id, reason.clause, reason.article) for reason in decision.withheld if reason.id != "never_leaves")
    if not reasons:
        return []
    whole = not decision.granted and not decision.waiting
    made = Withheld(version.header.id, version.header.version, partner, "all" if whole else "part", reasons)
    uow.add_withheld(made)
    if whole:
        uow.audit(AuditEntry(act="release.withheld", officer=version.officer, role="", about=version.header.id,
                             outcome="withheld", detail={"partner": partner, "reasons": ",".join(sorted({r[0] for r in reasons}))}))  # fmt: skip
    return [made]


def send_approved(desk: Desk, uow: UnitOfWork, version: Version, fields: Fields, approved: Release) -> bool:
    """Send an approved second release, if the agreement still grants every path of it at this moment."""
    known = standing(desk, uow)
    decision = decide(desk, uow, known, version, fields, approved.partner, approved=approved)
    if decision.agreement != approved.agreement or not decision.granted >= set(approved.paths):
        return False
    paths = frozenset(approved.paths)
    agreement = known.agreement_for(approved.partner, decision)
    _send(desk, uow, version, approved.partner, agreement, fields.disclose(paths), paths, approved.approvals)
    return True


def drop_waiting(uow: UnitOfWork, record: str) -> Sequence[Release]:
    """Take back what still waits for a second person: it was proposed for a version, or a state, that is no more. Return it."""
    waiting = uow.releases(record, state="waiting")
    for made in waiting:
        uow.set_release(replace(made, state="withdrawn"))
    return waiting


def holders(uow: UnitOfWork, record: str) -> frozenset[str]:
    """Return the partners to whom any part of any version left."""
    return frozenset(release.partner for release in uow.releases(record) if release.state == "sent")


def send_tombstone(desk: Desk, uow: UnitOfWork, tombstone: Version) -> tuple[str, ...]:
    """Send the tombstone to every holder, even under a suspended agreement: taking back is always allowed. Drop what still waits."""
    drop_waiting(uow, tombstone.header.id)
    agreements = {made.partner: made.agreement for made in uow.releases(tombstone.header.id, state="sent")}
    for partner, agreement in agreements.items():
        text = write_record(tombstone, Disclosure((), (), ()), agreement, (), desk.randomness)
        _post(uow, tombstone, partner, agreement, text)
    return tuple(sorted(agreements))
