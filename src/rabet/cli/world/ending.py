"""Commands that start nodes end them, however they are told to stop."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ends_cleanly() -> Iterator[None]:
    """Let SIGTERM end the command like Ctrl-C: no process is left running."""

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
