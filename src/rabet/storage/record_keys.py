"""One key per record version, in a file apart from the data and its backups. Overwriting a key is deleting what it sealed.

The file is a row of 32-byte slots. Slot 0 is the header: magic and the number of slots ever leased. All other slots are filled
with random keys before they are needed: `BLOCK` of them are written, leased by raising the header's number, and synchronised
to disk under a file lock, while the block before is still in use. So taking a key costs no write, two processes never hold the
same slot, and no key is used that a power cut could take back. What a process leased and did not use is never given out again.

Limits: a key can be destroyed in this file only. A copy of the file, a snapshot of the disk, a copy-on-write file system or
worn flash cells may hold it longer; therefore copies of this file live at most a day (docs/explanation/storage.md).
"""

import fcntl
import os
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock, Thread

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rabet.casework.ports import Randomness

SLOT, BLOCK, NONCE = 32, 256, 12
MAGIC = b"rabet record keys 1\n".ljust(24, b" ")
_DESTROYED = bytes(SLOT)


class KeyDestroyed(Exception):
    """The key of this slot was destroyed: what it sealed is gone."""


class SealBroken(Exception):
    """Sealed bytes were changed, or belong to another place than the one they were found at."""


class RecordKeys:
    """The key store. Safe for threads, processes and forks."""

    def __init__(self, path: Path, randomness: Randomness) -> None:
        """Open the file; make it, readable by its owner only, when there is none.

        Raises:
            ValueError: the file is no key store.
        """
        self._path, self._randomness, self._lock = path, randomness, Lock()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._process = os.getpid()
        self._ready: deque[int] = deque()
        self._refill: Thread | None = None
        self._prepare_file()

    def _prepare_file(self) -> None:
        with _locked(self._path):
            if os.fstat(self._file).st_size == 0:
                os.pwrite(self._file, MAGIC + (1).to_bytes(8, "big"), 0)
                _synchronise(self._file, self._path.parent)
        if os.pread(self._file, len(MAGIC), 0) != MAGIC:
            raise ValueError(f"{self._path} is not a store of record keys")

    def take(self) -> int:
        """Return the number of a fresh slot."""
        with self._lock:
            if self._process != os.getpid():  # after a fork, what was leased is the parent's
                self._process, self._ready, self._refill = os.getpid(), deque(), None
            if not self._ready:
                self._wait_for_refill()
            slot = self._ready.popleft()
            if len(self._ready) < BLOCK // 2 and self._refill is None:
                self._refill = Thread(target=self._lease_ahead, name="record-keys", daemon=True)
                self._refill.start()
            return slot

    def _wait_for_refill(self) -> None:
        if self._refill is not None:
            self._refill.join()
        if not self._ready:
            self._lease()

    def _lease_ahead(self) -> None:
        """Lease while there are slots left. Where that fails, whoever finds none left tries again and learns why."""
        with suppress(OSError):
            self._lease()
        self._refill = None

    def _lease(self) -> None:
        """Write a block of keys and lease it; only when the disk has both are its slots offered."""
        with _locked(self._path):
            first = int.from_bytes(os.pread(self._file, 8, len(MAGIC)), "big")
            _write(self._file, self._randomness.token(SLOT * BLOCK), first * SLOT)
            _write(self._file, (first + BLOCK).to_bytes(8, "big"), len(MAGIC))
            os.fdatasync(self._file)
        self._ready.extend(range(first, first + BLOCK))

    def seal(self, slot: int, data: bytes, about: bytes = b"") -> bytes:
        """Encrypt under the key of `slot`: 12 bytes of nonce, then AES-256-GCM. `about` binds it to the place where it is kept.

        Raises:
            KeyDestroyed: the slot's key is gone.
        """
        nonce = self._randomness.token(NONCE)
        return nonce + AESGCM(self._key(slot)).encrypt(nonce, data, about)

    def open(self, slot: int, sealed: bytes, about: bytes = b"") -> bytes:
        """Decrypt what `seal` made for the same slot and place.

        Raises:
            KeyDestroyed: the slot's key is gone.
            SealBroken: not what was sealed there.
        """
        try:
            return AESGCM(self._key(slot)).decrypt(bytes(sealed[:NONCE]), bytes(sealed[NONCE:]), about)
        except (InvalidTag, ValueError):
            raise SealBroken(f"what lies under slot {slot} is not what was sealed there") from None

    def _key(self, slot: int) -> bytes:
        key = os.pread(self._file, SLOT, slot * SLOT) if slot > 0 else _DESTROYED
        if len(key) != SLOT or key == _DESTROYED:
            raise KeyDestroyed(f"the key at slot {slot} was destroyed")
        return key

    def destroy(self, *slots: int) -> None:
        """Overwrite these keys and wait until the disk has it. Repeating does no harm."""
        self.destroy_all(slots)

    def destroy_all(self, slots: Iterable[int]) -> None:
        """As `destroy`, for any number of slots with one wait."""
        for slot in slots:
            if slot < 1:
                raise ValueError(f"{slot} is no slot")
            os.pwrite(self._file, _DESTROYED, slot * SLOT)
        os.fdatasync(self._file)

    def close(self) -> None:
        if self._refill is not None:
            self._refill.join()
        os.close(self._file)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """The file is ours alone among all processes and forks: a lock belongs to an opening of the file, so this opens it anew."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def _write(file: int, data: bytes, at: int) -> None:
    """Write all of it: a disk that is nearly full takes a part, and says that it is full only when asked again."""
    while data:
        written = os.pwrite(file, data, at)
        data, at = data[written:], at + written


def _synchronise(file: int, folder: Path) -> None:
    """Make the file and its name durable."""
    os.fsync(file)
    directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
