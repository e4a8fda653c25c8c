"""Work that is due: leased by a worker, deleted when done, due again later when it failed.

A worker that dies lets its lease run out, and the job is leased again: what a job does must bear being done twice.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from rabet.storage.fields import from_microseconds, to_microseconds
from rabet.storage.transactions import is_sqlite, reading, rows, run, writing
from rabet.storage.unit.ground import Ports

LEASE = timedelta(minutes=5)
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=30), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LeasedJob:
    """A job in the hands of a worker. attempts: this one included."""

    key: str
    act: str
    due: datetime
    detail: Mapping[str, str | int]
    attempts: int


class Jobs:
    """The node's jobs."""

    def __init__(self, ports: Ports) -> None:
        self._clock, self._alias = ports.clock, ports.alias

    def lease(self, lasts: timedelta = LEASE) -> LeasedJob | None:
        """Take the job that is due longest and that nobody holds."""
        now = self._clock.now()
        free = "SELECT id FROM job WHERE due <= %s AND (leased_until IS NULL OR leased_until < %s) ORDER BY due LIMIT 1"
        lock = "" if is_sqlite(self._alias) else " FOR UPDATE SKIP LOCKED"
        sql = f"""UPDATE job SET leased_until = %s, attempts = attempts + 1 WHERE id = ({free}{lock})
                  RETURNING "key", act, due, detail, attempts"""  # noqa: S608 - no value in the text
        at = to_microseconds(now)
        with writing(self._alias):
            found = rows(self._alias, sql, [to_microseconds(now + lasts), at, at])
        if not found:
            return None
        key, act, due, detail, attempts = found[0]
        return LeasedJob(key, act, from_microseconds(due), json.loads(detail), attempts)

    def finish(self, job: LeasedJob) -> None:
        """It is done."""
        with writing(self._alias):
            run(self._alias, 'DELETE FROM job WHERE "key" = %s', [job.key])

    def fail(self, job: LeasedJob, trouble: str) -> datetime:
        """It failed: due again after a delay that doubles with each attempt. Returns when."""
        delay = min(FIRST_DELAY * (1 << min(job.attempts - 1, 20)), LONGEST_DELAY)
        due = self._clock.now() + delay
        with writing(self._alias):
            run(
                self._alias,
                'UPDATE job SET leased_until = NULL, due = %s, trouble = %s WHERE "key" = %s',
                [to_microseconds(due), trouble, job.key],
            )
        return due

    def next_due(self) -> datetime | None:
        """When the worker must look again, if nobody wakes it before."""
        with reading(self._alias):
            found = rows(self._alias, "SELECT min(CASE WHEN leased_until > due THEN leased_until ELSE due END) FROM job")[0][0]
        return None if found is None else from_microseconds(found)
