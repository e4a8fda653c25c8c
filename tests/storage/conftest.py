"""A store of a node in a temporary folder, on SQLite and on PostgreSQL; time and randomness of the test's own."""

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.db import connections

from rabet.storage import upgrade
from rabet.storage.record_keys import RecordKeys
from rabet.storage.setup import add_database, configure_django, open_store

if TYPE_CHECKING:
    from rabet.storage.store import Store

ALIASES = count()
# Before any test module is read, so that these may import what needs Django.
configure_django()


class TestClock:
    """Stands still until it is moved."""

    __test__ = False

    def __init__(self) -> None:
        self.time = datetime(2026, 5, 1, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def move(self, **by: float) -> None:
        self.time += timedelta(**by)


class TestRandomness:
    __test__ = False

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)

    def token(self, size: int) -> bytes:
        return self._random.randbytes(size)


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def randomness() -> TestRandomness:
    return TestRandomness()


@pytest.fixture
def keys(tmp_path: Path, randomness: TestRandomness) -> Iterator[RecordKeys]:
    with closing(RecordKeys(tmp_path / "record-keys", randomness)) as opened:
        yield opened


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with this release's tables, made once and copied."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.sqlite3"
    add_database(str(path), "template")
    upgrade.require_current("template")
    connections["template"].close()
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_database: Callable[[], str]) -> str:
    """URL of a database with this release's tables, for all tests of this process."""
    url = postgres_database()
    add_database(url, "migrated_postgres")
    upgrade.require_current("migrated_postgres")
    connections["migrated_postgres"].close()
    return url


EMPTY_HEAD = "INSERT INTO head (id, records, versions, events, audit, tree) VALUES (1, 0, 0, 0, 0, decode(repeat('00', 8), 'hex'))"


def empty_postgres(url: str) -> str:
    """Empty every table: quicker than another copy of the database."""
    with psycopg.connect(url, autocommit=True) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'django_migrations'")
        tables = ", ".join(f'"{name}"' for (name,) in names)
        connection.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE".encode())
        connection.execute(EMPTY_HEAD)
    return url


@pytest.fixture
def sqlite_database(empty_sqlite: Path, tmp_path: Path) -> str:
    return str(shutil.copy(empty_sqlite, tmp_path / "node.sqlite3"))


@pytest.fixture
def postgres(migrated_postgres: str) -> str:
    return empty_postgres(migrated_postgres)


@pytest.fixture(params=["sqlite_database", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    """Path or URL of an empty database with all tables, on each engine."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture
def make_store(clock: TestClock, randomness: TestRandomness, keys: RecordKeys) -> Iterator[Callable[..., "Store"]]:
    """Open a store of its own alias; closed after the test."""
    with ExitStack() as opened:

        def make(database: str, **more: object) -> "Store":
            ports = {"agency": "khazar", "clock": clock, "randomness": randomness, "record_keys": keys, **more}
            store = open_store(database, alias=f"node{next(ALIASES)}", **ports)
            opened.callback(store.close)
            return store

        yield make


@pytest.fixture
def store(make_store: Callable[..., "Store"], database: str) -> "Store":
    return make_store(database)
