"""The whole unit of work, and what happens at its end."""

from rabet.storage.tail import CHANNEL
from rabet.storage.transactions import is_sqlite, rows
from rabet.storage.unit.arrivals import Arrivals


class ChangeWithoutAudit(RuntimeError):
    """An act changed something and left no audit entry. Nothing was stored."""


class UnitOfWork(Arrivals):
    """One transaction: `casework.ports.UnitOfWork` and the receiving end of links."""

    def finish(self) -> None:
        """Insert what is left and write the head; the transaction commits right after.

        Raises:
            ChangeWithoutAudit: something changed and nothing was audited.
        """
        if self._changed and not self.audited:
            raise ChangeWithoutAudit("an act that changes something appends an audit entry")
        self._settle()
        if self.audited:
            self.counts.audit = self.counts.audit.extend(self._leaves)
            self._save_head()
        if self._changed and not is_sqlite(self.alias):
            rows(self.alias, "SELECT pg_notify(%s, '')", [CHANNEL])

    @property
    def doomed(self) -> tuple[int, ...]:
        """Key slots to overwrite once this transaction is durable."""
        return tuple(self._doomed)

    @property
    def wakes(self) -> bool:
        """Is there something new that another process waits for?"""
        return self._changed
