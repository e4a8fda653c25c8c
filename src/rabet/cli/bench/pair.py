"""The two nodes of the benchmark: Khazar reports, Alborz receives, under the bilateral agreement, as real processes."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from rabet.casework import standing
from rabet.casework.reporting import Draft, Outcome, report
from rabet.casework.values import Officer, Token
from rabet.cli.bench.beside import BenchFailed
from rabet.cli.world.agencies import ALBORZ, KHAZAR
from rabet.cli.world.world import UNIT, Pact, World
from rabet.node.assembly import open_node
from rabet.node.key_client import KeyClient
from rabet.node.layout import Layout
from rabet.node.memory import node_memory, running

SENDER, RECEIVER = KHAZAR.id, ALBORZ.id
_PACT = Pact("khazar-alborz", "bilateral", (RECEIVER, SENDER), {})
_LOOK_EVERY, _STUCK_AFTER = 0.02, 60.0  # seconds
_TICKS = 100  # of processor time, a second


@dataclass
class Pair(World):
    """databases: agency -> URL, where it is not SQLite in the node's folder; token: of the live client at the receiver."""

    databases: Mapping[str, str] = field(default_factory=dict)
    token: str = ""

    @classmethod
    def of(cls, folder: Path, databases: Mapping[str, str]) -> "Pair":
        """A pair whose nodes will lie in the folder."""
        return cls(folder, (KHAZAR, ALBORZ), cuttable=False, databases=databases)

    def database_of(self, agency: str) -> str:
        """Where the agency's node keeps its data."""
        return self.databases.get(agency) or super().database_of(agency)

    def set_up(self) -> None:
        """Make both nodes, and a token for the live client."""
        self.make([_PACT])
        self.token = self.desk(RECEIVER).randomness.token(24).hex()
        token = Token(id="bench", name="benchmark", digest=sha256(self.token.encode()).hexdigest(), scopes=frozenset({"feed"}),
                      unit=UNIT, clearance="H2")  # fmt: skip
        standing.set_token(self.desk(RECEIVER), self.officer(RECEIVER, "administrator"), token)

    def start(self) -> None:
        """Start both nodes; from then on this process asks their key processes, as any command beside a running node does."""
        super().start()
        for agency, node in list(self.nodes.items()):
            node.close()
            self._await_keys(node.settings.layout)
            self.nodes[agency] = open_node(node.settings.layout.root, environment={})

    def _await_keys(self, layout: Layout) -> None:
        """A node's ports are open before its processes run; without its key process this one would read the keys itself."""
        end, client = time.monotonic() + _STUCK_AFTER, KeyClient(layout.key_socket)
        while not client.answers():
            if time.monotonic() > end:
                raise BenchFailed(f"The key process of {layout.root.name} does not answer; see {self.folder}")
            time.sleep(_LOOK_EVERY)
        client.close()

    def now(self) -> datetime:
        """The time, as both nodes have it."""
        return self.desk(SENDER).clock.now()

    def report(self, drafts: Sequence[Draft]) -> Sequence[Outcome]:
        """Report at Khazar as its own system does.

        Raises:
            BenchFailed: the agreement did not let a record leave, so that there is nothing to measure.
        """
        officer = Officer(id="bench", agency=SENDER, unit=UNIT, roles=frozenset({"system"}), clearance="H2")
        made = report(self.desk(SENDER), officer, drafts)
        if any(outcome.sent != (RECEIVER,) for outcome in made):
            raise BenchFailed("A record was not sent: the agreement and the records of the benchmark no longer fit together.")
        return made

    def settle(self, progress: Callable[[int, int], None]) -> None:
        """Wait until Khazar holds a receipt for everything. progress: called with messages acknowledged and messages in all.

        Raises:
            BenchFailed: nothing moved for a minute.
        """
        before, moved = -1, time.monotonic()
        while True:
            done, size = self._way_out()
            if done != before:
                before, moved = done, time.monotonic()
                progress(done, size)
            if done == size:
                return
            if time.monotonic() - moved > _STUCK_AFTER:
                raise BenchFailed(f"{size - done} messages have waited for {_STUCK_AFTER:.0f} s; see {self.folder / f'{SENDER}.log'}")
            time.sleep(_LOOK_EVERY)

    def _way_out(self) -> tuple[int, int]:
        sizes = self.node(SENDER).store.links.sizes(RECEIVER)
        return sum(through for _, through in sizes.values()), sum(size for size, _ in sizes.values())

    def last_event(self) -> int:
        """Number of the newest event at Alborz."""
        return int(self.node(RECEIVER).store.tail.last())

    def held(self) -> int:
        """Records that Alborz holds."""
        with self.node(RECEIVER).store.read() as uow:
            return int(uow.counts.records)

    def memory(self, agency: str) -> Mapping[str, int]:
        """Process name -> bytes (PSS)."""
        return node_memory(self.node(agency).settings.layout)

    def processor_time(self) -> Mapping[str, float]:
        """Process, as "agency name" -> seconds of processor time it has used."""
        return {f"{agency} {name}": _used(process) for agency in self.nodes for name, process in running(self.node(agency).settings.layout)}


def _used(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
