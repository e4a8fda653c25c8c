"""A message at which the receiving node itself stumbles is rejected and quarantined; the queue goes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.node.test_two_nodes import eventually, held, report
from tests.nodes.link import Link, LinkTransport
from tests.nodes.world import make_nodes

from rabet.casework import fields
from rabet.matching.identifiers import Key, normalise
from rabet.node.assembly import Node
from rabet.node.links import make_pusher, make_reception
from rabet.records.bad_input import BadInput
from rabet.records.disclosure import read_leaf

STUMBLING = "STUMBLE1"


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[tuple[Node, Node]]:
    khazar, alborz = make_nodes(tmp_path, "khazar", "alborz")
    yield khazar, alborz
    khazar.close()
    alborz.close()


def _stumbles(kind: str, value: str, country: str | None = None) -> tuple[Key, ...]:
    if value == STUMBLING:
        raise ValueError(value)
    return normalise(kind, value, country)


def test_what_this_node_stumbles_at_is_rejected_and_the_rest_is_taken(nodes: tuple[Node, Node], monkeypatch: pytest.MonkeyPatch) -> None:
    khazar, alborz = nodes
    made = [report(khazar), report(khazar, identifiers=[{"kind": "seal", "value": STUMBLING}]), report(khazar)]
    monkeypatch.setattr(fields, "normalise", _stumbles)
    link = Link()
    pusher = make_pusher(khazar, "alborz", lambda: LinkTransport(link, "khazar", make_reception(alborz)))
    pusher.start()
    try:
        eventually(lambda: held(alborz, made) == [True, False, True])
        eventually(lambda: _through(khazar) == len(made))
    finally:
        pusher.stop()


def _through(node: Node) -> int:
    with node.store.read() as uow:
        return sum(lane.through for lane in uow.lanes() if lane.direction == "out")


@pytest.mark.parametrize("text", ['["s","p","\\u0000"]', '["s","p","\\ud800"]', '["s","\\udfff","v"]'])
def test_text_that_no_database_can_keep_is_no_leaf(text: str) -> None:
    with pytest.raises(BadInput):
        read_leaf(text)
