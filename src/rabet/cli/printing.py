"""What a command says: JSON for programs, aligned columns for people. Nothing a partner wrote can move the terminal's cursor."""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

_HIDDEN = frozenset(["Cc", "Cs", "Co", "Zl", "Zp"])
# Characters that turn the direction of what follows: shown, not obeyed (the zero-width ones that Persian needs are kept).
_TURNING = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)))
_OBEYED = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_WIDEST = 60


def visible(text: object) -> str:
    """Text fit for a terminal: control characters and turns of direction are written out."""
    return "".join(f"\\u{ord(c):04x}" if c in _TURNING or unicodedata.category(c) in _HIDDEN else c for c in str(text))


def plain(value: Any) -> Any:  # noqa: ANN401 - JSON is any
    """JSON data of what acts return: dataclasses become objects, sets sorted lists, times ISO text."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(plain(item) for item in value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return str(value) if isinstance(value, Path) else value


def say_json(value: object) -> None:
    """Print one JSON document."""
    click.echo(_escaped(json.dumps(plain(value), ensure_ascii=False, indent=1)))


def say_line(value: object) -> None:
    """Print one JSON object on a line of its own: for streams."""
    click.echo(_escaped(json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))))


def _escaped(document: str) -> str:
    """The same JSON with what a terminal would obey written as escapes: people look at it too, and U+009B begins a command as ESC [ does."""
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", document)


def say_rows(columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """Print aligned columns under their names; `empty` is said when there are no rows."""
    shown = [[_cell(value) for value in row] for row in rows]
    if not shown:
        click.echo(empty)
        return
    widths = [max(len(line[i]) for line in [list(columns), *shown]) for i in range(len(columns))]
    for line in [list(columns), *shown]:
        click.echo("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        value = value.isoformat(sep=" ", timespec="seconds")
    text = visible("" if value is None else value)
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"
