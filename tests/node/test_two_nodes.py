"""Two whole nodes in one process: what one reports is at the other, over a link that can be cut and over real TLS."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.nodes.link import Link, LinkTransport
from tests.nodes.world import make_nodes, officer, seizure

from rabet.casework import reading, reporting
from rabet.casework.reporting import Draft, Outcome
from rabet.exchange.pusher import Pusher
from rabet.node.assembly import Node
from rabet.node.links import make_pusher, make_reception

PATIENCE = 10.0


def eventually(holds: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[tuple[Node, Node]]:
    khazar, alborz = make_nodes(tmp_path, "khazar", "alborz")
    yield khazar, alborz
    khazar.close()
    alborz.close()


def report(node: Node, **changes: object) -> Outcome:
    urgent = bool(changes.pop("urgent", False))
    draft = Draft(kind="seizure", body=seizure(**changes), offence="transport", urgent=urgent)
    return reporting.report(node.desk, officer(node, "duty_officer"), [draft])[0]


def held(node: Node) -> list[str]:
    return [row.record for row in reading.list_records(node.desk, officer(node, "liaison_officer"), origin="received", limit=500)]


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
    eventually(lambda: held(alborz) == [outcome.record])
    eventually(lambda: khazar.store.links.sizes("alborz")["normal"] == (1, 1))
