"""The one way rows enter hot tables: executemany on the raw SQLite connection, one INSERT from arrays on PostgreSQL.

Django's bulk_create costs seven times as much. COPY would be quicker still, but PostgreSQL refuses it for a table under row-level
security.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connections
from django.db.models import Model
from psycopg import Cursor

from rabet.storage.arrays import ELEMENTS, Element

Row = tuple[Any, ...]


def insert(alias: str, model: type[Model], columns: tuple[str, ...], rows: Sequence[Row]) -> None:
    """Insert rows of plain values (int, str, bytes, bool, None; moments as microseconds) inside the running transaction."""
    connection = connections[alias]
    connection.ensure_connection()
    with connection.wrap_database_errors:
        if connection.vendor == "sqlite":
            connection.connection.executemany(_sqlite(model, columns), rows)
        else:
            # psycopg's own cursor sends values beside the statement; Django's would write them into its text.
            with Cursor(connection.connection) as cursor:
                statement, elements = _postgres(model, columns)
                arrays = [element.column(values) for element, values in zip(elements, zip(*rows, strict=True), strict=True)]
                cursor.execute(statement, arrays)


@cache
def _sqlite(model: type[Model], columns: tuple[str, ...]) -> str:
    return f"INSERT INTO {_target(model, columns)} VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - names are ours


@cache
def _postgres(model: type[Model], columns: tuple[str, ...]) -> tuple[bytes, tuple[Element, ...]]:
    types = {field.column: field.get_internal_type() for field in model._meta.concrete_fields}  # noqa: SLF001
    arrays = ", ".join(["%b"] * len(columns))
    statement = f"INSERT INTO {_target(model, columns)} SELECT * FROM unnest({arrays})"  # noqa: S608
    return statement.encode(), tuple(ELEMENTS[_TYPES[types[name]]] for name in columns)


# Django's kinds of field in hot tables -> PostgreSQL's types.
_TYPES = {
    "BigAutoField": "bigint",
    "BigIntegerField": "bigint",
    "ForeignKey": "bigint",
    "OneToOneField": "bigint",
    "IntegerField": "integer",
    "BooleanField": "boolean",
    "TextField": "text",
    "BinaryField": "bytea",
}


def _target(model: type[Model], columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    return f'"{model._meta.db_table}" ({names})'  # noqa: SLF001 - Django's documented interface to a model's table
