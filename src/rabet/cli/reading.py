"""Reads what a person hands over: JSON or YAML from a file or standard input, as strictly as what a partner sends.

YAML here is a way to write JSON with less ink: no aliases (a small file could stand for gigabytes), no duplicate keys, no dates or
numbers guessed from text ("no" stays a word, "12.50" stays as it was written).
"""

import json
import re
from collections.abc import Hashable
from typing import Any

import click
import yaml

from rabet.node.sentences import CannotDo
from rabet.records.bad_input import refuse
from rabet.records.strict_json import read_json, repeated

MAX_FILE, MAX_ITEMS = 20_000_000, 2_000_000
_NULL, _BOOL, _INT = "tag:yaml.org,2002:null", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:int"


class _Strict(yaml.SafeLoader):
    """YAML's text, lists and maps, and of scalars only what JSON has."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - as inherited
        **{first: [(_INT, re.compile(r"-?(0|[1-9][0-9]{0,17})\Z"))] for first in "-0123456789"},
        **{first: [(_BOOL, re.compile(r"(true|false)\Z"))] for first in "tf"},
        **{first: [(_NULL, re.compile(r"(null|~|)\Z"))] for first in ("n", "~", "")},
    }

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse aliases and anchors."""
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise CannotDo("yaml_alias", line=event.start_mark.line + 1 if event.start_mark else 0)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT002 - as inherited
        """Refuse a key that stands twice, and merge keys."""
        if (key := repeated(str(key.value) for key, _ in node.value)) is not None:
            raise refuse("", "duplicate_key", key=key)
        return super().construct_mapping(node, deep)

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """There is no merging: "<<" is a key like any other."""


def read_document(source: str) -> Any:  # noqa: ANN401 - JSON is any
    """Read a JSON or YAML document. source: a file, or "-" for standard input.

    Raises:
        BadInput, CannotDo: not readable, or against the rules above.
    """
    data = read_bytes(source)
    if data.lstrip()[:1] in (b"{", b"["):
        return read_json(data, max_bytes=MAX_FILE, max_items=MAX_ITEMS)
    return _read_yaml(data)


def read_bytes(source: str) -> bytes:
    """Read a file or standard input, up to the limit.

    Raises:
        BadInput: too large.
        CannotDo: not there, or not to be read.
    """
    try:
        with click.open_file(source, "rb") as file:
            data: bytes = file.read(MAX_FILE + 1)
    except OSError as error:
        raise CannotDo("no_file", file=source, trouble=error.strerror) from None
    if len(data) > MAX_FILE:
        raise refuse("", "too_large", limit=MAX_FILE)
    return data


def _read_yaml(data: bytes) -> Any:  # noqa: ANN401
    try:
        found = yaml.load(data.decode(), _Strict)  # noqa: S506 - a stricter SafeLoader
    except UnicodeDecodeError as error:
        raise refuse("", "not_utf8", position=error.start) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise CannotDo(
            "not_yaml", line=mark.line + 1 if mark else 0, column=mark.column + 1 if mark else 0, detail=error.problem or error.context or ""
        ) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise CannotDo("not_yaml", line=0, column=0, detail=type(error).__name__) from None
    try:
        text = json.dumps(found, ensure_ascii=False)
    except (TypeError, RecursionError) as error:  # by a tag, something that JSON does not have
        raise CannotDo("not_yaml", line=0, column=0, detail=str(error)) from None
    return read_json(text, max_bytes=MAX_FILE * 2, max_items=MAX_ITEMS)
