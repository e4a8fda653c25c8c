"""The same exchange between two nodes whose databases are PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.node.test_two_nodes import eventually, held, report
from tests.nodes.link import Link, LinkTransport
from tests.nodes.world import agree, introduce, settings_of

from rabet.node.assembly import Node
from rabet.node.links import make_pusher, make_reception
from rabet.node.start import create_node


@pytest.fixture
def on_postgres(postgres_database: Callable[[], str], tmp_path: Path) -> Iterator[tuple[Node, Node]]:
    agencies = ("khazar", "alborz")
    khazar, alborz = (create_node(settings_of(agency, tmp_path, database=postgres_database()), {}) for agency in agencies)
    introduce((khazar, alborz))
    agree((khazar, alborz))
    yield khazar, alborz
    khazar.close()
    alborz.close()


def test_two_nodes_exchange_on_postgres(on_postgres: tuple[Node, Node]) -> None:
    khazar, alborz = on_postgres
    link = Link()
    pusher = make_pusher(khazar, "alborz", lambda: LinkTransport(link, "khazar", make_reception(alborz)))
    pusher.start()
    link.cut()
    outcomes = [report(khazar) for _ in range(3)]
    link.lose_answers = 1
    link.restore()
    pusher.wake(seen=True)
    eventually(lambda: all(held(alborz, outcomes)))
    eventually(lambda: khazar.store.links.sizes("alborz")["normal"] == (3, 3))
    assert alborz.store.links.held("khazar")["normal"] == 3
    pusher.stop()
