"""What stands between acts: partners, agreements, cases, tokens, blocks, and the state of the lanes."""

from collections.abc import Sequence
from dataclasses import replace

from rabet.agreements.document import SignedAgreement
from rabet.agreements.parsing import parse_agreement
from rabet.agreements.standing import HeldAgreement
from rabet.casework import facts
from rabet.casework.desk import Desk
from rabet.casework.refusal import NotFound, Refused
from rabet.casework.values import AuditEntry, Case, Event, LaneState, Officer, Partner, Token
from rabet.records.bad_input import refuse
from rabet.records.header import MAX_VERSION

MAY_STOP = frozenset({"supervisor", "data_protection_officer", "administrator"})
MAY_BLOCK = frozenset({"data_protection_officer"})
MAY_RUN = frozenset({"administrator"})


def _need(officer: Officer, roles: frozenset[str]) -> str:
    held = officer.roles & roles
    if not held or not officer.active:
        raise Refused("role_missing")
    return next(iter(sorted(held)))


def add_partner(desk: Desk, officer: Officer, partner: Partner) -> None:
    """Keep a partner's card; nothing is exchanged before two people compared the fingerprint."""
    role = _need(officer, MAY_RUN)
    with desk.store.begin() as uow:
        known = next((one for one in uow.partners() if one.agency == partner.agency), None)
        if known is not None and known.card_digest != partner.card_digest and known.confirmed:
            raise refuse("card", "card_changed", agency=partner.agency)
        uow.set_partner(replace(partner, confirmed=False))
        uow.audit(AuditEntry(act="partner.added", officer=officer.id, role=role, about=partner.agency, detail={"card": partner.card_digest}))


def confirm_partner(desk: Desk, officer: Officer, agency: str, card_digest: str) -> None:
    """Record that the fingerprint was read aloud and compared with the partner's own."""
    role = _need(officer, MAY_RUN)
    with desk.store.begin() as uow:
        known = next((one for one in uow.partners() if one.agency == agency), None)
        if known is None:
            raise NotFound(agency)
        if known.card_digest != card_digest:
            raise refuse("card", "fingerprint_differs", agency=agency)
        uow.set_partner(replace(known, confirmed=True))
        uow.audit(AuditEntry(act="partner.confirmed", officer=officer.id, role=role, about=agency, detail={"card": card_digest}))
        uow.event(Event(kind="partner", partner=agency))


def partners(desk: Desk) -> Sequence[Partner]:
    """List the agencies whose cards are held."""
    with desk.store.read() as uow:
        return uow.partners()


def take_agreement(desk: Desk, officer: Officer, signed: SignedAgreement) -> HeldAgreement:
    """Keep a document and the signatures it carries; its status follows from them."""
    role = _need(officer, MAY_RUN)
    document = parse_agreement(signed.data)
    with desk.store.begin() as uow:
        uow.set_agreement(signed, suspended=document.id in uow.suspended())
        uow.audit(AuditEntry(act="agreement.taken", officer=officer.id, role=role, about=document.id,
                             detail={"version": document.version, "digest": signed.digest}))  # fmt: skip
        uow.event(Event(kind="agreement", detail={"agreement": document.id}))
        held = facts.standing(desk, uow).held
    return next(one for one in held if one.document.digest == signed.digest)


def suspend(desk: Desk, officer: Officer, agreement: str, *, stop: bool) -> None:
    """Stop or resume an agreement at this node at once."""
    role = _need(officer, MAY_STOP)
    with desk.store.begin() as uow:
        signed = next((one for one in uow.agreements() if parse_agreement(one.data).id == agreement), None)
        if signed is None:
            raise NotFound(agreement)
        uow.set_agreement(signed, suspended=stop)
        uow.audit(AuditEntry(act="agreement.suspended" if stop else "agreement.resumed", officer=officer.id, role=role, about=agreement))
        uow.event(Event(kind="agreement", detail={"agreement": agreement}))


def agreements(desk: Desk) -> tuple[HeldAgreement, ...]:
    """List all documents with their status now."""
    with desk.store.read() as uow:
        return facts.standing(desk, uow).held


def block(desk: Desk, officer: Officer, record: str, *, blocked: bool) -> None:
    """Block or unblock a record at once; what of it has not left yet, stays. The data-protection officer sees no content to do it."""
    role = _need(officer, MAY_BLOCK)
    with desk.store.begin() as uow:
        if uow.version(record) is None:
            raise NotFound(record)
        uow.set_blocked(record, blocked=blocked)
        if blocked:
            uow.withdraw(record, before=MAX_VERSION + 1)
        uow.audit(AuditEntry(act="record.blocked" if blocked else "record.unblocked", officer=officer.id, role=role, about=record))
        uow.event(Event(kind="blocked", record=record))


def open_case(desk: Desk, officer: Officer, case: Case) -> None:
    """Open or change a case; closing it is setting `closed`.

    Raises:
        NotFound: there is such a case, and it is not one of the officer's.
    """
    role = _need(officer, frozenset({"supervisor", "duty_officer", "liaison_officer", "analyst", "customs_officer", "chemist"}))
    with desk.store.begin() as uow:
        if case.id not in officer.cases and any(one.id == case.id for one in uow.cases()):
            raise NotFound(case.id)
        uow.set_case(case)
        uow.audit(AuditEntry(act="case.closed" if case.closed else "case.opened", officer=officer.id, role=role, about=case.id, case=case.id))


def cases(desk: Desk, officer: Officer) -> Sequence[Case]:
    """List the officer's own cases."""
    with desk.store.read() as uow:
        return [case for case in uow.cases() if case.id in officer.cases]


def set_token(desk: Desk, officer: Officer, token: Token) -> None:
    """Give or revoke a system's token; its digest only is kept."""
    role = _need(officer, MAY_RUN)
    with desk.store.begin() as uow:
        uow.set_token(token)
        uow.audit(AuditEntry(act="token.set" if token.active else "token.revoked", officer=officer.id, role=role, about=token.id))


def lanes(desk: Desk) -> Sequence[LaneState]:
    """Return the state of every lane, for outbox and links page: counts and times only."""
    with desk.store.read() as uow:
        return uow.lanes()
