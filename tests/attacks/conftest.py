"""The nodes of tests/casework, and a partner among them who forges."""

import pytest
from tests.attacks.forge import Forger
from tests.casework.conftest import Nodes, nodes

__all__ = ["nodes"]


@pytest.fixture
def forger(nodes: Nodes) -> Forger:
    return Forger(nodes)
