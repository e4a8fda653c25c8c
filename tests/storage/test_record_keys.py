"""The key store: fresh keys without a write, none given twice, destroyed keys gone."""

import os
import threading
from multiprocessing import get_context
from pathlib import Path

import pytest

from rabet.storage import record_keys
from rabet.storage.record_keys import BLOCK, SLOT, KeyDestroyed, RecordKeys, SealBroken


class Real:
    def token(self, size: int) -> bytes:
        return os.urandom(size)


def test_what_is_sealed_opens_under_its_slot_and_place_only(keys: RecordKeys) -> None:
    slot, other = keys.take(), keys.take()
    sealed = keys.seal(slot, b"content", b"here")
    assert b"content" not in sealed
    assert keys.open(slot, sealed, b"here") == b"content"
    for wrong in ((other, sealed, b"here"), (slot, sealed, b"there"), (slot, sealed[:-1] + b"\0", b"here"), (slot, b"short", b"here")):
        with pytest.raises(SealBroken):
            keys.open(*wrong)


def test_a_destroyed_key_is_zero_on_disk_and_opens_nothing(tmp_path: Path) -> None:
    keys = RecordKeys(tmp_path / "keys", Real())
    slot, kept = keys.take(), keys.take()
    sealed, other = keys.seal(slot, b"x"), keys.seal(kept, b"y")
    key = (tmp_path / "keys").read_bytes()[slot * SLOT : (slot + 1) * SLOT]
    keys.destroy(slot)
    keys.destroy(slot)
    assert key not in (tmp_path / "keys").read_bytes()
    with pytest.raises(KeyDestroyed):
        keys.open(slot, sealed)
    with pytest.raises(KeyDestroyed):
        keys.seal(slot, b"x")
    assert RecordKeys(tmp_path / "keys", Real()).open(kept, other) == b"y"


def test_destruction_is_seen_by_another_opening_at_once(tmp_path: Path) -> None:
    one, two = RecordKeys(tmp_path / "keys", Real()), RecordKeys(tmp_path / "keys", Real())
    slot = one.take()
    sealed = one.seal(slot, b"x")
    assert two.open(slot, sealed) == b"x"
    two.destroy(slot)
    with pytest.raises(KeyDestroyed):
        one.open(slot, sealed)


def test_no_slot_is_given_twice_by_threads_openings_or_restarts(tmp_path: Path) -> None:
    taken: list[int] = []

    def take(keys: RecordKeys) -> None:
        mine = [keys.take() for _ in range(BLOCK)]
        taken.extend(mine)

    openings = [RecordKeys(tmp_path / "keys", Real()) for _ in range(2)]
    threads = [threading.Thread(target=take, args=(keys,)) for keys in openings for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    take(RecordKeys(tmp_path / "keys", Real()))
    assert len(set(taken)) == len(taken) == 7 * BLOCK
    assert min(taken) == 1


def test_a_fork_does_not_use_what_its_parent_leased(tmp_path: Path) -> None:
    keys = RecordKeys(tmp_path / "keys", Real())
    mine = {keys.take() for _ in range(10)}
    context = get_context("fork")
    queue = context.SimpleQueue()
    child = context.Process(target=lambda: queue.put({keys.take() for _ in range(10)}))
    child.start()
    theirs = queue.get()
    child.join()
    assert not mine & theirs
    assert not {keys.take() for _ in range(10)} & theirs


def test_taking_a_key_does_not_wait_for_the_disk_once_leased(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = RecordKeys(tmp_path / "keys", Real())
    keys.take()
    waits: list[str] = []
    monkeypatch.setattr(record_keys.os, "fdatasync", lambda _: waits.append(threading.current_thread().name))
    for _ in range(BLOCK * 2):
        keys.take()
        if keys._refill is not None:
            keys._refill.join()
    assert waits
    assert set(waits) == {"record-keys"}


def test_the_file_is_for_its_owner_only_and_must_be_a_key_store(tmp_path: Path) -> None:
    RecordKeys(tmp_path / "keys", Real())
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o600
    (tmp_path / "other").write_bytes(b"something else, longer than a header of a key store")
    with pytest.raises(ValueError, match="not a store of record keys"):
        RecordKeys(tmp_path / "other", Real())


@pytest.mark.parametrize("slot", [0, -1, 10**6])
def test_a_slot_that_was_never_given_has_no_key(keys: RecordKeys, slot: int) -> None:
    with pytest.raises(KeyDestroyed):
        keys.seal(slot, b"x")
    if slot < 1:
        with pytest.raises(ValueError, match="no slot"):
            keys.destroy(slot)


def test_every_seal_has_its_own_nonce(keys: RecordKeys) -> None:
    slot = keys.take()
    assert keys.seal(slot, b"same") != keys.seal(slot, b"same")
