"""A datagram after each commit wakes whoever waits for work or events: pusher, worker, pages. A lost one costs at most a poll.

Each waiter binds a socket of its own in the run folder; the sender writes to all it finds there.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rabet.node.layout import Layout
from rabet.node.socket_name import name_of

_SUFFIX = ".wake"
WORK = b"work"


class Waker:
    """Sends; safe for threads and across a fork. Nobody is waited for: a full or dead socket is passed over."""

    def __init__(self, layout: Layout) -> None:
        self._folder = layout.run
        self._out = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)

    def __call__(self, note: bytes = WORK) -> None:
        """Wake everybody. note: WORK, or the agency that was just heard of."""
        with suppress(FileNotFoundError):
            for file in os.listdir(self._folder):  # noqa: PTH208 - this stands in every act's way, and Path is slow
                if file.endswith(_SUFFIX):
                    self._send(note, self._folder / file)

    def _send(self, note: bytes, path: Path) -> None:
        with suppress(OSError), name_of(path) as name:
            self._out.sendto(note, name)

    def close(self) -> None:
        """Close the socket."""
        self._out.close()


def wake_socket(layout: Layout, name: str) -> Path:
    """Where the waiter of this name listens."""
    return layout.run / f"{name}{_SUFFIX}"


@contextmanager
def listen_for_wakes(layout: Layout, name: str) -> Iterator[socket.socket]:
    """Be a waiter: its socket while the block runs. One that a dead process left is taken over."""
    path = wake_socket(layout, name)
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as incoming:
        before = os.umask(0o177)
        try:
            with name_of(path) as short:
                incoming.bind(short)
        finally:
            os.umask(before)
        try:
            yield incoming
        finally:
            path.unlink(missing_ok=True)
