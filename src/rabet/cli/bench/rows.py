"""How many rows a node's database holds: the ceiling inserts as many as a record really makes."""

import sqlite3
from contextlib import closing

import psycopg


def count_rows(url: str) -> int:
    """Rows of all tables. url: sqlite:///FILE or postgresql://..., opened for reading only."""
    if url.startswith("sqlite:///"):
        with closing(sqlite3.connect(f"file:{url.removeprefix('sqlite:///')}?mode=ro", uri=True)) as database:
            tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            return sum(database.execute(_count(name)).fetchone()[0] for (name,) in tables)
    with psycopg.connect(url) as server:
        names = server.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        found = [server.execute(_count(name).encode()).fetchone() for (name,) in names]
        return sum(row[0] for row in found if row)


def _count(table: str) -> str:
    return f'SELECT count(*) FROM "{table}"'  # noqa: S608 - the name comes from the database itself
