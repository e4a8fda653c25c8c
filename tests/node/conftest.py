"""Nodes for the tests of this folder: made once, copied for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.nodes.world import make_nodes

from rabet.node.assembly import Node, hold_keys, open_node
from rabet.node.clock import SystemClock
from rabet.node.settings import read_settings

AGENCIES = ("khazar", "alborz")


@pytest.fixture(scope="session")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Khazar and Alborz, who have one agreement in force and nothing to tell yet."""
    folder = tmp_path_factory.mktemp("seed")
    for node in make_nodes(folder, *AGENCIES):
        node.close()
    return folder


@pytest.fixture
def nodes(seed: Path, tmp_path: Path) -> Iterator[tuple[Node, Node]]:
    """Khazar and Alborz, each with its keys in this process."""
    shutil.copytree(seed, tmp_path / "nodes", symlinks=True)
    khazar, alborz = (open_here(tmp_path / "nodes" / agency) for agency in AGENCIES)
    yield khazar, alborz
    khazar.close()
    alborz.close()


def open_here(directory: Path) -> Node:
    """Open a node with its keys in this process."""
    return open_node(directory, environment={}, keys=hold_keys(read_settings(directory, {}), SystemClock()))
