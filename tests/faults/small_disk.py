"""A disk for one node that can be filled up and emptied again: a small tmpfs, or where none may be mounted a limit on the size of files."""

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import ENOSPC
from pathlib import Path
from threading import Event, Thread
from typing import Protocol

from tests.faults.pair import Pair, eventually

_CAP_SYS_ADMIN = 21
_PAGE = 4096
SIZE = "48m"


class Disk(Protocol):
    def fill(self, pair: Pair) -> None: ...
    def empty(self, pair: Pair) -> None: ...


def may_mount() -> bool:
    """May this process mount a file system?"""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines())
    return bool(int(status["CapEff"], 16) >> _CAP_SYS_ADMIN & 1)


WAYS = (*(["tmpfs"] if may_mount() else []), "limit")


class Tmpfs:
    """Writes fail with ENOSPC."""

    def __init__(self, folder: Path) -> None:
        self._ballast, self._emptied = folder / "ballast", Event()
        self._filler = Thread(target=self._fill, daemon=True)

    def fill(self, pair: Pair) -> None:
        """Write until nothing goes in any more, and whenever something was freed."""
        self._filler.start()
        eventually(lambda: os.statvfs(self._ballast.parent).f_bavail == 0)

    def _fill(self) -> None:
        with self._ballast.open("ab", buffering=0) as file:
            while not self._emptied.wait(0.001):
                for size in (1 << 20, _PAGE):
                    with suppress_full():
                        while file.write(bytes(size)) == size:
                            pass

    def empty(self, pair: Pair) -> None:
        self._emptied.set()
        self._filler.join()
        self._ballast.unlink()


@contextmanager
def suppress_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno != ENOSPC:
            raise


class Limit:
    """Writes to files fail with EFBIG in every process of the node, its log included; those started meanwhile inherit it."""

    def __init__(self, agency: str) -> None:
        self._agency = agency

    def fill(self, pair: Pair) -> None:
        self._set(pair, 0)

    def empty(self, pair: Pair) -> None:
        """Parents first, and again until nobody was started in between."""
        freed: set[int] = set()
        while more := self._set(pair, resource.RLIM_INFINITY) - freed:
            freed |= more

    def _set(self, pair: Pair, limit: int) -> set[int]:
        pids = {pair.processes[self._agency].pid, *pair.children(self._agency)}
        for pid in pids:
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        return pids


@contextmanager
def small_disk(way: str, folder: Path) -> Iterator[Disk]:
    """Give the node that will lie in the folder a disk of its own."""
    if way == "limit":
        yield Limit(folder.name)
        return
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder], check=True)
    try:
        yield Tmpfs(folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
