"""Wait for new events without asking all the time.

In one process a commit wakes those who wait. Between processes PostgreSQL notifies; on SQLite the count of events is looked at some
twenty times a second, which costs a few microseconds each, and the node's datagrams (`Wake`) make it instant through `announce`.
"""

from threading import Condition
from time import monotonic

import psycopg
from django.db import connections

from rabet.storage.transactions import is_sqlite, rows

CHANNEL = "rabet_events"
_LOOK = 0.05  # seconds


class Tail:
    """The end of the event table."""

    def __init__(self, alias: str) -> None:
        self._alias, self._news = alias, Condition()

    def last(self) -> int:
        """Return the number of the newest event."""
        return int(rows(self._alias, "SELECT events FROM head")[0][0])

    def announce(self) -> None:
        """Something was committed, here or in another process: those who wait look at once."""
        with self._news:
            self._news.notify_all()

    def wait(self, after: int, timeout: float) -> int:
        """Return the number of the newest event as soon as it is beyond `after`, or after `timeout` seconds."""
        until = monotonic() + timeout
        if not is_sqlite(self._alias):
            self._listen()
        while (last := self.last()) <= after and (left := until - monotonic()) > 0:
            self._sleep(left)
        return last

    def _sleep(self, longest: float) -> None:
        if is_sqlite(self._alias):
            with self._news:
                self._news.wait(min(longest, _LOOK))
            return
        for _ in self._connection().notifies(timeout=longest, stop_after=1):
            pass

    def _listen(self) -> None:
        with connections[self._alias].cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")

    def _connection(self) -> psycopg.Connection:
        raw = connections[self._alias].connection
        if not isinstance(raw, psycopg.Connection):
            raise TypeError("not a connection to PostgreSQL")
        return raw
