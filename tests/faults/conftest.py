"""Pairs of nodes to be broken, each in a folder of its own and gone afterwards; the same on both engines.

To make and to start two nodes takes some seconds: a pair that is whole after a test is handed to the next one.
"""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.faults.pair import SIDES, Pair


@pytest.fixture
def new_pair(tmp_path: Path) -> Iterator[Pair]:
    """Khazar and Alborz, made for one test alone, up."""
    pair = Pair.of(tmp_path)
    try:
        pair.start()
        yield pair
    finally:
        pair.close()


@pytest.fixture(scope="session")
def pairs() -> Iterator[dict[str, Pair]]:
    """Pairs that are up, by engine."""
    kept: dict[str, Pair] = {}
    yield kept
    for pair in kept.values():
        pair.close()


def handed_on(pairs: dict[str, Pair], engine: str, make: Callable[[], Pair]) -> Iterator[Pair]:
    pair = pairs.pop(engine, None)
    if pair is None:
        pair = make()
        pair.start()
    whole = False
    try:
        yield pair
        whole = pair.is_whole()
    finally:
        if whole:
            pairs[engine] = pair
        else:
            pair.close()


@pytest.fixture
def pair(pairs: dict[str, Pair], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Khazar and Alborz, up."""
    yield from handed_on(pairs, "sqlite", lambda: Pair.of(tmp_path_factory.mktemp("pair")))


@pytest.fixture
def pair_on_postgres(pairs: dict[str, Pair], tmp_path_factory: pytest.TempPathFactory, postgres_database: Callable[[], str]) -> Iterator[Pair]:
    """The same on PostgreSQL, each with a database of its own."""
    yield from handed_on(pairs, "postgres", lambda: Pair.of(tmp_path_factory.mktemp("pair"), {agency: postgres_database() for agency in SIDES}))


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Chance that is the same each time the test is run; its seed is the test's name."""
    return random.Random(request.node.name)
