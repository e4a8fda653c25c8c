"""Comparable keys of newest versions, and alerts between records that share one."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from rabet.casework.values import Alert, IdentifierRow
from rabet.storage import models
from rabet.storage.bulk import Row
from rabet.storage.fields import from_microseconds, to_json, to_microseconds
from rabet.storage.transactions import Value, places, rows, run
from rabet.storage.unit.lists import Lists

_KEYS = "SELECT r.record, i.version, i.key, i.quality, i.person, r.id FROM identifier i JOIN record r ON r.id = i.record_id"
ALERTS = """
SELECT a.alert, r.record, o.record, a.reasons, a.person, a.state, a.at
FROM alert a JOIN record r ON r.id = a.record_id JOIN record o ON o.id = a.other_id"""


class Comparison(Lists):
    """Part of the unit of work."""

    def _start(self) -> None:
        super()._start()
        self._keys: dict[int, list[Row]] = {}
        self._numbers: dict[str, int] = {}

    def _row_of(self, record: str) -> int:
        raise NotImplementedError

    def set_identifiers(self, record: str, rows: Iterable[IdentifierRow]) -> None:
        self._change()
        number = self._row_of(record)
        self._keys[number] = [(number, row.version, f"{row.kind}:{row.value}", row.quality, row.person) for row in rows]

    def sharing(self, keys: Collection[tuple[str, str]]) -> Sequence[IdentifierRow]:
        self._settle()
        wanted = [f"{kind}:{value}" for kind, value in keys]
        found: list[IdentifierRow] = []
        for start in range(0, len(wanted), 10_000):
            chunk = wanted[start : start + 10_000]
            for row in rows(self.alias, f"{_KEYS} WHERE i.key IN {places(len(chunk))}", chunk):
                self._numbers[row[0]] = row[5]
                found.append(_identifier(row))
        return found

    def identifiers(self, record: str) -> Sequence[IdentifierRow]:
        self._settle()
        return [_identifier(row) for row in rows(self.alias, f"{_KEYS} WHERE r.record = %s ORDER BY i.id", [record])]

    def add_alert(self, alert: Alert) -> None:
        self._change()
        pair = [self._number(alert.record), self._number(alert.other)]
        held = None if self._fresh & set(pair) else self._alert_between(pair)
        if held is None:
            reasons = to_json(alert.reasons)
            self._put(models.Alert, (alert.id, *pair, reasons, alert.person, alert.state, to_microseconds(alert.at)))
            self._settle()
            return
        joined = replace(held, reasons=tuple(dict.fromkeys((*held.reasons, *alert.reasons))), person=held.person or alert.person)
        run(
            self.alias,
            "UPDATE alert SET reasons = %s, person = %s WHERE alert = %s",
            [to_json(joined.reasons), joined.person, held.id],
        )

    def _number(self, record: str) -> int:
        if record not in self._numbers:
            self._numbers[record] = self._row_of(record)
        return self._numbers[record]

    def _alert_between(self, pair: Sequence[int]) -> Alert | None:
        where = "WHERE (a.record_id, a.other_id) IN ((%s, %s), (%s, %s))"
        found = self._alerts(where, [*pair, *reversed(pair)])
        return found[0] if found else None

    def _alerts(self, where: str, values: Sequence[Value]) -> list[Alert]:
        self._settle()
        return [read_alert(row) for row in rows(self.alias, f"{ALERTS} {where}", values)]

    def drop_alerts(self, record: str) -> Sequence[Alert]:
        self._change()
        number = self._row_of(record)
        if number in self._fresh:
            return []
        gone = self._alerts("WHERE a.record_id = %s OR a.other_id = %s", [number, number])
        run(self.alias, "DELETE FROM alert WHERE record_id = %s OR other_id = %s", [number, number])
        return gone

    def _settle(self) -> None:
        for record, keys in self._keys.items():
            if record not in self._fresh:
                run(self.alias, "DELETE FROM identifier WHERE record_id = %s", [record])
            for key in keys:
                self._put(models.Identifier, key)
        self._keys.clear()
        super()._settle()


def _identifier(row: tuple[Any, ...]) -> IdentifierRow:
    kind, _, value = row[2].partition(":")
    return IdentifierRow(row[0], row[1], kind, value, row[3], bool(row[4]))


def read_alert(row: tuple[Any, ...]) -> Alert:
    """Build the value from a row of `ALERTS`."""
    reasons = tuple((reason, kind, value) for reason, kind, value in json.loads(row[3]))
    return Alert(id=row[0], record=row[1], other=row[2], reasons=reasons, person=bool(row[4]), state=row[5], at=from_microseconds(row[6]))
