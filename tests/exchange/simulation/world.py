"""Virtual time and a bad network: messages are lost, repeated, overtaken, altered; links are cut; nodes fall over."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from random import Random


@dataclass(frozen=True)
class Faults:
    """Chance of each fault per packet; delay: mean seconds on the way; crash: chance per commit that the node falls over around it."""

    loss: float = 0.0
    repeat: float = 0.0
    corrupt: float = 0.0
    delay: float = 0.01
    crash: float = 0.0


@dataclass
class World:
    """The heap of what happens when. Everything random comes from one seed."""

    seed: int
    faults: Faults = field(default_factory=Faults)
    now: float = 0.0
    cut: bool = False
    packets: int = 0

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()

    def at(self, time: float, act: Callable[[], None]) -> None:
        """Let something happen at a time."""
        heapq.heappush(self._heap, (max(time, self.now), next(self._numbers), act))

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        self.at(self.now + seconds, act)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def carry(self, data: bytes, deliver: Callable[[bytes], None], *, shielded: bool = False) -> None:
        """Carry a packet: perhaps never, perhaps twice, perhaps altered, each time after its own delay.

        shielded: what only TLS protects breaks the connection when it is altered; what is signed or sealed must look after itself.
        """
        self.packets += 1
        for _ in range(2 if self.chance(self.faults.repeat) else 1):
            corrupt = self.chance(self.faults.corrupt)
            if self.cut or self.chance(self.faults.loss) or (corrupt and shielded):
                continue
            arriving = self._altered(data) if corrupt else data
            self.after(self.random.expovariate(1 / self.faults.delay), lambda arriving=arriving: deliver(arriving))  # type: ignore[misc]

    def _altered(self, data: bytes) -> bytes:
        at = self.random.randrange(len(data))
        return data[:at] + bytes([data[at] ^ (1 << self.random.randrange(8))]) + data[at + 1 :]

    def run(self, until: float, check: Callable[[], None]) -> None:
        """Let everything happen up to a time; `check` after each step."""
        while self._heap and self._heap[0][0] <= until:
            self.now, _, act = heapq.heappop(self._heap)
            act()
            check()
        self.now = max(self.now, until)
