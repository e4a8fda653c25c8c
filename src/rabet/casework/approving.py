"""The second person: see exactly what would leave, sign in again over its digest, and let it go or refuse it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from rabet.agreements.terms import RELEASING_ROLES
from rabet.casework import releasing
from rabet.casework.desk import Desk
from rabet.casework.fields import Fields
from rabet.casework.ports import UnitOfWork
from rabet.casework.previewing import without_values
from rabet.casework.reading import own_newest
from rabet.casework.refusal import NotFound, Refused
from rabet.casework.values import Approval, AuditEntry, Event, Officer, Release, StepUp, Version

STEP_UP_LASTS = timedelta(minutes=5)
PEOPLE_NEEDED = 2


def digest_to_approve(desk: Desk, officer: Officer, release_id: str) -> tuple[Release, Fields]:
    """Return the waiting release and the fields it would disclose: what the approver must see before he signs in over its digest.

    Who may not approve is told which fields they are, not what they say.
    """
    with desk.store.begin() as uow:
        made, version = _waiting(desk, uow, officer, release_id)
        approves = sorted(officer.roles & RELEASING_ROLES)
        act, role = ("record.persons_shown", approves[0]) if approves else ("release.shown", "")
        uow.audit(AuditEntry(act=act, officer=officer.id, role=role, about=made.record, case=version.case,
                             purpose=version.header.purpose, detail={"partner": made.partner}))  # fmt: skip
        fields = Fields.of(version.header.kind, uow.content(version))
        shown = frozenset(made.paths)
        told = fields if approves else without_values(fields)
        return made, Fields(fields.kind, tuple(leaf for leaf in told.leaves if leaf.path in shown))


def approve(desk: Desk, step_up: StepUp, release_id: str) -> releasing.Parts:
    """Add an approval; with two different people's, decide again and send.

    Raises:
        NotFound: no such waiting release for this officer.
        Refused: not a releasing role, same person twice, another digest was signed in for, step-up too old, or no longer permitted.
    """
    officer = step_up.officer
    with desk.store.begin() as uow:
        made, version = _waiting(desk, uow, officer, release_id)
        _check_approver(desk, step_up, made)
        role = next(iter(sorted(officer.roles & RELEASING_ROLES)))
        approvals = (*made.approvals, Approval(role, officer.id, made.digest, desk.clock.now().isoformat()))
        made = replace(made, approvals=approvals)
        uow.audit(AuditEntry(act="release.approved", officer=officer.id, role=role, about=made.record, case=version.case,
                             purpose=version.header.purpose, detail={"partner": made.partner, "digest": made.digest}))  # fmt: skip
        if len({approval.officer for approval in approvals}) < PEOPLE_NEEDED:
            uow.set_release(made)
            return releasing.Parts(waiting=((made.partner, made.id),))
        fields = Fields.of(version.header.kind, uow.content(version))
        if not releasing.send_approved(desk, uow, version, fields, made):
            raise Refused("no_longer_permitted")
        uow.set_release(replace(made, state="sent"))
        uow.event(Event(kind="released", record=made.record, partner=made.partner, person=True, detail={"release": made.id}))
    return releasing.Parts(sent=(made.partner,))


def _check_approver(desk: Desk, step_up: StepUp, made: Release) -> None:
    officer = step_up.officer
    if not officer.roles & RELEASING_ROLES:
        raise Refused("approver_role")
    if any(approval.officer == officer.id for approval in made.approvals):
        raise Refused("same_person")
    age = desk.clock.now() - step_up.at
    if step_up.digest != made.digest or not timedelta(0) <= age <= STEP_UP_LASTS:
        raise Refused("step_up_needed")


def refuse_release(desk: Desk, officer: Officer, release_id: str) -> None:
    """Say no: nothing leaves, and the refusal stands in the audit log."""
    with desk.store.begin() as uow:
        made, version = _waiting(desk, uow, officer, release_id)
        if not officer.roles & RELEASING_ROLES:
            raise Refused("approver_role")
        uow.set_release(replace(made, state="refused"))
        uow.audit(AuditEntry(act="release.refused", officer=officer.id, role=next(iter(sorted(officer.roles & RELEASING_ROLES))),
                             about=made.record, case=version.case, detail={"partner": made.partner}))  # fmt: skip
        uow.event(Event(kind="release_refused", record=made.record, partner=made.partner, detail={"release": made.id}))


def clear_text(desk: Desk, officer: Officer, record: str) -> releasing.Parts:
    """Mark the free text of the newest version as naming no person, and release again what that opens."""
    with desk.store.begin() as uow:
        version = own_newest(desk, uow, officer, record, action="release")
        uow.set_text_clear(record, version.header.version)
        version = replace(version, text_clear=True)
        uow.audit(AuditEntry(act="text.cleared", officer=officer.id, role=next(iter(sorted(officer.roles)), ""), about=record,
                             case=version.case, detail={"version": version.header.version}))  # fmt: skip
        author = _author(version, releasing.drop_waiting(uow, record))
        return releasing.release(desk, uow, author, version, Fields.of(version.header.kind, uow.content(version)))


def _author(version: Version, waited: Sequence[Release]) -> releasing.Proposer:
    """The first person stays who wrote the record: marking its text clear is no word about the persons in it."""
    stood = (approval for made in waited for approval in made.approvals if approval.officer == version.officer)
    return next((releasing.Proposer(one.officer, one.role) for one in stood), releasing.Proposer(version.officer, ""))


def _waiting(desk: Desk, uow: UnitOfWork, officer: Officer, release_id: str) -> tuple[Release, Version]:
    made = uow.release(release_id)
    if made is None or made.state != "waiting":
        raise NotFound(release_id)
    version = own_newest(desk, uow, officer, made.record, action="view")
    if version.header.version != made.version:
        raise NotFound(release_id)
    return made, version
