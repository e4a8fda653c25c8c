"""The real clock: the only place that reads the time of the machine."""

from datetime import UTC, datetime


class SystemClock:
    """`Clock` port: aware UTC."""

    def now(self) -> datetime:
        """Return the machine's time."""
        return datetime.now(UTC)
