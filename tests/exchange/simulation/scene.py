"""Two nodes with work to do in a bad world, and what must hold after every step."""

from dataclasses import dataclass, field

from tests.exchange.agencies import A, B, keyring, keys_of
from tests.exchange.simulation.cheap import CheapRing
from tests.exchange.simulation.node import POISON, InLane, Node, OutLane
from tests.exchange.simulation.world import Faults, World

from rabet.exchange.form import LANES, Lane
from rabet.exchange.prove import verify_lane
from rabet.exchange.sender import open_link
from rabet.records.merkle import CompactRange, leaf_hash

__all__ = ["Scene", "make_scene"]


@dataclass
class Way:
    """One lane in one direction, and how far its invariants were already checked."""

    sender: Node
    receiver: Node
    lane: Lane
    held: int = 0
    settled: int = 0
    effects: int = 0

    @property
    def out(self) -> OutLane:
        return self.sender.out[self.lane]

    @property
    def inside(self) -> InLane:
        return self.receiver.inside[self.lane]

    def check(self) -> None:
        """Raise AssertionError when something acknowledged is lost, taken twice, out of order, or settled without a signature."""
        out, inside = self.out, self.inside
        assert out.through <= len(inside.held) <= len(out.log), "acknowledged more than held, or held more than sent"
        assert inside.held[self.held :] == [message.digest for message in out.log[self.held : len(inside.held)]], "order"
        assert len(inside.results) == len(inside.held), "a message without its result"
        for seq in range(self.settled, out.through):
            assert out.results[seq] == inside.results[seq], "a result that the partner does not hold"
        assert not [seq for seq in range(out.through, len(out.log)) if seq in out.results], "settled and pending at once"
        self.check_effects()
        self.held, self.settled = len(inside.held), out.through

    def check_effects(self) -> None:
        """Each accepted text takes effect once, in the order of its lane."""
        new = self.inside.effects[self.effects :]
        places = [int(text.split()[-1]) for text in new]
        assert places == sorted(set(places)), "an effect twice or out of order"
        assert not places or self.effects == 0 or places[0] > int(self.inside.effects[self.effects - 1].split()[-1]), "an effect twice"
        assert not any(POISON in text for text in new), "poison took effect"
        self.effects = len(self.inside.effects)

    def check_end(self) -> None:
        """When the storm is over: everything settled, both trees equal, both ends provable off line."""
        out, inside = self.out, self.inside
        assert out.through == len(out.log) == len(inside.held), "not all delivered"
        assert inside.tree == out.tree(len(out.log)) == CompactRange().extend(map(leaf_hash, inside.held)), "trees differ"
        for node in (self.sender, self.receiver):
            report = verify_lane(
                [message.digest for message in out.log] if node is self.sender else inside.held,
                self.receiver.manifests(self.lane),
                [signed.to_text() for signed in inside.receipts],
                me=node.name,
                sender=self.sender.name,
                receiver=self.receiver.name,
                lane=self.lane,
                keyring=node.ring,
            )
            assert report.proven, report.problems
            assert report.unwitnessed == 0


@dataclass
class Scene:
    """World, two nodes, four ways."""

    world: World
    nodes: tuple[Node, Node]
    ways: list[Way] = field(default_factory=list)
    looked: dict[str, int] = field(default_factory=dict)

    def check(self) -> None:
        """What must hold after each step."""
        for way in self.ways:
            way.check()
        for node in self.nodes:
            self.check_urgent_first(node)

    def check_urgent_first(self, node: Node) -> None:
        """Whenever a normal batch was let go, no urgent message stood waiting that could have gone."""
        dispatched = node.notes["dispatched"]
        new = dispatched[self.looked.get(node.name, 0) :]
        for at, (lane, link) in enumerate(new):
            urgent = link.lanes["urgent"]
            assert lane == "urgent" or not urgent.waiting or urgent.retry_at > self.world.now, "urgent behind normal"
            assert lane == "urgent" or ("urgent", link) not in new[at + 1 :], "urgent let go after normal"
        self.looked[node.name] = len(dispatched)

    def run(self, until: float) -> None:
        self.world.run(until, self.check)

    def calm(self, seconds: float = 300.0) -> None:
        """End all faults, start what is down, let everything arrive, and check the end."""
        self.world.faults, self.world.cut = Faults(), False
        for node in self.nodes:
            node.start()
        self.run(self.world.now + seconds)
        for way in self.ways:
            way.check_end()

    def restart(self, node: Node) -> None:
        """Begin again from what is on disk, without loss of it."""
        node.up = False
        node.link = open_link({})
        node.start()

    def work(self, seconds: float, messages: int) -> None:
        """Let both nodes report at random moments: one in five urgent, some unreadable, some recalled again."""
        random = self.world.random
        for number in range(messages):
            node = random.choice(self.nodes)
            lane: Lane = "urgent" if random.random() < 0.2 else "normal"
            text = f"{POISON if random.random() < 0.05 else 'message'} {number}"
            moment = random.uniform(0, seconds)
            self.world.at(moment, lambda node=node, lane=lane, text=text: self.report(node, lane, text))  # type: ignore[misc]

    def report(self, node: Node, lane: Lane, text: str) -> None:
        """Number the text by its place in the lane, so that order shows."""
        seq = len(node.out[lane].log)
        node.report(lane, f"{text.split(maxsplit=1)[0]} of {node.name} {seq}")
        if self.world.random.random() < 0.1:
            self.world.after(self.world.random.uniform(0, 5), lambda: node.withdraw(lane, seq))

    def cuts(self, seconds: float, times: int) -> None:
        """Cut the link a few times for up to twenty seconds."""
        for _ in range(times):
            begin = self.world.random.uniform(0, seconds)
            self.world.at(begin, lambda: setattr(self.world, "cut", True))
            self.world.at(begin + self.world.random.uniform(1, 20), lambda: setattr(self.world, "cut", False))

    def crashes(self, seconds: float, times: int) -> None:
        """Let a node fall over at a random moment."""
        for _ in range(times):
            self.world.at(self.world.random.uniform(0, seconds), self.world.random.choice(self.nodes).crash)


def make_scene(seed: int, faults: Faults | None = None, *, real: bool = False) -> Scene:
    """Two nodes on one link. real: with Ed25519 and HPKE instead of the cheap ports."""
    world = World(seed, faults or Faults())
    ring = CheapRing((A, B))
    nodes = tuple(
        Node(name, partner, world, keys_of(name), keys_of(name).public.ed25519, keys_of(partner).public, keyring())
        if real
        else Node(name, partner, world, ring.keys[name], ring.keys[name].ed25519, ring.keys[partner], ring)
        for name, partner in ((A, B), (B, A))
    )
    first, second = nodes
    first.other, second.other = second, first
    scene = Scene(world, (first, second))
    scene.ways = [Way(one, other, lane) for one, other in ((first, second), (second, first)) for lane in LANES]
    for node in scene.nodes:
        node.start()
    return scene
