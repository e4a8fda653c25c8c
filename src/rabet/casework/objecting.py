"""Answer that a received record lies outside the agreement: its use stops here at once, and both sides' protection officers learn of it."""

from rabet.casework.desk import Desk
from rabet.casework.reading import visible
from rabet.casework.receiving import confirm
from rabet.casework.refusal import Refused
from rabet.casework.values import AuditEntry, Event, Officer

MAY_OBJECT = frozenset({"liaison_officer", "supervisor"})


def outside_agreement(desk: Desk, officer: Officer, record: str) -> None:
    """Block a received record at this node and tell its sender, signed and urgent, that it should not have come.

    Raises:
        NotFound: no such record for this officer. Refused: not his role, or an own record.
    """
    held = sorted(officer.roles & MAY_OBJECT)
    if not held:
        raise Refused("role_missing")
    with desk.store.begin() as uow:
        version = visible(desk, uow, officer, record)
        if version.origin != "received":
            raise Refused("own_record")
        uow.set_blocked(record, blocked=True)
        uow.drop_alerts(record)
        confirm(desk, uow, version.sender, version.agreement, record, version.header.version, "outside_agreement", held[0])
        uow.audit(AuditEntry(act="record.outside_agreement", officer=officer.id, role=held[0], about=record,
                             detail={"partner": version.sender, "version": version.header.version}))  # fmt: skip
        uow.event(Event(kind="outside_agreement", record=record, partner=version.sender))
