"""The one way rows enter hot tables: executemany on the raw SQLite cursor, one INSERT from arrays on PostgreSQL.

Django's bulk_create costs seven times as much. PostgreSQL refuses COPY into a table under row-level security; an INSERT that unnests
one array per column is nearly as quick.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connections
from django.db.models import Model

Row = tuple[Any, ...]


def insert(alias: str, model: type[Model], columns: tuple[str, ...], rows: Sequence[Row]) -> None:
    """Insert rows of plain values (int, str, bytes, bool, None; moments as microseconds) inside the running transaction."""
    connection = connections[alias]
    connection.ensure_connection()
    with connection.wrap_database_errors:
        if connection.vendor == "sqlite":
            connection.connection.executemany(_sqlite(model, columns), rows)
        else:
            with connection.connection.cursor() as cursor:
                cursor.execute(_postgres(alias, model, columns), [list(column) for column in zip(*rows, strict=True)])


@cache
def _sqlite(model: type[Model], columns: tuple[str, ...]) -> str:
    return f"INSERT INTO {_target(model, columns)} VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - names are ours


@cache
def _postgres(alias: str, model: type[Model], columns: tuple[str, ...]) -> str:
    types = {field.column: _type(field.db_type(connections[alias])) for field in model._meta.concrete_fields}  # noqa: SLF001
    arrays = ", ".join(f"%{'b' if types[name] == 'bytea' else 's'}::{types[name]}[]" for name in columns)
    return f"INSERT INTO {_target(model, columns)} SELECT * FROM unnest({arrays})"  # noqa: S608


def _type(name: str | None) -> str:
    return str(name).split(" ", 1)[0]


def _target(model: type[Model], columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    return f'"{model._meta.db_table}" ({names})'  # noqa: SLF001 - Django's documented interface to a model's table
