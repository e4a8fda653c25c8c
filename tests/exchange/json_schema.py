"""The part of JSON Schema (draft 2020-12) that the schemas of the protocol use. A keyword it does not know is an error."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).parents[2] / "docs/reference/schemas"
TYPES: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda data: isinstance(data, dict),
    "array": lambda data: isinstance(data, list),
    "string": lambda data: isinstance(data, str),
    "integer": lambda data: type(data) is int,
    "boolean": lambda data: isinstance(data, bool),
    "null": lambda data: data is None,
}


@cache
def schema(name: str) -> dict[str, Any]:
    return json.loads((SCHEMAS / name).read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def problems(data: object, name: str) -> list[str]:
    """Every place where `data` is not of the schema in file `name`."""
    return list(_problems(data, schema(name), name, ""))


def _problems(data: Any, rule: Mapping[str, Any], file: str, path: str) -> Iterator[str]:  # noqa: ANN401
    for keyword, value in rule.items():
        yield from RULES[keyword](data, value, file, path)


def _simple(holds: Callable[[Any, Any], bool], kind: type | tuple[type, ...] = object) -> Callable[..., Iterator[str]]:
    """A keyword that speaks of values of one kind and of nothing else."""

    def check(data: Any, value: Any, _: str, path: str) -> Iterator[str]:  # noqa: ANN401
        if isinstance(data, kind) and not holds(data, value):
            yield f"{path}: {str(data)[:40]!r} against {str(value)[:60]!r}"

    return check


def _reference(data: Any, value: str, file: str, path: str) -> Iterator[str]:  # noqa: ANN401
    target, _, pointer = value.partition("#/")
    rule: Any = schema(target or file)
    for part in pointer.split("/"):
        rule = rule[part]
    yield from _problems(data, rule, target or file, path)


def _properties(data: Any, value: Mapping[str, Any], file: str, path: str) -> Iterator[str]:  # noqa: ANN401
    for name, rule in value.items() if isinstance(data, dict) else ():
        if name in data:
            yield from _problems(data[name], rule, file, f"{path}/{name}")


def _items(data: Any, value: Mapping[str, Any], file: str, path: str) -> Iterator[str]:  # noqa: ANN401
    for at, item in enumerate(data if isinstance(data, list) else ()):
        yield from _problems(item, value, file, f"{path}/{at}")


def _prefix_items(data: Any, value: list[Any], file: str, path: str) -> Iterator[str]:  # noqa: ANN401
    for at, (item, rule) in enumerate(zip(data, value, strict=False) if isinstance(data, list) else ()):
        yield from _problems(item, rule, file, f"{path}/{at}")


def _any_of(data: Any, value: list[Any], file: str, path: str) -> Iterator[str]:  # noqa: ANN401
    if all(list(_problems(data, rule, file, path)) for rule in value):
        yield f"{path}: none of {len(value)} forms"


def _all_of(data: Any, value: list[Any], file: str, path: str) -> Iterator[str]:  # noqa: ANN401
    for rule in value:
        yield from _problems(data, rule, file, path)


def _of_type(data: Any, value: Any) -> bool:  # noqa: ANN401
    return any(TYPES[name](data) for name in ([value] if isinstance(value, str) else value))


def _nothing(*_: object) -> Iterator[str]:
    return iter(())


RULES: Mapping[str, Callable[..., Iterator[str]]] = {
    **dict.fromkeys(("$schema", "$defs", "title", "description"), _nothing),
    "$ref": _reference,
    "properties": _properties,
    "items": _items,
    "prefixItems": _prefix_items,
    "anyOf": _any_of,
    "allOf": _all_of,
    "type": _simple(_of_type),
    "const": _simple(lambda data, value: bool(data == value)),
    "enum": _simple(lambda data, value: data in value),
    "required": _simple(lambda data, value: set(value) <= set(data), dict),
    "pattern": _simple(lambda data, value: re.search(value, data) is not None, str),
    "minLength": _simple(lambda data, value: len(data) >= value, str),
    "maxLength": _simple(lambda data, value: len(data) <= value, str),
    "minItems": _simple(lambda data, value: len(data) >= value, list),
    "maxItems": _simple(lambda data, value: len(data) <= value, list),
    "minimum": _simple(lambda data, value: data >= value, int),
    "maximum": _simple(lambda data, value: data <= value, int),
}
