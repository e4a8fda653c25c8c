"""Port to whoever waits for commits: the node sends a datagram to its pusher, worker and web."""

from collections.abc import Callable

Wake = Callable[[], None]


def sleep_on() -> None:
    """Wake nobody."""
