"""A node's store: transactions for acts, and beside them links, people, jobs, logs and the tail of events."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from rabet.casework.ports import Clock, Randomness
from rabet.storage import upgrade
from rabet.storage.engines import BUSY_SECONDS, check_durable, check_wall
from rabet.storage.jobs import Jobs
from rabet.storage.links import Links
from rabet.storage.logs import Logs
from rabet.storage.people import People
from rabet.storage.record_keys import RecordKeys
from rabet.storage.tail import Tail
from rabet.storage.transactions import is_sqlite, reading, rows, run, writing
from rabet.storage.unit.ground import Ports
from rabet.storage.unit.work import UnitOfWork
from rabet.storage.wake import Wake


class Store:
    """One node's database under its alias. Usable from any thread; each thread has its own connection."""

    def __init__(self, ports: Ports, wake: Wake) -> None:
        self._ports, self._wake = ports, wake
        self.alias = ports.alias
        self.links, self.people, self.jobs = Links(ports), People(ports), Jobs(ports)
        self.tail, self.logs = Tail(ports.alias), Logs(ports.alias)

    @classmethod
    def open(cls, alias: str, *, agency: str, clock: Clock, randomness: Randomness, record_keys: RecordKeys, wake: Wake) -> "Store":
        """Check that the database is durable and at this release's tables, and make good what a crash left undone."""
        check_durable(alias)
        upgrade.require_current(alias)
        check_wall(alias)
        store = cls(Ports(alias, agency, clock, randomness, record_keys), wake)
        store.destroy_doomed()
        return store

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        """One act: left without error it commits once; otherwise it leaves nothing."""
        with writing(self.alias):
            unit = UnitOfWork(self._ports, writes=True)
            yield unit
            unit.finish()
        if unit.doomed:
            self.destroy_doomed()
        if unit.wakes:
            self.tail.announce()
            self._wake()

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        """A snapshot; changing anything raises ReadOnly."""
        with reading(self.alias):
            yield UnitOfWork(self._ports, writes=False)

    def destroy_doomed(self) -> None:
        """Overwrite the keys that committed acts doomed."""
        with reading(self.alias):
            slots = [slot for (slot,) in rows(self.alias, "SELECT slot FROM doomed_key")]
        if slots:
            self._ports.keys.destroy_all(slots)
            with writing(self.alias):
                for slot in slots:
                    run(self.alias, "DELETE FROM doomed_key WHERE slot = %s", [slot])

    def tidy(self) -> None:
        """Bring the write-ahead log of SQLite into the file and empty it, so that what was deleted does not linger there.

        Meant for the worker when there is little to do; gives up at once when somebody reads.
        """
        if not is_sqlite(self.alias):
            return
        with connections[self.alias].cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 20")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")

    def close(self) -> None:
        """Close this thread's connection."""
        connections[self.alias].close()
