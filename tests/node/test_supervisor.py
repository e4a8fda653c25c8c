"""Two nodes as real processes: whichever is killed comes back, and nothing acknowledged is lost or takes effect twice."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from tests.node.conftest import AGENCIES
from tests.nodes.world import officer, seizure

from rabet.casework import reporting
from rabet.casework.reporting import Draft
from rabet.node.assembly import Node, open_node
from rabet.node.layout import Layout
from rabet.node.memory import node_memory, running
from rabet.node.start import free_ports

NAMES = ("keys", "listener", "pusher", "web")
UP_WITHIN, ARRIVES_WITHIN = 30.0, 20.0
MOST_MEMORY = 150 << 20


def eventually(holds: object, within: float = ARRIVES_WITHIN) -> None:
    assert callable(holds)
    end = time.monotonic() + within
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def environment() -> Mapping[str, str]:
    return {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "RABET_NODE", "RABET_USER")}


def up(directory: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "rabet.cli", "--node", str(directory), "up"]
    with (directory.parent / f"{directory.name}.log").open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment())


def is_up(layout: Layout) -> bool:
    return set(NAMES) <= set(dict(running(layout))) and layout.key_socket.exists() and (layout.run / "pusher.wake").exists()


@pytest.fixture(scope="module")
def world(seed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Node, Node]]:
    """Khazar and Alborz up, and both open here beside their own processes."""
    folder = tmp_path_factory.mktemp("up") / "nodes"
    shutil.copytree(seed, folder)
    processes = [up(folder / agency) for agency in AGENCIES]
    for agency in AGENCIES:
        eventually(lambda agency=agency: is_up(Layout(folder / agency)), UP_WITHIN)
    khazar, alborz = (open_node(folder / agency, environment={}) for agency in AGENCIES)
    yield khazar, alborz
    for process in processes:
        process.terminate()
    assert [process.wait(20) for process in processes] == [0, 0]
    for node in (khazar, alborz):
        assert not dict(running(node.settings.layout)), "a process was left behind"
        node.close()


def report(node: Node, count: int = 1) -> list[str]:
    drafts = [Draft(kind="seizure", body=seizure()) for _ in range(count)]
    return [one.record for one in reporting.report(node.desk, officer(node, "duty_officer"), drafts)]


def arrived(node: Node, records: list[str]) -> bool:
    with node.store.read() as uow:
        return all(uow.version(record) is not None for record in records)


def settled(node: Node, partner: str) -> bool:
    return all(size == through for size, through in node.store.links.sizes(partner).values())


def test_a_report_reaches_the_other_node(world: tuple[Node, Node]) -> None:
    khazar, alborz = world
    records = report(khazar)
    eventually(lambda: arrived(alborz, records))
    eventually(lambda: settled(khazar, "alborz"))


def test_a_node_at_rest_is_small(world: tuple[Node, Node]) -> None:
    for node in world:
        sizes = node_memory(node.settings.layout)
        assert sum(sizes.values()) < MOST_MEMORY, sizes


def test_a_second_start_of_the_same_node_is_refused(world: tuple[Node, Node]) -> None:
    directory = str(world[0].settings.layout.root)
    command = [sys.executable, "-m", "rabet.cli", "--node", directory, "up"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=environment(), timeout=30)
    assert ended.returncode == 2
    assert "up already" in ended.stderr


@pytest.mark.parametrize("side", AGENCIES)
@pytest.mark.parametrize("name", NAMES)
def test_a_killed_process_comes_back_and_nothing_is_lost_or_doubled(world: tuple[Node, Node], name: str, side: str) -> None:
    khazar, alborz = world
    victim = khazar if side == "khazar" else alborz
    pids = dict(running(victim.settings.layout))
    before = alborz.store.links.held("khazar")["normal"]
    records = report(khazar, 20)
    os.kill(pids[name], signal.SIGKILL)
    records += report(khazar, 20)
    eventually(lambda: dict(running(victim.settings.layout)).get(name, pids[name]) != pids[name])
    eventually(lambda: arrived(alborz, records))
    eventually(lambda: settled(khazar, "alborz"))
    held = alborz.store.links.held("khazar")["normal"] - before
    assert len(records) <= held <= len(records) + 2, "messages beside the reports can only be heartbeats"
    with alborz.store.read() as uow:
        assert [len(uow.versions(record)) for record in records] == [1] * len(records)


def test_the_log_is_one_json_object_a_line(world: tuple[Node, Node]) -> None:
    root = world[0].settings.layout.root
    lines = (root.parent / f"{root.name}.log").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["process"] for line in lines} >= {"supervisor"}


def test_children_die_with_their_supervisor(seed: Path, tmp_path: Path) -> None:
    shutil.copytree(seed / "khazar", tmp_path / "khazar")
    config = tmp_path / "khazar" / "node.toml"
    text = config.read_text(encoding="utf-8")
    node = open_node(tmp_path / "khazar", environment={})
    for port in (node.settings.exchange_port, node.settings.web_port):
        text = text.replace(f"port = {port}", f"port = {free_ports(1, '127.0.0.1')[0]}")
    node.close()
    config.write_text(text, encoding="utf-8")
    process = up(tmp_path / "khazar")
    layout = Layout(tmp_path / "khazar")
    eventually(lambda: is_up(layout), UP_WITHIN)
    pids = [pid for name, pid in running(layout) if name != "supervisor"]
    process.kill()
    process.wait(10)
    eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))
