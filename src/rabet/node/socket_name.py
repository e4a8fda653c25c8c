"""Unix sockets in a node's directory, however long its path: the kernel takes names of 107 bytes at most."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST = 107


@contextmanager
def name_of(path: Path) -> Iterator[str]:
    """Give a name under which the socket can be bound or reached while the block runs."""
    if len(os.fsencode(path)) <= LONGEST:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
