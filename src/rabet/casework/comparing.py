"""First comparison: exact identifiers, for all records of one transaction at once."""

from collections import Counter
from collections.abc import Mapping, Sequence

from rabet.casework.desk import Desk
from rabet.casework.facts import standing
from rabet.casework.ports import UnitOfWork
from rabet.casework.values import Alert, Event, IdentifierRow, Officer
from rabet.liaison.alerting import Pair, Shared, pairs
from rabet.matching.reasons import reason_of, weight_of

# The heaviest ones say enough; a partner who repeats a thousand numbers in fifty records must not fill the disk.
MOST_REASONS = 50


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
    return Alert(
        id=desk.new_id(),
        record=pair.record,
        other=pair.other,
        reasons=reasons[:MOST_REASONS],
        person=pair.person,
        state="new",
        at=desk.clock.now(),
    )


def told(desk: Desk, uow: UnitOfWork, officer: Officer, alerts: Sequence[Alert]) -> Mapping[str, int]:
    """Count per record the alerts that are for this officer: a number that counted hidden records would say that there are some."""
    if not alerts:
        return {}
    named = {record for alert in alerts for record in (alert.record, alert.other)}
    seen = uow.rows(named, officer=officer, in_force=standing(desk, uow).in_force)
    both = [one for one in alerts if {one.record, one.other} <= seen.keys() and not (officer.is_system and one.person)]
    return Counter(record for one in both for record in (one.record, one.other))
