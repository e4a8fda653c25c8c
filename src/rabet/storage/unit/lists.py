"""The list projection of newest versions."""

import unicodedata
from collections.abc import Collection, Mapping
from typing import Any

from rabet.casework.values import ListRow
from rabet.storage import models
from rabet.storage.fields import from_microseconds, to_microseconds
from rabet.storage.transactions import places, rows, run
from rabet.storage.unit.ground import Ground

ROW = """
SELECT r.record, l.version, l.kind, r.author, l.state, r.handling, r.origin, r.sender, r.agreement, l.at, l.happened, l.country, l.place,
       l.substance, l.quantity, l.unit, l.danger, l.urgent, l.simulated, l.laboratory,
       (SELECT count(*) FROM alert a WHERE a.record_id = r.id) + (SELECT count(*) FROM alert a WHERE a.other_id = r.id)
FROM list_row l JOIN record r ON r.id = l.record_id"""


class Lists(Ground):
    """Part of the unit of work. `_listed`: record -> values of the row it shall have."""

    def _start(self) -> None:
        super()._start()
        self._listed: dict[int, tuple[Any, ...]] = {}

    def _list(self, record: int, version: int, row: ListRow) -> None:
        """Give a record this list row; `version` is the row number that places it."""
        self._listed[record] = _values(record, version, row)

    def rows(self, records: Collection[str]) -> Mapping[str, ListRow]:
        self._settle()
        wanted = list(records)
        found = rows(self.alias, f"{ROW} WHERE r.record IN {places(len(wanted))}", wanted) if wanted else []
        return {row[0]: read_row(row) for row in found}

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
    """Build the value from a row of `ROW`."""
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
