"""Is a body one of its kind? Every fault is told at once, with its place; unknown fields are allowed and kept."""

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from rabet.records.bad_input import BadInput, Problem
from rabet.records.disclosure import MAX_FIELDS, MAX_STEPS, escape
from rabet.records.kinds import KINDS, Field

Codes = Callable[[str], Container[str] | None]
# Characters of one text, of all names and texts of a record (its message holds five times as many), of the names to a field.
MAX_TEXT, MAX_TEXTS, MAX_NAMES = 4_000, 100_000, 500
_DECIMAL = re.compile(r"-?\d{1,18}(\.\d{1,12})?")
_COUNTRY = re.compile(r"[A-Z]{2}|XX")
_DAY = re.compile(r"\d{4}-\d\d(-\d\d)?")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def check_body(kind: str, body: Any, codes: Codes) -> None:  # noqa: ANN401 - a body is JSON
    """Check a body against the table of kinds.

    codes: code table name -> its codes, or None when the table is not known here.

    Raises:
        BadInput: with every problem found.
    """
    if kind not in KINDS:
        raise BadInput(Problem("kind", "unknown_kind", {"value": str(kind)[:40]}))
    if not isinstance(body, dict):
        raise BadInput(Problem("", "not_an_object"))
    values: dict[str, tuple[str, Any]] = {}
    _walk(body, "", "", values)
    problems = [*_too_much(values), *_wrong(kind, values, codes), *_missing(kind, body)]
    if problems:
        raise BadInput(*problems[:50])


def _walk(value: Any, path: str, pattern: str, found: dict[str, tuple[str, Any]]) -> None:  # noqa: ANN401
    """Add to `found` every leaf: path with list positions -> (pattern, value)."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            name = escape(key)
            _walk(item, f"{path}/{name}" if path else name, f"{pattern}/{name}" if pattern else name, found)
    elif isinstance(value, list) and value:
        for place, item in enumerate(value):
            _walk(item, f"{path}/{place}", f"{pattern}/*", found)
    else:
        found[path] = (pattern, value)


def _too_much(values: Mapping[str, tuple[str, Any]]) -> Iterator[Problem]:
    """A record travels in one message, and every partner has the same bounds: what is too much for them is told to its author at once."""
    if len(values) > MAX_FIELDS:
        yield Problem("", "too_many_items", {"limit": MAX_FIELDS})
    if sum(len(pattern) + len(str(value)) for pattern, value in values.values()) > MAX_TEXTS:
        yield Problem("", "too_large", {"limit": MAX_TEXTS})
    for path, (pattern, _) in values.items():
        if len(pattern) > MAX_NAMES or pattern.count("/") >= MAX_STEPS:
            yield Problem(path[:MAX_NAMES], "too_deep", {"limit": MAX_STEPS})


def _wrong(kind: str, values: Mapping[str, tuple[str, Any]], codes: Codes) -> Iterator[Problem]:
    table, branches = KINDS[kind].fields, _branches(kind)
    for path, (pattern, value) in values.items():
        field = table.get(pattern)
        if value is None or (field is None and value in ([], {})):
            continue
        if field is not None:
            yield from _check(path, field, value, codes)
        elif pattern in branches:
            yield Problem(path, "needs_fields")
        else:
            yield from _text(path, value if isinstance(value, str) else "")
            yield from [Problem(path, "control_character")] if _CONTROL.search(pattern) else ()


@cache
def _branches(kind: str) -> frozenset[str]:
    """Patterns under which the table has fields: a single value there is a mistake."""
    return frozenset(pattern[:i] for pattern in KINDS[kind].fields for i, char in enumerate(pattern) if char == "/")


@cache
def _needed(kind: str) -> tuple[tuple[list[str], str], ...]:
    split = (pattern.split("/") for pattern, field in KINDS[kind].fields.items() if field.need)
    return tuple((parents, last) for *parents, last in split)


def _check(path: str, field: Field, value: Any, codes: Codes) -> Sequence[Problem]:  # noqa: ANN401
    if field.type == "text":
        return _text(path, value) if isinstance(value, str) else [Problem(path, "not_text")]
    if field.type.startswith("code:"):
        known = codes(field.type[5:])
        good = isinstance(value, str) and (known is None or value in known)
        return () if good else [Problem(path, "unknown_code", {"value": str(value)[:60], "table": field.type[5:]})]
    return () if _FORMS[field.type](value) else [Problem(path, f"not_{field.type}", {"value": str(value)[:60]})]


def _text(path: str, value: str) -> Sequence[Problem]:
    long = [Problem(path, "text_too_long", {"limit": MAX_TEXT})] if len(value) > MAX_TEXT else ()
    return [*long, Problem(path, "control_character")] if _CONTROL.search(value) else long


def _missing(kind: str, body: Mapping[str, Any]) -> Iterator[Problem]:
    for parents, last in _needed(kind):
        for path, parent in _parents(body, parents, ""):
            if parent.get(last) in (None, ""):
                yield Problem(f"{path}/{last}" if path else last, "missing")


def _parents(node: Any, segments: list[str], path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:  # noqa: ANN401
    """Yield each object that should hold a needed field. Optional groups that are absent ask for nothing; top groups are asked for."""
    if not segments:
        if isinstance(node, dict):
            yield path, node
        return
    head, *rest = segments
    if head == "*":
        for place, item in enumerate(node if isinstance(node, list) else []):
            yield from _parents(item, rest, f"{path}/{place}")
    elif isinstance(node, dict):
        missing: dict[str, Any] | None = {} if not path and "*" not in segments else None
        yield from _parents(node.get(head, missing), rest, f"{path}/{head}" if path else head)


def _is_decimal(value: object) -> bool:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return isinstance(text, str) and _DECIMAL.fullmatch(text) is not None


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value <= 10**12


def _is_date(value: object) -> bool:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value if len(value) == len("2026-01-01") else f"{value}-01")
    except ValueError:
        return False
    return True


def _is_moment(value: object) -> bool:
    """A date, a month, or an instant with its offset: a time without a place on the clock of the world says nothing."""
    if not isinstance(value, str) or "T" not in value:
        return _is_date(value)
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_zone(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[A-Za-z_]+(/[A-Za-z_+\-0-9]+){0,2}", value) is not None


_FORMS: Mapping[str, Callable[[object], bool]] = {
    "decimal": _is_decimal,
    "count": _is_count,
    "flag": lambda value: isinstance(value, bool),
    "country": lambda value: isinstance(value, str) and _COUNTRY.fullmatch(value) is not None,
    "date": _is_date,
    "moment": _is_moment,
    "zone": _is_zone,
}
