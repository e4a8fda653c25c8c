"""Jobs: one per key, leased by one worker, done once, due again when they failed."""

from datetime import timedelta

from tests.storage.conftest import TestClock
from tests.storage.samples import AUDIT, NOW

from rabet.casework.values import Job
from rabet.storage.store import Store


def add(store: Store, *jobs: Job) -> None:
    with store.begin() as uow:
        for job in jobs:
            uow.job(job)
        uow.audit(AUDIT)


def job(key: str, **late: float) -> Job:
    return Job(key=key, act="retention", due=NOW + timedelta(**late), detail={"n": 1})


def test_due_jobs_are_leased_oldest_first_and_once(store: Store) -> None:
    add(store, job("later", hours=1), job("b"), job("a", hours=-1))
    first, second = store.jobs.lease(), store.jobs.lease()
    assert first is not None
    assert second is not None
    assert (first.key, first.act, first.due, dict(first.detail), first.attempts) == ("a", "retention", NOW - timedelta(hours=1), {"n": 1}, 1)
    assert second.key == "b"
    assert store.jobs.lease() is None


def test_one_job_per_key(store: Store) -> None:
    add(store, job("a", hours=1))
    add(store, job("a"), job("a", hours=-1))
    assert store.jobs.next_due() == NOW + timedelta(hours=1)


def test_a_finished_job_is_gone(store: Store) -> None:
    add(store, job("a"))
    leased = store.jobs.lease()
    assert leased is not None
    store.jobs.finish(leased)
    assert store.jobs.next_due() is None


def test_the_lease_of_a_dead_worker_runs_out(store: Store, clock: TestClock) -> None:
    add(store, job("a"))
    assert store.jobs.lease(timedelta(minutes=5)) is not None
    assert store.jobs.next_due() == NOW + timedelta(minutes=5)
    clock.move(minutes=5, seconds=1)
    again = store.jobs.lease()
    assert again is not None
    assert again.attempts == 2


def test_a_failed_job_is_due_again_ever_later(store: Store, clock: TestClock) -> None:
    add(store, job("a"))
    delays = []
    for _ in range(16):
        leased = store.jobs.lease()
        assert leased is not None
        due = store.jobs.fail(leased, "no disk")
        delays.append(due - clock.now())
        clock.time = due
    assert delays[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert delays[-1] == timedelta(days=1)
