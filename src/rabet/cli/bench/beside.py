"""Work in a fresh process beside this one, with a pipe to it. It ends with the block that started it, and with this process."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, TypeAlias

from rabet.node.supervisor import die_with_parent

Pipe: TypeAlias = "Connection[Any, Any]"
Work = Callable[..., None]
_SPAWN = get_context("spawn")
_PATIENCE = 5.0  # seconds that a process has to end by itself


class BenchFailed(Exception):
    """The benchmark cannot go on; the sentence says why."""


@contextmanager
def beside(work: Work, *arguments: object) -> Iterator[Pipe]:
    """Run `work(pipe, *arguments)` in a process of its own."""
    here, there = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_be_beside, args=(os.getpid(), work, there, arguments), daemon=True)
    process.start()
    there.close()
    try:
        yield here
    finally:
        here.close()
        process.terminate()
        process.join(_PATIENCE)
        if process.is_alive():
            process.kill()
            process.join()


def _be_beside(parent: int, work: Work, pipe: Pipe, arguments: tuple[object, ...]) -> None:
    """Ctrl-C is for the process that was started by a person; the others end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    die_with_parent(parent)
    work(pipe, *arguments)


def hear(pipe: Pipe, seconds: float, what: str) -> Any:  # noqa: ANN401 - whatever the other side sends
    """Return what comes through the pipe.

    Raises:
        BenchFailed: nothing came in time, or the process ended; `what` says what was waited for.
    """
    try:
        if pipe.poll(seconds):
            return pipe.recv()
    except (EOFError, OSError):
        raise BenchFailed(f"The process for {what} ended; what it wrote stands above.") from None
    raise BenchFailed(f"Nothing was heard of {what} for {seconds:.0f} seconds.")
