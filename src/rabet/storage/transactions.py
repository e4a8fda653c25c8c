"""Transactions of a node's database. One act writes at a time, on both engines.

SQLite takes its one write lock at BEGIN IMMEDIATE. On PostgreSQL an act locks the row of `head`. So sequence numbers, event
numbers and places in the audit log follow the order of commit, and no act decides on what another is about to change.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

ACT_ROLE, SIGHT_ROLE = "rabet_act", "rabet_sight"
Value = str | int | bytes | None
# An officer reads the newest few; as PostgreSQL cannot estimate how many rows a policy leaves, it would rather sort all of them.
_IN_ORDER = {"enable_sort": "off"}
_ENTER = f"SET LOCAL ROLE {ACT_ROLE}; SET LOCAL rabet.act = 'on'"


@contextmanager
def writing(alias: str) -> Iterator[None]:
    """One write transaction: all or nothing; synchronised to disk when it is left without error."""
    with transaction.atomic(using=alias, durable=True):
        _enter(connections[alias])
        yield


@contextmanager
def reading(alias: str) -> Iterator[None]:
    """One snapshot, without any lock that a writer would wait for."""
    connection = connections[alias]
    if connection.vendor == "sqlite":
        with _sqlite_snapshot(connection):
            yield
        return
    with transaction.atomic(using=alias, durable=True):
        connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        _enter(connection)
        yield


@contextmanager
def _sqlite_snapshot(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """A deferred transaction: Django's own would be IMMEDIATE and hold the write lock."""
    connection.ensure_connection()
    if connection.in_atomic_block or connection.connection.in_transaction:
        raise RuntimeError("a read inside another transaction")
    connection.connection.execute("BEGIN DEFERRED")
    try:
        yield
    finally:
        connection.connection.execute("ROLLBACK")


@contextmanager
def lazily(alias: str) -> Iterator[None]:
    """A write transaction that need not survive a power cut (it does survive a killed process): what it says can be learnt again."""
    connection = connections[alias]
    if connection.vendor != "sqlite":
        with writing(alias):
            connection.cursor().execute("SET LOCAL synchronous_commit = off")
            yield
        return
    connection.ensure_connection()
    connection.connection.execute("PRAGMA synchronous=NORMAL")
    try:
        with writing(alias):
            yield
    finally:
        connection.connection.execute("PRAGMA synchronous=FULL")


def _enter(connection: BaseDatabaseWrapper) -> None:
    if connection.vendor != "sqlite":
        connection.cursor().execute(_ENTER)


@contextmanager
def seeing(alias: str, settings: Mapping[str, str]) -> Iterator[None]:
    """Inside, PostgreSQL shows only what these settings allow (row-level security); SQLite has no such wall."""
    if is_sqlite(alias):
        yield
        return
    _configure(alias, {"role": SIGHT_ROLE, **_IN_ORDER, **settings})
    yield
    _configure(alias, {"role": ACT_ROLE, **dict.fromkeys(_IN_ORDER, "on")})


def _configure(alias: str, settings: Mapping[str, str]) -> None:
    """Set these for the rest of the transaction."""
    calls = ", ".join(["set_config(%s, %s, true)"] * len(settings))
    rows(alias, f"SELECT {calls}", [part for pair in settings.items() for part in pair])


def vendor(alias: str) -> str:
    """Return "sqlite" or "postgresql"."""
    return str(connections[alias].vendor)


def is_sqlite(alias: str) -> bool:
    return vendor(alias) == "sqlite"


def rows(alias: str, sql: str, values: Sequence[Value] = ()) -> list[tuple[Any, ...]]:
    """Run a query with %s places and return all rows."""
    with _ran(alias, sql, values) as cursor:
        return list(cursor.fetchall())


def run(alias: str, sql: str, values: Sequence[Value] = ()) -> int:
    """Run a statement with %s places and return how many rows it changed."""
    with _ran(alias, sql, values) as cursor:
        return int(cursor.rowcount)


@contextmanager
def _ran(alias: str, sql: str, values: Sequence[Value]) -> Iterator[Any]:
    """Yield a cursor that ran the statement. On SQLite the raw one: Django's costs several times what SQLite itself does."""
    connection = connections[alias]
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with connection.wrap_database_errors, closing(connection.connection.execute(sql.replace("%s", "?"), values)) as cursor:
            yield cursor
    else:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            yield cursor


def run_each(alias: str, sql: str, values: Sequence[Sequence[Value]]) -> None:
    """Run one statement for each row of values."""
    if values:
        with connections[alias].cursor() as cursor:
            cursor.executemany(sql, values)


def places(count: int) -> str:
    """Return "(%s, %s, ...)" for an IN list that is not empty."""
    return f"({', '.join(['%s'] * count)})"
