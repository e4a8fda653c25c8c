"""Two nodes as real processes on one machine, Khazar who reports and Alborz who receives, each reached over a line that can be cut.

Whole nodes are started and stopped, single processes killed, and each node is looked into from this process as any command beside it
would: through its own directory and its own database.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from rabet.casework import standing
from rabet.casework.values import Token
from rabet.cli.world.agencies import ALBORZ, KHAZAR
from rabet.cli.world.world import UNIT, Pact, World
from rabet.node.assembly import Node, open_node
from rabet.node.memory import running

SENDER, RECEIVER = KHAZAR.id, ALBORZ.id
SIDES = (SENDER, RECEIVER)
PACT = Pact("khazar-alborz", "bilateral", (RECEIVER, SENDER), {})
PROCESSES = ("keys", "listener", "web", "pusher", "supervisor")
# Seconds. A node is ready again within ten; this machine may be busy with other tests at the same time.
UP_WITHIN, BACK_WITHIN, SETTLES_WITHIN = 45.0, 20.0, 90.0


def eventually(holds: Callable[[], bool], within: float = BACK_WITHIN, what: str = "it") -> float:
    """Wait until it holds; return how many seconds that took."""
    begin = time.monotonic()
    while not holds():
        assert time.monotonic() - begin < within, f"{what} did not happen within {within:.0f} s"
        time.sleep(0.01)
    return time.monotonic() - begin


def alive(pid: int) -> bool:
    """Does the process run? One that has ended and is not yet reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def beside() -> Mapping[str, str]:
    """The environment of a command: nothing of it names another node or database."""
    return {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "RABET_NODE", "RABET_USER")}


@dataclass
class Pair(World):
    """databases: agency -> URL, where it is not SQLite in the node's folder; secret: token of Khazar's own system; made: reports so far."""

    databases: Mapping[str, str] = field(default_factory=dict)
    secret: str = "a token of nobody for Khazar's own system"
    opened: list[Node] = field(default_factory=list)
    made: int = 0

    @classmethod
    def of(cls, folder: Path, databases: Mapping[str, str] | None = None) -> "Pair":
        """Make both nodes, not yet up."""
        pair = cls(folder, (KHAZAR, ALBORZ), databases=databases or {})
        pair.make([PACT])
        digest = sha256(pair.secret.encode()).hexdigest()
        token = Token(id="system", name="system", digest=digest, scopes=frozenset({"report", "read", "feed"}), unit=UNIT, clearance="H2")
        standing.set_token(pair.desk(SENDER), pair.officer(SENDER, "administrator"), token)
        pair.opened = list(pair.nodes.values())
        return pair

    def database_of(self, agency: str) -> str:
        """Where the agency's node keeps its data."""
        return self.databases.get(agency) or super().database_of(agency)

    def start(self) -> None:
        """Start both nodes."""
        for agency in SIDES:
            self.processes[agency] = self._up(agency)
        for agency in SIDES:
            self._wait_for(agency)

    def up(self, agency: str) -> None:
        """Run `rabet up`, once, and wait until the node answers."""
        self.processes[agency] = self._up(agency)
        self._wait_for(agency)

    def _wait_for(self, agency: str) -> None:
        self._await(agency, time.monotonic() + UP_WITHIN)
        self._look_in(agency)

    def _look_in(self, agency: str) -> None:
        """Open the node anew in this process: beside a node that is up it asks the key process, else it reads the keys itself.

        What was open stays so to the end: a thread may be in the middle of a report.
        """
        self.nodes[agency] = open_node(self._layout(agency).root, environment={})
        self.opened.append(self.nodes[agency])

    def down(self, agency: str, number: signal.Signals) -> None:
        """Stop a node: SIGTERM tells its supervisor, SIGKILL ends its whole group at once."""
        process, children = self.processes[agency], self.children(agency)
        if number is signal.SIGKILL:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        ended = process.wait(30)
        eventually(lambda: not any(map(alive, children)), what="end of every process")
        assert ended == (-number if number is signal.SIGKILL else 0), (self.folder / f"{agency}.log").read_text()[-2000:]
        self._look_in(agency)

    def is_up(self, agency: str) -> bool:
        """Is its supervisor running?"""
        return self.processes[agency].poll() is None

    def pids(self, agency: str) -> Mapping[str, int]:
        """Process name -> id, of those that are alive."""
        return dict(running(self._layout(agency)))

    def children(self, agency: str) -> Sequence[int]:
        """Ids of the processes that its supervisor started, whether or not a file names them."""
        parent = self.processes[agency].pid
        return [int(one) for one in Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()]

    def whole(self, agency: str) -> bool:
        """Are all its processes alive?"""
        return set(PROCESSES) <= self.pids(agency).keys()

    def is_whole(self) -> bool:
        """Are both nodes whole, and is nothing on its way?"""
        return all(self.is_up(agency) and self.whole(agency) for agency in SIDES) and self.settled()

    def holds(self, agency: str, record: str) -> bool:
        """Does the node hold the record?"""
        with self.desk(agency).store.read() as uow:
            return uow.version(record) is not None

    def kill(self, agency: str, name: str) -> None:
        """End one process of a node as the kernel would when memory runs out. Without its supervisor all others end too."""
        if name == "supervisor":
            self.processes[agency].kill()
            self.processes[agency].wait(10)
            return
        with suppress(KeyError, ProcessLookupError):
            os.kill(self.pids(agency)[name], signal.SIGKILL)

    def command(self, agency: str, *arguments: str) -> "subprocess.Popen[str]":
        """Begin a command of the node's operator."""
        words = [sys.executable, "-m", "rabet.cli", "--node", str(self._layout(agency).root), "--language", "en", *arguments]
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, env=beside())

    def verify(self, agency: str) -> None:
        """Run `rabet verify` on the node's directory, up or not."""
        with self.command(agency, "verify", "--json") as ended:
            told, trouble = ended.communicate(timeout=60)
        assert ended.returncode == 0, told + trouble
        assert json.loads(told)["proven"]

    def messages(self) -> Mapping[str, int]:
        """By sender, how many messages beside heartbeats the partner holds."""
        found = {}
        for here, there in (SIDES, SIDES[::-1]):
            with self.desk(there).store.read() as uow:
                held = sum(lane.size for lane in uow.lanes() if (lane.partner, lane.direction) == (here, "in"))
                found[here] = held - sum(entry.act == "partner.audit_root" for _, _, entry in uow.audit_entries(limit=1_000_000))
        return found

    def settled(self) -> bool:
        """Has every message of both nodes its receipt?"""
        sizes = [self.node(a).store.links.sizes(b) for a, b in (SIDES, SIDES[::-1])]
        return all(size == through for lanes in sizes for size, through in lanes.values())

    def close(self) -> None:
        """End everything, also what was cut, and leave no connection of this thread."""
        try:
            self.stop()
        finally:
            for node in self.opened:
                node.let_go()
                if node not in self.nodes.values():
                    node.close()
