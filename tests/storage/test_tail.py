"""Waiting for events: woken by commits of this process and of others."""

import threading
from collections.abc import Callable
from time import monotonic, sleep

from tests.storage.samples import AUDIT, report

from rabet.casework.values import Event
from rabet.storage.store import Store


def commit(store: Store) -> None:
    with store.begin() as uow:
        uow.event(Event(kind="partner"))
        uow.audit(AUDIT)
    store.close()


def test_waiting_ends_at_once_when_there_is_news_and_in_time_when_not(store: Store) -> None:
    commit(store)
    assert store.tail.wait(0, timeout=60) == 1
    start = monotonic()
    assert store.tail.wait(1, timeout=0.1) == 1
    assert 0.1 <= monotonic() - start < 5


def test_a_commit_elsewhere_wakes_who_waits(make_store: Callable[..., Store], database: str) -> None:
    here, there = make_store(database), make_store(database)
    other = threading.Thread(target=lambda: (sleep(0.2), commit(there)))
    other.start()
    start = monotonic()
    assert here.tail.wait(0, timeout=30) == 1
    assert monotonic() - start < 5
    other.join()


def test_the_node_is_woken_after_a_change_and_not_after_a_look(make_store: Callable[..., Store], database: str) -> None:
    woken: list[int] = []
    store = make_store(database, wake=lambda: woken.append(store.tail.last()))
    report(store)
    assert woken == [0]
    commit(store)
    assert woken == [0, 1]
    with store.begin() as uow:
        uow.audit(AUDIT)
    assert woken == [0, 1]
