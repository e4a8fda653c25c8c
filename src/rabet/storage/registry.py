"""Every table that holds clear data of records, with how to drop a record from it and how to make it again.

Recall and retention walk this list; nothing else deletes from a projection. A test compares both lists with the tables there are, and
looks for the values of a record in every column of every table that is not a projection.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Model

from rabet.storage import models
from rabet.storage.transactions import run


@dataclass(frozen=True, slots=True)
class Projection:
    """A table of clear record data.

    columns: those that point to a record; holds: what, in words for the documentation; derived: `rebuild` makes it again from truth.
    """

    model: type[Model]
    columns: tuple[str, ...]
    holds: str
    derived: bool = True

    @property
    def table(self) -> str:
        return self.model._meta.db_table  # noqa: SLF001 - Django's documented interface to a model's table

    def drop(self, alias: str, record: int) -> None:
        """Remove everything of the record with this row number."""
        where = " OR ".join(f"{column} = %s" for column in self.columns)
        run(alias, f"DELETE FROM {self.table} WHERE {where}", [record] * len(self.columns))  # noqa: S608 - names are ours

    def clear(self, alias: str) -> None:
        """Remove everything."""
        run(alias, f"DELETE FROM {self.table}")  # noqa: S608


PROJECTIONS: tuple[Projection, ...] = (
    Projection(models.ListRow, ("record_id",), "what lists show: place, time, substance, quantity"),
    Projection(models.Identifier, ("record_id",), "comparable keys: plates, containers, phones"),
    Projection(models.Alert, ("record_id", "other_id"), "what two records share, and what officers decided about it", derived=False),
)
# Tables that hold none, and why.
WITHOUT: Mapping[type[Model], str] = {
    models.Record: "the stub that stays: id and the facts of the header that decide who may see it",
    models.Version: "the signed header, and content sealed under the record's key",
    models.Release: "names of fields, never their values",
    models.Withheld: "reasons and clauses",
    models.PartnerReceipt: "what a partner said, by record and version",
    models.Outbox: "messages sealed under the record's key, and digests",
    models.Batch: "digests, manifests and receipts",
    models.Anchor: "blinded heads of the audit log",
    models.Quarantine: "rejected messages, each sealed under a key of its own",
    models.Lane: "counts and trees",
    models.AuditEntry: "pseudonyms, acts and ids",
    models.Checkpoint: "heads of the audit log",
    models.Event: "kinds, ids and numbers",
    models.Job: "ids and times",
    models.Head: "counts",
    models.DoomedKey: "slot numbers",
    models.Partner: "cards of agencies",
    models.Agreement: "agreements",
    models.Case: "case numbers and legal bases",
    models.User: "names of officers, not of persons in records",
    models.SignInLink: "digests",
    models.SystemToken: "digests",
}


def drop(alias: str, record: int) -> None:
    """Remove a record from every clear projection."""
    for projection in PROJECTIONS:
        projection.drop(alias, record)
