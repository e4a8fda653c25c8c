"""The receiver's disk is full: it acknowledges nothing, goes on showing what it has, and takes everything when there is room again."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from tests.faults.flow import Flow
from tests.faults.outcome import check
from tests.faults.pair import RECEIVER, SENDER, Pair, eventually
from tests.faults.small_disk import WAYS, Disk, small_disk

from rabet.casework import reading
from rabet.cli.world.world import _answers

FULL_SECONDS, RESUMES_WITHIN = 1.0, 60.0


@pytest.fixture
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    """The receiver's disk. Asked for before the pair, so that it is gone after it."""
    with small_disk(request.param, tmp_path / RECEIVER) as made:
        yield made


def fill_and_check(pair: Pair, disk: Disk, killed: Sequence[str] = ()) -> None:
    flow = Flow(pair)
    before, during, after = flow.reports("act", 5), flow.reports("act", 15), flow.reports("act", 5)
    flow.report(before, flow.by_act)
    eventually(pair.settled)
    disk.fill(pair)
    held = pair.node(RECEIVER).store.links.held(SENDER)
    flow.report(during, flow.by_act)
    for name in killed:
        pair.kill(RECEIVER, name)
        time.sleep(FULL_SECONDS / 2)
    time.sleep(FULL_SECONDS)
    assert not any(pair.holds(RECEIVER, report.id) for report in during), "what a full disk cannot keep is not taken"
    assert pair.node(RECEIVER).store.links.held(SENDER) == held
    assert not pair.settled(), "nothing is acknowledged"
    assert pair.is_up(RECEIVER), "the node stays up"
    reads_on(pair, [report.id for report in before])
    disk.empty(pair)
    seconds = eventually(lambda: pair.holds(RECEIVER, during[-1].id), RESUMES_WITHIN, "arrival after there is room again")
    eventually(lambda: pair.whole(RECEIVER), RESUMES_WITHIN, "return of all processes")
    flow.report(after, flow.by_act)
    check(pair, flow.ledger)
    print(f"taken {seconds:.2f} s after there is room again")


def reads_on(pair: Pair, records: Sequence[str]) -> None:
    """What is there can be looked at, and pages come."""
    rows = reading.list_records(pair.desk(RECEIVER), pair.officer(RECEIVER, "liaison"), limit=200)
    assert set(records) <= {row.record for row in rows}
    eventually(lambda: _answers(pair.node(RECEIVER).settings.web_port), what="a page")


@pytest.mark.parametrize("disk", WAYS[:1], indirect=True)
def test_a_full_disk_acknowledges_nothing_and_ends_nothing(disk: Disk, new_pair: Pair) -> None:
    fill_and_check(new_pair, disk, ["listener"])


@pytest.mark.long
@pytest.mark.parametrize("disk", WAYS, indirect=True)
def test_every_process_dies_while_the_disk_is_full(disk: Disk, new_pair: Pair) -> None:
    fill_and_check(new_pair, disk, ["keys", "listener", "web", "pusher", "listener"])
