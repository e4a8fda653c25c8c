"""A column of values as one array in PostgreSQL's binary form, so that a batch of rows travels in one statement.

psycopg's own adaptation of lists costs several times as much, because it looks at each value. Form: PostgreSQL's array_recv
(number of dimensions, whether NULLs occur, type of the elements, length, lower bound; then each element with its length in front).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Any

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

_HEAD, _LENGTH, _NULL = Struct(">iiiii"), Struct(">i"), b"\xff\xff\xff\xff"


class Array:
    """Base of the arrays of one element type; psycopg finds the type by the class."""

    def __init__(self, data: bytes) -> None:
        self.data = data


@dataclass(frozen=True, slots=True)
class Element:
    """How elements of one type are written. oid: of the element; array: class for the whole."""

    oid: int
    write: Callable[[Any], bytes]
    array: type[Array]

    def column(self, values: Sequence[Any]) -> Array:
        """Return the array of these values; None stands for NULL."""
        write = self.write
        body = b"".join([_NULL if value is None else write(value) for value in values])
        return self.array(_HEAD.pack(1, 1, self.oid, len(values), 1) + body)


def _element(name: str, oid: int, array_oid: int, write: Callable[[Any], bytes]) -> Element:
    array = type(f"{name.title()}Array", (Array,), {})
    dumper = type(f"{name.title()}Dumper", (_ArrayDumper,), {"oid": array_oid})
    psycopg.adapters.register_dumper(array, dumper)
    return Element(oid, write, array)


class _ArrayDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Array) -> bytes:
        return obj.data


def _fixed(form: str) -> Callable[[Any], bytes]:
    pack, size = Struct(f">i{form}").pack, Struct(f">{form}").size
    return lambda value: pack(size, value)


def _bytes(value: bytes) -> bytes:
    return _LENGTH.pack(len(value)) + value


# By the name of the column's type. The numbers are PostgreSQL's own (pg_type.dat) and never change.
ELEMENTS = {
    "bigint": _element("bigint", 20, 1016, _fixed("q")),
    "integer": _element("integer", 23, 1007, _fixed("i")),
    "boolean": _element("boolean", 16, 1000, _fixed("?")),
    "text": _element("text", 25, 1009, lambda value: _bytes(value.encode())),
    "bytea": _element("bytea", 17, 1001, _bytes),
}
