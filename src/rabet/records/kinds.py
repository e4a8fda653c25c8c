"""The one table of kinds: fields with type and release class, who may author, states, retention, projections.

A later kind is a row here. Unknown kinds and fields are kept and shown as such; in a release decision they count as person data.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from rabet.records.disclosure import patterns_of

ReleaseClass = Literal["statistics", "consignment", "person", "text", "internal"]
ClassRule = Literal["statistics", "consignment", "person", "text", "internal", "by_nature", "by_ownership"]

S: Final = "statistics"
C: Final = "consignment"
P: Final = "person"
T: Final = "text"
N: Final = "internal"


@dataclass(frozen=True, slots=True)
class Field:
    """One leaf of a kind. `type`: text, decimal, count, flag, country, date, moment, zone, or "code:TABLE"; `need`: its parent must have it."""

    type: str
    release: ClassRule
    need: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record. retention_days: longest keeping when the agreement says nothing; index: list holding identifiers to compare."""

    name: str
    fields: Mapping[str, Field]
    authors: tuple[str, ...]
    states: tuple[str, ...] = ("current", "recalled")
    retention_days: int = 1825
    index: str = ""
    projections: tuple[str, ...] = ("listing", "feed")


def _moment(path: str, release: ClassRule, *, need: bool = False) -> dict[str, Field]:
    """A time: instant or interval, precision, zone of the place, calendar and text as typed (design 1)."""
    return {
        f"{path}/from": Field("moment", release, need),
        f"{path}/to": Field("moment", release),
        f"{path}/precision": Field("code:precision", release, need),
        f"{path}/zone": Field("zone", release, need),
        f"{path}/calendar": Field("code:calendar", release, need),
        f"{path}/typed": Field("text", release),
    }


_IDENTIFIERS: dict[str, Field] = {
    "identifiers/*/kind": Field("code:identifier", "by_nature", need=True),
    "identifiers/*/value": Field("text", "by_nature", need=True),
    "identifiers/*/country": Field("country", "by_nature"),
    "identifiers/*/nature": Field("code:nature", "by_nature"),
    "identifiers/*/simulated": Field("flag", "by_nature"),
}

_SEIZURE: dict[str, Field] = {
    "case_number": Field("text", N),
    "protocol_number": Field("text", C),
    "circumstances": Field("code:circumstances", C),
    **_moment("seized_at", S, need=True),
    "place/country": Field("country", S, need=True),
    "place/division": Field("text", S),
    "place/name": Field("text", C),
    "place/post": Field("text", C),
    "place/type": Field("code:place_type", C),
    "place/type_as_given": Field("text", C),
    "place/latitude": Field("decimal", C),
    "place/longitude": Field("decimal", C),
    "direction": Field("code:direction", C),
    "direction_as_given": Field("text", C),
    "transport": Field("code:transport", S),
    "transport_as_given": Field("text", C),
    "detection": Field("code:detection", C),
    "concealment/method": Field("code:concealment", C),
    "concealment/as_given": Field("text", T),
    "packaging": Field("text", C),
    "exhibits/*/number": Field("text", C),
    "exhibits/*/type": Field("code:exhibit_type", S, need=True),
    "exhibits/*/substance": Field("code:substance", S),
    "exhibits/*/substance_as_given": Field("text", S),
    "exhibits/*/form": Field("code:drug_form", C),
    "exhibits/*/quantity/value": Field("decimal", S, need=True),
    "exhibits/*/quantity/unit": Field("code:unit", S, need=True),
    "exhibits/*/quantity/unit_as_given": Field("text", S),
    "exhibits/*/quantity/measure": Field("code:measure", C),
    "exhibits/*/quantity/basis": Field("code:weighing", C),
    "exhibits/*/packages": Field("count", C),
    "exhibits/*/presumptive": Field("code:presumptive", C),
    "exhibits/*/confirmed": Field("flag", C),
    "exhibits/*/bag_seal": Field("text", C),
    "exhibits/*/marks/*": Field("text", C),
    "legs/*/role": Field("code:leg_role", C, need=True),
    "legs/*/country": Field("country", C),
    "legs/*/place": Field("text", C),
    "legs/*/certainty": Field("code:certainty", C),
    **_moment("legs/*/at", C),
    "conveyances/*/mode": Field("code:transport", C, need=True),
    "conveyances/*/ownership": Field("code:ownership", C),
    "conveyances/*/country": Field("country", C),
    "conveyances/*/plate": Field("text", "by_ownership"),
    "conveyances/*/identifier": Field("text", "by_ownership"),
    "parties/*/nature": Field("code:nature", "by_nature", need=True),
    "parties/*/role": Field("code:party_role", "by_nature"),
    "parties/*/category": Field("code:party_category", "by_nature"),
    "parties/*/status": Field("text", "by_nature"),
    "parties/*/status_class": Field("code:status_class", "by_nature"),
    "parties/*/offence": Field("code:offence", "by_nature"),
    "parties/*/adult": Field("flag", "by_nature"),
    "parties/*/name": Field("text", "by_nature"),
    "parties/*/father_name": Field("text", P),
    "parties/*/aliases/*": Field("text", P),
    "parties/*/born": Field("date", P),
    "parties/*/nationality": Field("country", P),
    "parties/*/document": Field("text", P),
    "parties/*/phone": Field("text", P),
    "parties/*/simulated": Field("flag", "by_nature"),
    **_IDENTIFIERS,
    "danger/*/kind": Field("code:danger", C, need=True),
    "danger/*/grade": Field("code:danger_grade", C),
    "danger/*/expires": Field("date", C),
    "text/summary": Field("text", T),
    "source/name": Field("text", S),
    "source/url": Field("text", S),
    "source/row": Field("text", S),
    "simulated": Field("flag", S),
}

_CONSIGNMENT: dict[str, Field] = {
    "expected_arrival": Field("moment", C),
    "place/country": Field("country", C),
    "place/post": Field("text", C),
    "goods/*/hs_code": Field("text", C),
    "goods/*/declared": Field("text", C),
    "goods/*/found": Field("text", C),
    "legs/*/role": Field("code:leg_role", C, need=True),
    "legs/*/country": Field("country", C),
    "legs/*/place": Field("text", C),
    "parties/*/nature": Field("code:nature", "by_nature", need=True),
    "parties/*/role": Field("code:party_role", "by_nature"),
    "parties/*/name": Field("text", "by_nature"),
    **_IDENTIFIERS,
    "text/summary": Field("text", T),
    "simulated": Field("flag", S),
}

_STATEMENT: dict[str, Field] = {
    "about/kind": Field("code:kind", C, need=True),
    "about/id": Field("text", C, need=True),
    "about/version": Field("count", C),
    "says": Field("code:statement", C, need=True),
    "laboratory/substance": Field("code:substance", C),
    "laboratory/purity": Field("decimal", C),
    "laboratory/basis": Field("code:purity_basis", C),
    "laboratory/document_type": Field("text", C),
    "text/summary": Field("text", T),
    "simulated": Field("flag", S),
}

_CORRELATION: dict[str, Field] = {
    "correlation": Field("text", C, need=True),
    "deadline": Field("moment", C),
    "budget": Field("count", C),
}
_QUERY: dict[str, Field] = {**_CORRELATION, "ground": Field("text", C), **_IDENTIFIERS, "text/summary": Field("text", T)}
_ANSWER: dict[str, Field] = {**_CORRELATION, "outcome": Field("code:outcome", C, need=True), "text/summary": Field("text", T)}

_POLICE = ("duty_officer", "liaison_officer", "customs_officer", "analyst", "chemist", "supervisor", "system")
KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("seizure", _SEIZURE, _POLICE, index="identifiers", projections=("listing", "feed", "identifiers", "alerts")),
        Kind("consignment", _CONSIGNMENT, _POLICE, index="identifiers", projections=("listing", "feed", "identifiers", "alerts")),
        Kind("statement", _STATEMENT, _POLICE),
        Kind("query", _QUERY, ("liaison_officer", "analyst", "supervisor", "system"), retention_days=365),
        Kind("answer", _ANSWER, ("liaison_officer", "supervisor", "system"), retention_days=365),
    )
}

# Container, seal, waybill, wagon and press mark are consignment data whoever owns them (design 3); the rest follows `nature`.
CONSIGNMENT_IDENTIFIERS = frozenset({"container", "seal", "waybill", "wagon", "press_mark", "declaration", "imo"})
# Plates and chassis numbers may be a company's; a phone, document, account or mail address is a person's whatever is claimed.
COMPANY_IDENTIFIERS = frozenset({"plate", "vin"})
# What names a thing is short: of a place, a packing, a logo; and shorter still a number that is stamped on it.
LONGEST_NAME, LONGEST_NUMBER = 120, 40
_ADDRESS = re.compile("[@\uff20]|[+\uff0b][ (]?\\d[-\\d .()]{6,}")
# A company has none of these; who has one is a person, whatever he is called.
_BORN = ("father_name", "born", "adult")


def release_classes(kind: str, values: Mapping[str, object]) -> dict[str, ReleaseClass]:
    """Return the release class of every leaf path of a record; what the table does not know is person data.

    values: leaf path -> value, as disclosed or held.
    """
    table, settled = KINDS[kind].fields if kind in KINDS else {}, _settled(kind)
    patterns = zip(values, patterns_of(values), strict=True)
    return {path: settled.get(pattern) or _class_of(table.get(pattern), path, values) for path, pattern in patterns}


@lru_cache(maxsize=64)
def _settled(kind: str) -> Mapping[str, ReleaseClass]:
    """Pattern -> class of the fields whose class no value can change."""
    fields = KINDS[kind].fields.items() if kind in KINDS else ()
    return {
        pattern: field.release
        for pattern, field in fields
        if field.release in ("person", "text", "internal") or (field.type != "text" and field.release in ("statistics", "consignment"))
    }


def _class_of(field: Field | None, path: str, values: Mapping[str, object]) -> ReleaseClass:
    if field is None:
        return "person"
    release = _by_owner(field.release, path, values)
    if field.type != "text" or release not in ("statistics", "consignment") or not is_prose(values[path], LONGEST_NAME):
        return release
    return "text" if release == field.release else "person"


def _by_owner(rule: ClassRule, path: str, values: Mapping[str, object]) -> ReleaseClass:
    if rule == "by_nature":
        return "consignment" if _by_nature(path, values) else "person"
    if rule == "by_ownership":
        return "consignment" if values.get(f"{_element(path)}/ownership") == "company" else "person"
    return rule


def is_prose(value: object, longest: int) -> bool:
    """Does a field that should name a thing hold more: long words, a phone number or an address? It is free text, in doubt a person's."""
    if type(value) is not str:
        return False
    return len(value) > longest or (("+" in value or "@" in value or not value.isascii()) and _ADDRESS.search(value) is not None)


def _element(path: str) -> str:
    return path.rsplit("/", 1)[0]


def _by_nature(path: str, values: Mapping[str, object]) -> bool:
    """Is the element a thing, or a company and nothing that only a person has?"""
    element = _element(path)
    company = values.get(f"{element}/nature") == "company"
    if not path.startswith("identifiers/"):
        return company and all(values.get(f"{element}/{name}") is None for name in _BORN)
    kind = str(values.get(f"{element}/kind"))  # a partner may write anything there, also what no set can be asked for
    thing = kind in CONSIGNMENT_IDENTIFIERS or (company and kind in COMPANY_IDENTIFIERS)
    return thing and not is_prose(values.get(f"{element}/value"), LONGEST_NUMBER)
