"""The list projection of newest versions."""

import unicodedata
from typing import Any

from rabet.casework.values import ListRow
from rabet.storage import models
from rabet.storage.access import Condition
from rabet.storage.fields import from_microseconds, to_microseconds
from rabet.storage.transactions import run
from rabet.storage.unit.ground import Ground

_ROW = """
SELECT r.record, l.version, l.kind, r.author, l.state, r.handling, r.origin, r.sender, r.agreement, l.at, l.happened, l.country, l.place,
       l.substance, l.quantity, l.unit, l.danger, l.urgent, l.simulated, l.laboratory,
       (SELECT count(*) FROM alert a JOIN record o ON o.id = a.other_id WHERE a.record_id = r.id AND {other})
       + (SELECT count(*) FROM alert a JOIN record o ON o.id = a.record_id WHERE a.other_id = r.id AND {other})
FROM list_row l {join} ON r.id = l.record_id"""

# Forms of the join that walk the list from its newest row and look up each record. Left to themselves both engines would rather take
# all records and sort. SQLite keeps the order of a CROSS JOIN; PostgreSQL does not reorder what has an OFFSET.
JOINS = {
    "sqlite": "CROSS JOIN record r",
    "postgresql": "JOIN LATERAL (SELECT * FROM record one WHERE one.id = l.record_id OFFSET 0) r",
}


def row_query(other: Condition, join: str = "JOIN record r") -> Condition:
    """Return the query for list rows.

    other: which records an alert may be with to be counted, on table alias `o`; join: a value of `JOINS`.
    """
    sql, values = other
    return _ROW.format(other=sql, join=join), [*values, *values]


class Lists(Ground):
    """Part of the unit of work. `_listed`: record -> values of the row it shall have."""

    def _start(self) -> None:
        super()._start()
        self._listed: dict[int, tuple[Any, ...]] = {}

    def _list(self, record: int, version: int, row: ListRow) -> None:
        """Give a record this list row; `version` is the row number that places it."""
        self._listed[record] = _values(record, version, row)

    def _settle(self) -> None:
        for record, values in self._listed.items():
            if record not in self._fresh:
                run(self.alias, "DELETE FROM list_row WHERE record_id = %s", [record])
            self._put(models.ListRow, values)
        self._listed.clear()
        super()._settle()


def _values(record: int, version: int, row: ListRow) -> tuple[Any, ...]:
    search = folded(f"{row.place} {row.country} {row.substance} {row.quantity} {row.unit} {row.laboratory}")
    return (
        version, record, row.version, row.kind, row.state, to_microseconds(row.at), row.happened, row.country, row.place, row.substance,
        row.quantity, row.unit, row.danger, row.urgent, row.simulated, row.laboratory, search,
    )  # fmt: skip


def folded(text: str) -> str:
    """Return the form in which text is searched, so that both engines give the same hits: NFKC, without case."""
    return unicodedata.normalize("NFKC", text).casefold()


def read_row(row: tuple[Any, ...]) -> ListRow:
    """Build the value from a row of `row_query`."""
    return ListRow(
        record=row[0],
        version=row[1],
        kind=row[2],
        author=row[3],
        state=row[4],
        handling=row[5],
        origin=row[6],
        sender=row[7],
        agreement=row[8],
        at=from_microseconds(row[9]),
        happened=row[10],
        country=row[11],
        place=row[12],
        substance=row[13],
        quantity=row[14],
        unit=row[15],
        danger=row[16],
        urgent=bool(row[17]),
        simulated=bool(row[18]),
        laboratory=row[19],
        alerts=row[20],
    )
