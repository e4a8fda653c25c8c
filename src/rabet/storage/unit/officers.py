"""What one officer may see of lists, alerts and events. Access is part of each query, never a filter afterwards."""

import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from rabet.casework.values import Alert, Event, ListRow, Officer
from rabet.storage.access import Condition, Sight, predicate
from rabet.storage.fields import from_microseconds
from rabet.storage.transactions import is_sqlite, places, rows, seeing, vendor
from rabet.storage.unit.comparison import ALERTS, read_alert
from rabet.storage.unit.lists import JOINS, folded, read_row, row_query
from rabet.storage.unit.trail import Trail

_EVENTS = """
SELECT e.id, e.kind, r.record, e.partner, e.detail, e.person, e.at FROM event e LEFT JOIN record r ON r.id = e.record"""


class Officers(Trail):
    """Part of the unit of work. in_force: ids of the agreements in force; none means that received records are not shown."""

    def listing(
        self,
        officer: Officer,
        *,
        in_force: Collection[str] = (),
        kind: str = "",
        origin: str = "",
        after: str = "",
        limit: int = 50,
        text: str = "",
    ) -> Sequence[ListRow]:
        """Newest first. after: id of the last record of the page before; text: part of what the row shows, or the record's id."""
        self._settle()
        sight = self._sight(officer, in_force)
        conditions = [predicate(sight)]
        if kind:
            conditions.append(("l.kind = %s", [kind]))
        if origin:
            conditions.append(("r.origin = %s", [origin]))
        if after:
            conditions.append(("l.id < %s", [self._position(after, replace(sight, recalled=True))]))
        if text:
            conditions.append(("(l.search LIKE %s ESCAPE '!' OR r.record = %s)", [f"%{_literal(folded(text))}%", text.strip().lower()]))
        return self._rows(sight, conditions, f"ORDER BY l.id DESC LIMIT {int(limit)}")

    def rows(self, records: Collection[str], *, officer: Officer | None = None, in_force: Collection[str] = ()) -> Mapping[str, ListRow]:
        """List rows by record. officer: only what he may see, recalled records too, and only alerts that he may see are counted."""
        self._settle()
        if not records:
            return {}
        wanted: Condition = (f"r.record IN {places(len(records))}", [*records])
        sight = None if officer is None else self._sight(officer, in_force, recalled=True)
        conditions = [wanted] if sight is None else [wanted, predicate(sight)]
        return {row.record: row for row in self._rows(sight, conditions)}

    def _rows(self, sight: Sight | None, conditions: Sequence[Condition], end: str = "") -> list[ListRow]:
        other = ("1 = 1", []) if sight is None else _matched(sight)
        query, values = row_query(other, JOINS[vendor(self.alias)]) if end else row_query(other)
        where = " AND ".join(sql for sql, _ in conditions)
        asked = [*values, *(value for _, part in conditions for value in part)]
        with self._as(sight):
            return [read_row(row) for row in rows(self.alias, f"{query} WHERE {where} {end}", asked)]

    def _position(self, record: str, sight: Sight) -> int:
        """Return the place of a record in the list; one that has left it stands where its newest version would, a hidden one nowhere."""
        allowed, values = predicate(sight)
        sql = f"SELECT max(v.id) FROM version v JOIN record r ON r.id = v.record_id WHERE r.record = %s AND {allowed}"  # noqa: S608 - ours
        with self._as(sight):
            found = rows(self.alias, sql, [record, *values])[0][0]
        return int(found) if found is not None else 0

    def alerts(self, officer: Officer, *, in_force: Collection[str] = (), record: str = "", limit: int = 50) -> Sequence[Alert]:
        """Newest first, and only where the officer may see both records."""
        self._settle()
        sight = self._sight(officer, in_force)
        (first, values), (second, others) = predicate(sight), _matched(sight)
        about = "(r.record = %s OR o.record = %s) AND " if record else ""
        asked = [*([record, record] if record else []), *values, *others, limit]
        with self._as(sight):
            found = rows(self.alias, f"{ALERTS} WHERE {about}{first} AND {second} ORDER BY a.id DESC LIMIT %s", asked)
            return [read_alert(row) for row in found]

    def events(self, officer: Officer, *, in_force: Collection[str] = (), after: int = 0, limit: int = 100) -> Sequence[Event]:
        """In the order of commit. Also of records recalled meanwhile, because their leaving is what an event tells."""
        self._settle()
        sight = self._sight(officer, in_force, recalled=True)
        (allowed, values), (matched, others) = predicate(sight), self._matched_in_event(sight)
        where = f"WHERE e.id > %s AND (e.record IS NULL OR ({allowed})) AND (e.kind <> 'alert' OR {matched}) ORDER BY e.id LIMIT %s"
        with self._as(sight):
            return [
                Event(
                    number=number,
                    kind=kind,
                    record=record or "",
                    partner=partner,
                    detail=json.loads(detail),
                    person=bool(person),
                    at=from_microseconds(at),
                )
                for number, kind, record, partner, detail, person, at in rows(self.alias, f"{_EVENTS} {where}", [after, *values, *others, limit])
            ]

    def _matched_in_event(self, sight: Sight) -> Condition:
        """An alert's event is told to who may see the other record too: else it would tell that there is one."""
        other = "json_extract(e.detail, '$.other')" if is_sqlite(self.alias) else "e.detail::jsonb ->> 'other'"
        allowed, values = predicate(sight, "o")
        people = "NOT e.person AND " if sight.officer.is_system else ""
        return f"{people}EXISTS (SELECT 1 FROM record o WHERE o.record = {other} AND {allowed})", values  # noqa: S608 - names are ours

    def _sight(self, officer: Officer, in_force: Collection[str], *, recalled: bool = False) -> Sight:
        return Sight(officer, self.ports.agency, frozenset(in_force), self.ports.clock.now().date(), recalled)

    def _as(self, sight: Sight | None) -> AbstractContextManager[None]:
        """Inside, only what the officer may see; None: an act that decides itself."""
        return nullcontext() if sight is None else seeing(self.alias, sight.settings())


def _matched(sight: Sight) -> Condition:
    """Which alerts `a` with a record `o` are for this officer: he may see the record, and no program is told of matches on persons."""
    sql, values = predicate(sight, "o")
    return (f"NOT a.person AND {sql}", values) if sight.officer.is_system else (sql, values)


def _literal(text: str) -> str:
    """Escape what LIKE reads as a pattern."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
