"""First comparison: exact identifiers, for all records of one transaction at once."""

from collections.abc import Sequence

from rabet.casework.desk import Desk
from rabet.casework.ports import UnitOfWork
from rabet.casework.values import Alert, Event, IdentifierRow
from rabet.liaison.alerting import Pair, Shared, pairs
from rabet.matching.reasons import reason_of, weight_of


def compare(desk: Desk, uow: UnitOfWork, rows: Sequence[IdentifierRow]) -> Sequence[Alert]:
    """Compare newly stored keys with everything the node holds; store alerts and their events."""
    if not rows:
        return ()
    held = uow.sharing({(row.kind, row.value) for row in rows})
    found = [_alert(desk, pair) for pair in pairs(map(_shared, rows), map(_shared, held))]
    for alert in found:
        uow.add_alert(alert)
        uow.event(Event(kind="alert", record=alert.record, person=alert.person, detail={"other": alert.other, "keys": len(alert.reasons)}))
    return found


def _shared(row: IdentifierRow) -> Shared:
    return Shared(row.record, (row.kind, row.value), row.person)


def _alert(desk: Desk, pair: Pair) -> Alert:
    told = ((reason_of(kind), kind, value) for kind, value in pair.keys)
    reasons = tuple(sorted(told, key=lambda one: (-weight_of(one[0]), one)))
    return Alert(id=desk.new_id(), record=pair.record, other=pair.other, reasons=reasons, person=pair.person, state="new", at=desk.clock.now())
