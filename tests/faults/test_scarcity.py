"""What a process does when the machine has no room for it: no process left, no room for its log, no room for record keys."""

import errno
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.faults.flow import Flow
from tests.faults.pair import SENDER, Pair, alive, beside, eventually

from rabet.node.layout import Layout
from rabet.node.memory import running
from rabet.node.randomness import SystemRandomness
from rabet.node.supervisor import Supervisor
from rabet.storage.record_keys import BLOCK, SLOT, RecordKeys

SUPERVISED = """
import signal, sys
from pathlib import Path
from rabet.node.layout import Layout
from rabet.node.log import start_log
from rabet.node.supervisor import Supervisor

def fail():
    print("a last word for which there is no room")
    raise RuntimeError("a fault")

start_log("supervisor")
Supervisor(Layout(Path(sys.argv[1])), {"steady": signal.pause, "failing": fail}).run()
"""


def test_a_machine_without_room_for_a_process_does_not_end_the_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fork() -> int:
        raise OSError(errno.EAGAIN, "no process left")

    supervisor = Supervisor(Layout(tmp_path), {"pusher": sys.exit})
    child = supervisor._children["pusher"]
    monkeypatch.setattr(os, "fork", fork)
    supervisor._start("pusher", child)
    assert not child.pid
    assert child.due > time.monotonic()


def test_a_process_that_fails_without_room_for_its_log_takes_no_other_with_it(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.run.mkdir()
    buffered = {name: value for name, value in beside().items() if name != "PYTHONUNBUFFERED"}
    with Path("/dev/full").open("wb") as full:
        supervisor = subprocess.Popen([sys.executable, "-c", SUPERVISED, str(tmp_path)], stdout=full, stderr=full, env=buffered)
    try:
        eventually(lambda: "steady" in dict(running(layout)))
        steady = dict(running(layout))["steady"]
        time.sleep(1.0)
        assert alive(steady), "the failing process ended another"
        assert dict(running(layout))["steady"] == steady
    finally:
        supervisor.send_signal(signal.SIGTERM)
        supervisor.wait(10)


@contextmanager
def room(size: int) -> Iterator[None]:
    """Let no file grow beyond this size: the last write that begins below it is cut short, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_no_record_key_is_handed_out_that_was_only_half_written(tmp_path: Path) -> None:
    keys = RecordKeys(tmp_path / "record-keys", SystemRandomness())
    taken = [keys.take() for _ in range(BLOCK // 2)]
    with room(SLOT * (1 + BLOCK + BLOCK // 2)):
        taken += [keys.take() for _ in range(BLOCK // 2)]
        with pytest.raises(OSError, match="File too large"):
            keys.take()
    taken += [keys.take() for _ in range(BLOCK)]
    assert len(set(taken)) == 2 * BLOCK
    assert all(keys.open(slot, keys.seal(slot, b"content")) == b"content" for slot in taken)
    keys.close()


def test_a_command_without_room_says_so_in_a_sentence(pair: Pair, tmp_path: Path) -> None:
    flow = Flow(pair)
    (report,) = flow.reports("command", 1, urgent=False)
    (tmp_path / "report.json").write_text(report.text())
    with room(0), pair.command(SENDER, "--as", "duty", "report", str(tmp_path / "report.json")) as command:
        told, trouble = command.communicate(timeout=60)
    assert (command.returncode, told) == (1, "")
    assert trouble.startswith("Database or disk failed: ")
    assert len(trouble.splitlines()) == 1
    assert not pair.holds(SENDER, report.id)
