"""JSON as two readers would both read it: no duplicate keys, no NaN, bounded size, depth and number of items.

Numbers with a fraction stay the text that was typed ("12.50"), because a quantity in a court file is not a float.
"""

import json
import re
from collections.abc import Iterable
from typing import Any, NoReturn

from rabet.records.bad_input import BadInput, refuse

MAX_BYTES, MAX_DEPTH, MAX_ITEMS = 1_000_000, 32, 50_000
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")


def read_json(data: bytes | str, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH, max_items: int = MAX_ITEMS) -> Any:  # noqa: ANN401 - JSON is any
    """Parse UTF-8 JSON strictly.

    Raises:
        BadInput: too large or deep, not UTF-8, not JSON, duplicate key, NaN or Infinity, lone surrogate.
    """
    if len(data) > max_bytes:
        raise refuse("", "too_large", limit=max_bytes)
    value = _parse(_decode(data))
    _bound(value, max_depth, max_items)
    return value


def _decode(data: bytes | str) -> str:
    try:
        return data.decode("utf-8") if isinstance(data, bytes) else data
    except UnicodeDecodeError as error:
        raise refuse("", "not_utf8", position=error.start) from None


def _parse(text: str) -> Any:  # noqa: ANN401
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_float=_finite, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise refuse("", "not_json", line=error.lineno, column=error.colno, detail=error.msg) from None
    except RecursionError:
        raise refuse("", "too_deep", limit=MAX_DEPTH) from None
    except ValueError as error:
        if isinstance(error, BadInput):
            raise
        raise refuse("", "number_too_long") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise refuse("", "duplicate_key", key=repeated(key for key, _ in pairs))
    return result


def repeated(keys: Iterable[str]) -> str | None:
    """Return the first key that stood before, in one walk: comparing each with each, a megabyte of keys would take minutes."""
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            return key
        seen.add(key)
    return None


def _finite(text: str) -> str:
    if len(text) > 40:
        raise refuse("", "number_too_long")
    return text


def _no_constant(name: str) -> NoReturn:
    raise refuse("", "not_a_number", name=name)


def _bound(value: object, max_depth: int, max_items: int) -> None:
    """Walk without recursion: depth, number of items, and text that cannot be written as UTF-8."""
    level, count = [value], 0
    for depth in range(max_depth + 1):
        following: list[object] = []
        for item in level:
            if isinstance(item, str):
                if (not item.isascii() or "\0" in item) and _UNWRITABLE.search(item):
                    raise refuse("", "lone_surrogate")
            elif isinstance(item, dict):
                following.extend(item.values())
                following.extend(item)
            elif isinstance(item, list):
                following.extend(item)
        count += len(following)
        if count > max_items * 2:
            raise refuse("", "too_many_items", limit=max_items)
        if not following:
            return
        level = following
        if depth == max_depth:
            raise refuse("", "too_deep", limit=max_depth)
