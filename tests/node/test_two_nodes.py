"""Two whole nodes in one process: what one reports is at the other, over a link that can be cut and over real TLS."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from tests.nodes.link import Link, LinkTransport
from tests.nodes.world import officer, seizure

from rabet.casework import reporting
from rabet.casework.reporting import Draft, Outcome
from rabet.casework.values import AuditEntry, Outgoing
from rabet.exchange.listener import BATCH
from rabet.exchange.pusher import Pusher
from rabet.node.assembly import Node
from rabet.node.door import bind_port, open_door
from rabet.node.links import make_pusher, make_reception

PATIENCE = 10.0


def eventually(holds: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def report(node: Node, **changes: object) -> Outcome:
    urgent = bool(changes.pop("urgent", False))
    draft = Draft(kind="seizure", body=seizure(**changes), urgent=urgent)
    return reporting.report(node.desk, officer(node, "duty_officer"), [draft])[0]


def held(node: Node, outcomes: list[Outcome]) -> list[bool]:
    with node.store.read() as uow:
        return [uow.version(outcome.record) is not None for outcome in outcomes]


def acts(node: Node) -> list[str]:
    with node.store.read() as uow:
        return [entry.act for _, _, entry in uow.audit_entries()]


@pytest.fixture
def link() -> Link:
    return Link()


@pytest.fixture
def pusher(nodes: tuple[Node, Node], link: Link) -> Iterator[Pusher]:
    khazar, alborz = nodes
    pusher = make_pusher(khazar, "alborz", lambda: LinkTransport(link, "khazar", make_reception(alborz)))
    pusher.start()
    yield pusher
    pusher.stop()


def test_a_report_reaches_the_partner_and_its_receipt_comes_back(nodes: tuple[Node, Node], pusher: Pusher) -> None:
    khazar, alborz = nodes
    outcome = report(khazar)
    assert outcome.sent == ("alborz",)
    pusher.wake()
    eventually(lambda: all(held(alborz, [outcome])))
    eventually(lambda: khazar.store.links.sizes("alborz")["normal"] == (1, 1))


def test_what_was_reported_while_the_link_was_cut_arrives_once_when_it_is_restored(nodes: tuple[Node, Node], pusher: Pusher, link: Link) -> None:
    khazar, alborz = nodes
    link.cut()
    outcomes = [report(khazar) for _ in range(10)]
    pusher.wake()
    time.sleep(0.2)
    assert not any(held(alborz, outcomes))
    link.restore()
    pusher.wake(seen=True)
    eventually(lambda: all(held(alborz, outcomes)))
    assert alborz.store.links.held("khazar")["normal"] == 10


def test_an_answer_that_was_lost_has_no_second_effect(nodes: tuple[Node, Node], pusher: Pusher, link: Link) -> None:
    khazar, alborz = nodes
    link.lose_answers = 1
    outcome = report(khazar)
    pusher.wake()
    eventually(lambda: khazar.store.links.sizes("alborz")["normal"] == (1, 1))
    assert all(held(alborz, [outcome]))
    assert acts(alborz).count("batch.received") == 1
    assert acts(alborz).count("batch.repeated") == 1


def test_an_urgent_report_does_not_wait_for_a_normal_batch_on_its_way(nodes: tuple[Node, Node], pusher: Pusher, link: Link) -> None:
    khazar, alborz = nodes
    pusher.wake()
    eventually(lambda: link.asked)
    link.slow_first = 1.5
    slow = report(khazar)
    pusher.wake()
    eventually(lambda: link.batches == 1)
    fast = report(khazar, urgent=True, danger=[{"kind": "armed", "grade": "high"}])
    pusher.wake()
    eventually(lambda: all(held(alborz, [fast])))
    assert not any(held(alborz, [slow]))
    eventually(lambda: all(held(alborz, [slow])))


def test_two_nodes_exchange_over_real_tls(nodes: tuple[Node, Node]) -> None:
    khazar, alborz = nodes
    door = open_door(alborz)
    listening = bind_port("127.0.0.1", alborz.settings.exchange_port)
    thread = threading.Thread(target=door.run, args=(listening,))
    thread.start()
    pusher = make_pusher(khazar, "alborz")
    pusher.start()
    eventually(lambda: door.door.connections["khazar"] == 2)  # both lanes stand before there is anything to say
    outcome = report(khazar)
    pusher.wake()
    eventually(lambda: all(held(alborz, [outcome])))
    eventually(lambda: khazar.store.links.sizes("alborz")["normal"] == (1, 1))
    pusher.stop()
    door.stop()
    thread.join(10)


def test_a_forged_batch_is_refused_and_named_in_the_audit(nodes: tuple[Node, Node]) -> None:
    _, alborz = nodes
    transport = LinkTransport(Link(), "khazar", make_reception(alborz))
    assert transport.ask("POST", BATCH, b"no batch at all").status == 400
    assert acts(alborz)[-1] == "batch.refused"


def test_a_stopped_partner_is_told_so_and_nothing_is_taken(nodes: tuple[Node, Node], pusher: Pusher) -> None:
    khazar, alborz = nodes
    with alborz.store.begin() as uow:
        (partner,) = uow.partners()
        uow.set_partner(replace(partner, state="stopped"))
        uow.audit(AuditEntry(act="partner.stopped", officer="", role=""))
    outcome = report(khazar)
    pusher.wake()
    eventually(lambda: "lane.alarm" in acts(khazar))
    assert not any(held(alborz, [outcome]))


def test_what_the_second_gate_stops_leaves_as_a_digest_and_the_queue_goes_on(nodes: tuple[Node, Node], pusher: Pusher) -> None:
    """A program at Khazar that skips the first decision puts a text into the lane by itself (T3)."""
    khazar, alborz = nodes
    with khazar.store.begin() as uow:
        secret = Outgoing(partner="alborz", lane="normal", agreement="", record="", version=0, text="our informant is called", key_slot=-1)
        uow.send(secret)
        uow.audit(AuditEntry(act="forged", officer="", role=""))
    outcome = report(khazar)
    pusher.wake()
    eventually(lambda: all(held(alborz, [outcome])))
    assert alborz.store.links.held("khazar")["normal"] == 2
    assert "release.stopped" in acts(khazar)
    (stopped,) = [entry for entry in entries(khazar) if entry.act == "release.stopped"]
    assert stopped.detail["rules"] == "gate_message"
    assert not any(b"informant" in path.read_bytes() for path in alborz.settings.layout.root.rglob("*") if path.is_file())


def entries(node: Node) -> list[AuditEntry]:
    with node.store.read() as uow:
        return [entry for _, _, entry in uow.audit_entries()]
