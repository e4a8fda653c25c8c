"""Correct a record: a new version under the same id, to every partner who may have it; the old one stays as history."""

from dataclasses import replace

from rabet.casework import comparing, releasing
from rabet.casework.desk import Desk
from rabet.casework.reading import own_newest
from rabet.casework.reporting import Draft, Outcome, chosen_role, keep, own_version, prepare, sign
from rabet.casework.values import AuditEntry, Event, Officer, Version
from rabet.records.bad_input import refuse
from rabet.records.header import header_digest


def correct(desk: Desk, officer: Officer, record: str, draft: Draft) -> Outcome:
    """Store the draft as the next version and release it anew; what a partner may no longer have is narrowed at his node.

    Raises:
        NotFound: no such own record for this officer. Refused: not allowed, or already recalled. BadInput: the draft is not valid.
    """
    with desk.store.begin() as uow:
        old = own_newest(desk, uow, officer, record, action="edit")
        if draft.kind != old.header.kind:
            raise refuse("kind", "kind_changed", kind=old.header.kind)
        previous = header_digest(old.header_text)
        item = prepare(desk, officer, _as_correction(draft, old), version=old.header.version + 1, previous=previous)
        (item,) = sign(desk, [item])
        version = own_version(desk, uow, officer, item, imported=old.imported)
        uow.drop_alerts(record)
        rows = keep(uow, version, item.fields)
        uow.withdraw(record, before=version.header.version)
        releasing.drop_waiting(uow, record)
        number = version.header.version
        uow.audit(AuditEntry(act="record.corrected", officer=officer.id, role=chosen_role(officer, old.header.kind), about=record,
                             case=draft.case, purpose=version.header.purpose, detail={"version": number}))  # fmt: skip
        uow.event(Event(kind="corrected", record=record, detail={"version": number, "origin": "own"}))
        parts = releasing.release(desk, uow, officer, version, item.fields, earlier=releasing.holders(uow, record))
        alerts = comparing.compare(desk, uow, rows)
    return Outcome(record=record, version=number, sent=parts.sent, waiting=parts.waiting, withheld=parts.withheld, alerts=len(alerts))


def _as_correction(draft: Draft, old: Version) -> Draft:
    """The draft under the record's id; a correction of what was urgent is urgent."""
    if draft.id not in ("", old.header.id):
        raise refuse("id", "id_taken", id=draft.id)
    return replace(draft, id=old.header.id, urgent=draft.urgent or old.urgent)
