"""How values stand in columns: row numbers, moments, JSON text."""

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:
    Counted = models.BigAutoField[int, int]
    Given = models.BigIntegerField[int, int]
    Whole = models.Field[Any, Any]
else:
    Counted, Given, Whole = models.BigAutoField, models.BigIntegerField, models.BigIntegerField

# One encoder for all columns: json.dumps with options makes a new one at each call.
to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class RowNumber(Counted):
    """Primary key that the database counts up. It never leaves the node.

    Without SQLite's AUTOINCREMENT, which costs a second write for each row.
    """

    def db_type_suffix(self, connection: BaseDatabaseWrapper) -> str | None:
        return None if connection.vendor == "sqlite" else connection.data_types_suffix.get("BigAutoField")


class GivenNumber(Given):
    """A primary key that the program gives. On SQLite it is the row's own number, which needs no index beside the table."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)


def to_microseconds(at: datetime) -> int:
    """Return microseconds since 1970 (UTC): one whole number on both engines, cheap to write, ordered."""
    return (at - EPOCH) // MICROSECOND


def from_microseconds(value: int) -> datetime:
    return EPOCH + timedelta(microseconds=value)


class Moment(Whole):
    """An aware UTC time, kept as microseconds since 1970."""

    def get_prep_value(self, value: Any) -> Any:  # noqa: ANN401 - Django's signature
        return to_microseconds(value) if isinstance(value, datetime) else value

    def from_db_value(self, value: int | None, *_: object) -> datetime | None:
        return None if value is None else from_microseconds(value)

    def to_python(self, value: Any) -> Any:  # noqa: ANN401
        return value if value is None or isinstance(value, datetime) else from_microseconds(int(value))
