"""Every table that holds clear data of records, with how to drop a record from it and how to make it again.

Recall and retention walk this list; nothing else deletes from a projection. A test compares it with the tables there are, and looks for
the values of a record in every column of every other table.
"""

from dataclasses import dataclass

from django.db.models import Model

from rabet.storage import models
from rabet.storage.transactions import run


@dataclass(frozen=True, slots=True)
class Projection:
    """A table of clear record data. columns: those that point to a record; holds: what, in words for the documentation."""

    model: type[Model]
    columns: tuple[str, ...]
    holds: str

    def drop(self, alias: str, record: int) -> None:
        """Remove everything of the record with this row number."""
        where = " OR ".join(f"{column} = %s" for column in self.columns)
        run(alias, f'DELETE FROM "{self.model._meta.db_table}" WHERE {where}', [record] * len(self.columns))  # noqa: S608, SLF001


PROJECTIONS: tuple[Projection, ...] = (
    Projection(models.ListRow, ("record_id",), "what lists show: place, time, substance, quantity"),
    Projection(models.Identifier, ("record_id",), "comparable keys: plates, containers, phones"),
    Projection(models.Alert, ("record_id", "other_id"), "what two records share, as written"),
)


def drop(alias: str, record: int) -> None:
    """Remove a record from every clear projection."""
    for projection in PROJECTIONS:
        projection.drop(alias, record)
