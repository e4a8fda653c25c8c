"""Two nodes in virtual time with loss, repetition, reordering, corruption, crashes and cuts: a hundred seeds.

After each step every message is exactly one of pending, accepted under a signed receipt, rejected with a signed reason; nothing
acknowledged is lost, nothing takes effect twice, lanes keep their order, urgent does not wait behind normal. At the end both trees
are equal and both ends prove it off line. A failing seed stands in the test's name.
"""

import pytest
from tests.exchange.agencies import A, B
from tests.exchange.simulation.scene import Scene, make_scene
from tests.exchange.simulation.world import Faults

from rabet.exchange.envelope import Queued, message_digest
from rabet.exchange.sender import Alarm

STORM = Faults(loss=0.15, repeat=0.1, corrupt=0.05, delay=0.3, crash=0.02)


def storm(seed: int, *, real: bool = False, messages: int = 200) -> Scene:
    scene = make_scene(seed, STORM, real=real)
    scene.work(60.0, messages)
    scene.cuts(60.0, 2)
    scene.crashes(60.0, 3)
    scene.run(90.0)
    return scene


@pytest.mark.parametrize("seed", range(100))
def test_nothing_is_lost_or_taken_twice_in_a_storm(seed: int) -> None:
    scene = storm(seed)
    scene.calm()
    for node in scene.nodes:
        assert not node.notes["forks"], "a fork without a forger"
        assert not node.notes["claims"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_same_with_the_real_signatures_and_sealing(seed: int) -> None:
    storm(seed, real=True, messages=40).calm()


def test_the_same_seed_gives_the_same_trace() -> None:
    def trace(seed: int) -> list[object]:
        scene = storm(seed)
        return [(way.inside.held, way.out.through) for way in scene.ways] + [scene.world.packets]

    assert trace(5) == trace(5)
    assert trace(5) != trace(6)


def test_after_a_cut_the_urgent_report_arrives_first_and_the_rest_in_order() -> None:
    scene = make_scene(1)
    scene.run(1.0)
    scene.world.cut = True
    sender, receiver = scene.nodes
    for number in range(10):
        scene.report(sender, "urgent" if number == 6 else "normal", "message")
    scene.run(3_600.0)
    assert not receiver.inside["urgent"].held
    scene.world.cut = False
    scene.run(3_700.0)
    assert receiver.notes["arrived"] == [("urgent", 0), *(("normal", seq) for seq in range(9))]


def test_a_long_backlog_does_not_delay_an_urgent_report() -> None:
    scene = make_scene(2, Faults(delay=0.2))
    sender, receiver = scene.nodes
    for _ in range(3_000):
        sender.out["normal"].log.append(_queued(len(sender.out["normal"].log)))
    scene.restart(sender)
    scene.world.at(2.0, lambda: scene.report(sender, "urgent", "message"))
    scene.run(4.0)
    assert receiver.inside["urgent"].held
    assert len(receiver.inside["normal"].held) < 3_000


def _queued(seq: int) -> Queued:
    text = f"message of {A} {seq}"
    return Queued("a-1", message_digest(text), text)


def test_a_receiver_restored_from_an_old_backup_gets_everything_again() -> None:
    """R14: the sender keeps what he sent; the gap shows and is filled."""
    scene = make_scene(3)
    sender, receiver = scene.nodes
    for _ in range(20):
        scene.report(sender, "normal", "message")
        scene.run(scene.world.now + 0.1)
    inside = receiver.inside["normal"]
    backup = inside.receipts[7].receipt.through
    inside.receipts, inside.batches = inside.receipts[:8], inside.batches[:8]
    inside.held, inside.results, inside.effects = inside.held[:backup], inside.results[:backup], inside.effects[:backup]
    inside.tree = sender.out["normal"].tree(backup)
    for way in scene.ways:
        way.held = way.settled = way.effects = 0
    scene.world.run(scene.world.now, lambda: None)
    sender.report("normal", f"message of {A} 20")
    scene.world.run(scene.world.now + 10, lambda: None)
    scene.calm()
    assert sender.notes["rewound"]
    assert len(inside.effects) == len(set(inside.effects)) == 21


def test_a_sender_restored_from_an_old_backup_uses_no_number_twice() -> None:
    scene = make_scene(4)
    sender, receiver = scene.nodes
    for _ in range(10):
        scene.report(sender, "normal", "message")
        scene.run(scene.world.now + 0.1)
    out = sender.out["normal"]
    out.log, out.receipts = out.log[:6], out.receipts[:6]
    out.through, out.results = 6, {seq: result for seq, result in out.results.items() if seq < 6}
    scene.restart(sender)
    scene.world.run(scene.world.now + 1, lambda: None)
    sender.report("normal", "another message 6")
    scene.world.run(scene.world.now + 100, lambda: None)
    assert [alarm.reason for alarm in sender.notes["alarms"] if isinstance(alarm, Alarm)] == ["log_lost"]
    assert len(receiver.inside["normal"].held) == 10


@pytest.mark.parametrize("real", [False, True])
def test_a_sender_who_rewrites_his_past_is_caught_with_evidence_both_can_verify(real: bool) -> None:
    scene = make_scene(5, real=real)
    sender, receiver = scene.nodes
    for _ in range(5):
        scene.report(sender, "normal", "message")
        scene.run(scene.world.now + 0.1)
    sender.out["normal"].log[2] = _queued(77)
    sender.report("normal", f"message of {A} 5")
    scene.world.run(scene.world.now + 100, lambda: None)
    (found,) = receiver.notes["forks"]
    assert (found.log, found.about, found.at, found.equivocation) == (f"rabet/link/{A}/{B}/normal", "root", 5, True)
    assert sender.notes["claims"] == [found]
    assert len(receiver.inside["normal"].held) == 5
    scene.report(sender, "urgent", "message")
    scene.world.run(scene.world.now + 10, lambda: None)
    assert receiver.inside["urgent"].held, "the other lane's chain is whole and goes on"


def test_a_receiver_who_signs_another_tree_is_caught_with_evidence() -> None:
    scene = make_scene(6)
    sender, receiver = scene.nodes
    scene.report(sender, "normal", "message")
    scene.run(1.0)
    inside, keep = receiver.inside["normal"], receiver.keep

    def forge(lane, batch, skip, tree, reply):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
        keep(lane, batch, skip, inside.tree.append(bytes(32)), reply)

    receiver.keep = forge  # type: ignore[method-assign]
    sender.report("normal", f"message of {A} 1")
    scene.world.run(10.0, lambda: None)
    (found,) = sender.notes["forks"]
    assert (found.about, found.at, found.by) == ("root", 2, (A, B))
    assert sender.link.lanes["normal"].stopped
    assert sender.out["normal"].through == 1
