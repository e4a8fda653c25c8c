"""The end of keeping: content is destroyed by destroying the record's key; the log keeps the stub. Nobody needs to act for it."""

from datetime import date, timedelta

from rabet.agreements.document import Agreement
from rabet.casework import statements
from rabet.casework.desk import Desk
from rabet.casework.fields import Fields
from rabet.casework.ports import UnitOfWork
from rabet.casework.releasing import drop_waiting
from rabet.casework.values import AuditEntry, Event
from rabet.records.header import MAX_VERSION, Header

AT_ONCE = 200


def keep_until(header: Header, agreement: Agreement, fields: Fields, today: date) -> str:
    """How long a received record may be kept: as its author says, never longer than the agreement lets its kind, or persons, be kept."""
    days = [agreement.retention.kinds[header.kind]] if header.kind in agreement.retention.kinds else [0]
    if {"person", "text"} & set(fields.classes.values()):
        days.append(agreement.retention.persons)
    return min(header.retain_until, (today + timedelta(days=min(days))).isoformat())


def expire(desk: Desk) -> int:
    """Destroy the content of what is kept too long; returns how many records. Called by the node's worker."""
    today = desk.clock.now().date().isoformat()
    with desk.store.begin() as uow:
        overdue = uow.overdue(today, AT_ONCE)
        for record in overdue:
            _end(uow, record)
        uow.audit(AuditEntry(act="retention.checked", officer="", role="node", detail={"expired": len(overdue)}))
    return len(overdue)


def _end(uow: UnitOfWork, record: str) -> None:
    drop_waiting(uow, record)
    uow.withdraw(record, before=MAX_VERSION + 1)
    for version in uow.versions(record):
        statements.lose_effect(uow, version)
    uow.erase(record, before=MAX_VERSION + 1)
    uow.audit(AuditEntry(act="record.expired", officer="", role="node", about=record))
    uow.event(Event(kind="expired", record=record))
