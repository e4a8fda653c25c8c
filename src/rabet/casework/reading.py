"""Read under the rules of access: lists, one record, its history, alerts, what waits. What may not be seen does not exist."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rabet.agreements.access import decide_access
from rabet.casework import receiving
from rabet.casework.desk import Desk
from rabet.casework.facts import Standing, access_context, record_facts, standing
from rabet.casework.fields import Fields
from rabet.casework.ports import UnitOfWork
from rabet.casework.refusal import NotFound, Refused
from rabet.casework.values import Alert, AuditEntry, Event, ListRow, Officer, Release, Version, Withheld
from rabet.records.disclosure import Leaf
from rabet.records.kinds import CONSIGNMENT_IDENTIFIERS

PERSON_CLASSES = frozenset({"person", "text"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """A record as one officer sees it.

    body: fields he may see; persons_hidden: person data need a case and a purpose first;
    releases, withheld, receipts: for the owner only. versions: (number, state, at) newest first.
    """

    version: Version
    row: ListRow | None
    body: Mapping[str, Any]
    leaves: tuple[Leaf, ...]
    persons_hidden: bool
    versions: tuple[tuple[int, str, str], ...]
    releases: tuple[Release, ...]
    withheld: tuple[Withheld, ...]
    receipts: tuple[tuple[int, str, str, str, str], ...]
    alerts: tuple[Alert, ...]
    may: frozenset[str]


def show(desk: Desk, officer: Officer, record: str, *, case: str = "", purpose: str = "") -> RecordView:
    """Show the newest version; person data only with a case of the officer and a purpose, and then under audit.

    Raises:
        NotFound: absent, or not to be seen by this officer.
    """
    with desk.store.begin() as uow:
        version = visible(desk, uow, officer, record)
        fields = _fields(uow, version)
        named = may_see_persons(uow, officer, version, case, purpose)
        role = next(iter(sorted(officer.roles)), "")
        uow.audit(AuditEntry(act="record.persons_shown" if named else "record.shown", officer=officer.id, role=role,
                             about=record, case=case if named else version.case, purpose=purpose if named else ""))  # fmt: skip
        if version.origin == "received" and version.header.state == "current" and not officer.is_system:
            receiving.mark_shown(desk, uow, version, role)
        return _view(desk, uow, officer, version, fields, named=named)


def _fields(uow: UnitOfWork, version: Version) -> Fields:
    """The fields of a version; of an own recalled record those it had, because a tombstone has none."""
    held = sorted(uow.versions(version.header.id), key=lambda one: -one.header.version) if version.header.state == "recalled" else [version]
    found = (Fields.of(one.header.kind, uow.content(one)) for one in held if one.header.version <= version.header.version)
    return next((fields for fields in found if fields.leaves), Fields(version.header.kind, ()))


def _view(desk: Desk, uow: UnitOfWork, officer: Officer, version: Version, fields: Fields, *, named: bool) -> RecordView:
    record, owner, known = version.header.id, version.origin == "own", standing(desk, uow)
    hidden = frozenset() if named else PERSON_CLASSES
    leaves = tuple(leaf for leaf in fields.leaves if fields.classes[leaf.path] not in hidden)
    history = sorted(uow.versions(record), key=lambda held: -held.header.version)
    return RecordView(
        version=version,
        row=uow.rows([record], officer=officer, in_force=known.in_force).get(record),
        body=fields.body(without=hidden),
        leaves=leaves,
        persons_hidden=len(leaves) < len(fields.leaves),
        versions=tuple((held.header.version, held.header.state, held.at.isoformat()) for held in history),
        releases=tuple(uow.releases(record)) if owner else (),
        withheld=tuple(uow.withheld(record)) if owner else (),
        receipts=tuple((n, who, state, detail, at.isoformat()) for n, who, state, detail, at in uow.receipts(record)) if owner else (),
        alerts=tuple(one if named else without_persons(one) for one in uow.alerts(officer, in_force=known.in_force, record=record)),
        may=_rights(desk, known, officer, version),
    )


def _rights(desk: Desk, known: Standing, officer: Officer, version: Version) -> frozenset[str]:
    facts, context = record_facts(desk, known, version), access_context(desk, version.header.purpose)
    return frozenset(action for action in ("edit", "release") if decide_access(officer, facts, action, context).allowed)


def may_see_persons(uow: UnitOfWork, officer: Officer, version: Version, case: str, purpose: str) -> bool:
    """The case must be open, one of the officer's, and the purpose that of the record (purpose limitation)."""
    if not case or purpose != version.header.purpose:
        return False
    known = next((one for one in uow.cases() if one.id == case), None)
    return known is not None and not known.closed and case in officer.cases


def visible(desk: Desk, uow: UnitOfWork, officer: Officer, record: str, *, action: str = "view") -> Version:
    """Return the newest version if this officer may see it; otherwise it does not exist."""
    version, known = uow.version(record), standing(desk, uow)
    if version is None or not _sees(desk, known, officer, version):
        raise NotFound(record)
    if action != "view":
        decision = decide_access(officer, record_facts(desk, known, version), action, access_context(desk, version.header.purpose))
        if not decision.allowed:
            raise Refused(*decision.reasons)
    return version


def own_newest(desk: Desk, uow: UnitOfWork, officer: Officer, record: str, *, action: str) -> Version:
    """Return an own, not recalled record's newest version on which the officer may act."""
    version = visible(desk, uow, officer, record, action=action)
    if version.origin != "own":
        raise Refused("not_the_author")
    if version.header.state == "recalled":
        raise Refused("already_recalled")
    return version


def history(desk: Desk, officer: Officer, record: str) -> tuple[tuple[int, str, str, Mapping[str, Any]], ...]:
    """Return (number, state, at, body without person data) of every version kept here, newest first."""
    with desk.store.begin() as uow:
        newest = visible(desk, uow, officer, record)
        uow.audit(AuditEntry(act="record.history_shown", officer=officer.id, role=next(iter(sorted(officer.roles)), ""), about=record,
                             case=newest.case))  # fmt: skip
        held = sorted(uow.versions(record), key=lambda version: -version.header.version)
        return tuple(
            (v.header.version, v.header.state, v.at.isoformat(), Fields.of(v.header.kind, uow.content(v)).body(without=PERSON_CLASSES))
            for v in held
        )


def list_records(
    desk: Desk, officer: Officer, *, kind: str = "", origin: str = "", after: str = "", limit: int = 50, text: str = ""
) -> Sequence[ListRow]:
    """List newest first what this officer may see."""
    with desk.store.read() as uow:
        return uow.listing(officer, in_force=standing(desk, uow).in_force, kind=kind, origin=origin, after=after, limit=limit, text=text)


def alerts(desk: Desk, officer: Officer, *, limit: int = 50) -> tuple[Sequence[Alert], Mapping[str, ListRow]]:
    """List alerts between records this officer may see, with the rows of both; what names a person is told by its kind alone."""
    with desk.store.read() as uow:
        in_force = standing(desk, uow).in_force
        found = [without_persons(one) for one in uow.alerts(officer, in_force=in_force, limit=limit)]
        named = {record for alert in found for record in (alert.record, alert.other)}
        return found, uow.rows(named, officer=officer, in_force=in_force)


def without_persons(alert: Alert) -> Alert:
    """The alert with the values of identifiers that may be a person's left out: they are shown on the record, for a case."""
    told = tuple((reason, kind, value if kind in CONSIGNMENT_IDENTIFIERS else "") for reason, kind, value in alert.reasons)
    return replace(alert, reasons=told)


def waiting(desk: Desk, officer: Officer) -> Sequence[Release]:
    """List releases waiting for a second person, of records this officer may see."""
    with desk.store.read() as uow:
        made = uow.releases(state="waiting")
        uow.prefetch({release.record for release in made})
        known = standing(desk, uow)
        return [release for release in made if _sees(desk, known, officer, uow.version(release.record))]


def _sees(desk: Desk, known: Standing, officer: Officer, version: Version | None) -> bool:
    if version is None:
        return False
    # A recall binds those who got the record; its author still answers for it, and sees what partners said.
    facts = record_facts(desk, known, version)
    seen = replace(facts, state="current") if version.origin == "own" else facts
    return decide_access(officer, seen, "view", access_context(desk, version.header.purpose)).allowed


def feed(desk: Desk, officer: Officer, *, after: int = 0, limit: int = 100) -> tuple[Sequence[Event], Mapping[str, ListRow]]:
    """Return the events after a number that this officer may see, in the order of commit, and the rows they speak of."""
    with desk.store.read() as uow:
        in_force = standing(desk, uow).in_force
        events = uow.events(officer, in_force=in_force, after=after, limit=limit)
        return events, uow.rows({event.record for event in events if event.record}, officer=officer, in_force=in_force)
