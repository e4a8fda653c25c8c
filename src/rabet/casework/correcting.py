"""Correct a record: a new version under the same id, to every partner who may have it; the old one stays as history."""

from dataclasses import replace

from rabet.casework import comparing, releasing, statements
from rabet.casework.desk import Desk
from rabet.casework.reading import own_newest
from rabet.casework.reporting import Draft, Outcome, check_case, chosen_role, keep, own_version, prepare, sign
from rabet.casework.values import AuditEntry, Event, Officer, Version
from rabet.records.bad_input import refuse
from rabet.records.header import header_digest

_KEPT = ("handling", "purpose", "offence", "retain_until", "evaluation")


def correct(desk: Desk, officer: Officer, record: str, draft: Draft) -> Outcome:
    """Store the draft as the next version and release it anew; what a partner may no longer have is narrowed at his node.

    Raises:
        NotFound: no such own record for this officer. Refused: not allowed, or already recalled. BadInput: the draft is not valid.
    """
    with desk.store.begin() as uow:
        old = own_newest(desk, uow, officer, record, action="edit")
        if draft.kind != old.header.kind:
            raise refuse("kind", "kind_changed", kind=old.header.kind)
        if draft.case != old.case:
            check_case(uow, officer, draft.case)
        previous = header_digest(old.header_text)
        item = prepare(desk, officer, _as_correction(draft, old), version=old.header.version + 1, previous=previous)
        (item,) = sign(desk, [item])
        version = replace(own_version(desk, uow, officer, item, imported=old.imported), unit=old.unit)
        uow.drop_alerts(record)
        statements.lose_effect(uow, old)
        rows = keep(uow, version, item.fields)
        uow.withdraw(record, before=version.header.version)
        releasing.drop_waiting(uow, record)
        number = version.header.version
        uow.audit(AuditEntry(act="record.corrected", officer=officer.id, role=chosen_role(officer, old.header.kind), about=record,
                             case=version.case, purpose=version.header.purpose, detail={"version": number}))  # fmt: skip
        uow.event(Event(kind="corrected", record=record, detail={"version": number, "origin": "own"}))
        holders = releasing.holders(uow, record)
        parts = releasing.release(desk, uow, releasing.proposer(officer), version, item.fields, earlier=holders)
        alerts = comparing.told(desk, uow, officer, comparing.compare(desk, uow, rows))
    return Outcome(record=record, version=number, sent=parts.sent, waiting=parts.waiting, withheld=parts.withheld, alerts=alerts.get(record, 0))


def _as_correction(draft: Draft, old: Version) -> Draft:
    """The draft under the record's id. What it does not say stays as it was: silence lowers no handling and lengthens no keeping."""
    header = old.header
    if draft.id not in ("", header.id):
        raise refuse("id", "id_taken", id=draft.id)
    kept = {name: getattr(draft, name) or getattr(header, name) for name in _KEPT}
    return replace(draft, id=header.id, urgent=draft.urgent or old.urgent, case=draft.case or old.case, **kept)
