"""Pairs of nodes to be broken, each in a folder of its own and gone afterwards; the same on both engines."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.faults.pair import SIDES, Pair


@pytest.fixture
def stopped(tmp_path: Path) -> Iterator[Pair]:
    """Khazar and Alborz, made and not up."""
    pair = Pair.of(tmp_path)
    yield pair
    pair.close()


@pytest.fixture
def pair(stopped: Pair) -> Pair:
    """Khazar and Alborz, up."""
    stopped.start()
    return stopped


@pytest.fixture
def stopped_on_postgres(tmp_path: Path, postgres_database: Callable[[], str]) -> Iterator[Pair]:
    """The same on PostgreSQL, each with a database of its own."""
    pair = Pair.of(tmp_path, {agency: postgres_database() for agency in SIDES})
    yield pair
    pair.close()


@pytest.fixture
def pair_on_postgres(stopped_on_postgres: Pair) -> Pair:
    stopped_on_postgres.start()
    return stopped_on_postgres


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Chance that is the same each time the test is run; its seed is the test's name."""
    return random.Random(request.node.name)
