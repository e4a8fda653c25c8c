"""A record's body as groups of labelled lines for a page, in the order of the table of kinds, each value with the form it is shown in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from rabet.records.kinds import CONSIGNMENT_IDENTIFIERS, KINDS, Field

Form = Literal["code", "name", "number", "amount", "moment", "flag", "label", "country"]
Json = Any

# Text fields that hold an identifier: shown left to right in one piece. Names and prose keep their own direction.
_IDENTIFIERS = frozenset(
    {
        "case_number",
        "protocol_number",
        "exhibits/*/number",
        "exhibits/*/bag_seal",
        "exhibits/*/marks/*",
        "conveyances/*/plate",
        "conveyances/*/identifier",
        "parties/*/document",
        "parties/*/phone",
        "goods/*/hs_code",
        "source/url",
        "source/row",
        "about/id",
        "correlation",
    }
)
_FORMS: Mapping[str, Form] = {"decimal": "number", "count": "number", "flag": "flag", "country": "country", "date": "moment", "moment": "moment"}
# Shown at the head of the page.
_ELSEWHERE = frozenset({"danger", "simulated"})


@dataclass(frozen=True, slots=True)
class Value:
    """One value. extra: the unit of an amount, the table of a code, the end of an interval."""

    form: Form
    value: Json
    extra: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A label and its values. The label is that of the pattern, or of a code in a table; known: does this version know the field?"""

    values: tuple[Value, ...]
    pattern: str = ""
    table: str = ""
    code: str = ""
    known: bool = True
    person: bool = False
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that belong together. pattern "": the single facts; number: from 1 within a list, 0 when the list is one group."""

    pattern: str
    lines: tuple[Line, ...]
    number: int = 0
    person: bool = False
    simulated: bool = False


def groups(kind: str, body: Mapping[str, Json]) -> Sequence[Group]:
    """Return the groups of a body: single facts first, then each list in the order of its kind."""
    table = KINDS[kind].fields if kind in KINDS else {}
    names = [name for name in _ordered(table, "", body) if name not in _ELSEWHERE]
    facts = tuple(line for name in names if not isinstance(body[name], list) for line in _lines(table, name, body[name]))
    lists = [group for name in names if isinstance(body[name], list) for group in _elements(table, name, body[name])]
    return [*([Group("", facts)] if facts else []), *lists]


def without_values(found: Sequence[Group]) -> Sequence[Group]:
    """Return the groups with their labels only: for who may know that a field is there, but not what it says."""
    return [replace(group, lines=tuple(replace(line, values=(), person=True) for line in group.lines)) for group in found]


def _elements(table: Mapping[str, Field], name: str, items: Sequence[Json]) -> Iterator[Group]:
    """Identifiers and legs of a route are one line each; everything else gets a heading of its own."""
    one_line = {"identifiers": _identifier, "legs": _leg}.get(name)
    if one_line is not None:
        lines = tuple(one_line(item) for item in items if isinstance(item, dict) and item)
        yield from [Group(name, lines)] if lines else []
        return
    for place, item in enumerate(items, start=1):
        lines = tuple(_lines(table, f"{name}/*", item))
        details = item if isinstance(item, dict) else {}
        person = name == "parties" and details.get("nature") != "company"
        yield Group(f"{name}/*", lines, place, person, details.get("simulated") is True)


def _identifier(item: Mapping[str, Json]) -> Line:
    kind = str(item.get("kind", ""))
    person = kind not in CONSIGNMENT_IDENTIFIERS and item.get("nature") != "company"
    country = (Value("country", item["country"]),) if item.get("country") else ()
    values = (Value("code", item.get("value", "")), *country)
    return Line(values=values, table="identifier", code=kind, person=person, simulated=item.get("simulated") is True)


def _leg(item: Mapping[str, Json]) -> Line:
    shown: tuple[tuple[str, Form, str], ...] = (("place", "name", ""), ("country", "country", ""), ("certainty", "label", "certainty"))
    values = tuple(Value(form, item[name], extra) for name, form, extra in shown if item.get(name))
    at = item.get("at")
    when = (Value("moment", at["from"], str(at.get("to") or "")),) if isinstance(at, dict) and at.get("from") else ()
    return Line(values=(*values, *when), table="leg_role", code=str(item.get("role", "")))


def _lines(table: Mapping[str, Field], pattern: str, value: Json) -> Iterator[Line]:
    if value is None or value in ({}, []):
        return
    if isinstance(value, dict):
        yield from _composite(table, pattern, value)
    elif isinstance(value, list):
        for item in value:
            yield from _lines(table, f"{pattern}/*", item)
    elif not pattern.endswith("/simulated"):
        yield Line(pattern=pattern, values=(_value(table.get(pattern), pattern, value),), known=pattern in table)


def _composite(table: Mapping[str, Field], pattern: str, value: Mapping[str, Json]) -> Iterator[Line]:
    """A time and a quantity are one line each; how a time was typed is told only where that was in another calendar."""
    if "from" in value and f"{pattern}/from" in table:
        yield Line(pattern=pattern, values=(Value("moment", value["from"], str(value.get("to") or "")),))
        if value.get("calendar") not in (None, "gregorian") and value.get("typed"):
            yield Line(pattern=f"{pattern}/typed", values=(Value("code", value["typed"]),))
        return
    rest = list(_ordered(table, pattern, value))
    if isinstance(value.get("value"), str | int) and "unit" in value:
        yield Line(pattern=pattern, values=(Value("amount", value["value"], str(value["unit"])),))
        rest = [name for name in rest if name not in ("value", "unit")]
    for name in rest:
        yield from _lines(table, f"{pattern}/{name}", value[name])


def _ordered(table: Mapping[str, Field], pattern: str, value: Mapping[str, Json]) -> Sequence[str]:
    """Return the names of an object in the order of the table; those it does not know come last."""
    prefix = f"{pattern}/" if pattern else ""
    known = dict.fromkeys(path[len(prefix) :].split("/", 1)[0] for path in table if path.startswith(prefix))
    return [*(name for name in known if name in value), *(name for name in value if name not in known)]


def _value(field: Field | None, pattern: str, value: Json) -> Value:
    if field is None:
        return Value("name", value)
    if field.type.startswith("code:"):
        return Value("label", value, field.type[5:])
    if field.type == "text":
        return Value("code" if pattern in _IDENTIFIERS else "name", value)
    return Value(_FORMS.get(field.type, "code"), value)
