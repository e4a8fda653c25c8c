"""The part of a record that every holder sees, and the exact bytes its author signed.

Always disclosed (design): kind, id, version, author, handling, purpose, offence, retention, evaluation. `root` commits to the fields.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import Any

from rabet.records.bad_input import refuse
from rabet.records.signing import Signature
from rabet.records.strict_json import read_json

HANDLING = ("H0", "H1", "H2", "H3")
STATES = ("current", "recalled")
FORMAT = "rabet-record/1"
ID = re.compile(r"[0-9a-f]{32}")
_AGENCY = re.compile(r"[a-z][a-z0-9-]{1,31}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_CODE = re.compile(r"[a-z][a-z0-9_.-]{0,63}")
EVALUATION = re.compile(r"official|[ABCX][1-4]")
MAX_VERSION, MAX_LEAVES = 1_000_000, 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What every holder of a record sees.

    kind and purpose: codes; id: 32 hex; version: from 1; author: agency id; previous: digest of the earlier header or "";
    handling: H0-H3; offence: code of the closed list or ""; retain_until: ISO date; evaluation: "official" or A1-X4;
    leaves: padded number of commitments; root: hex SHA-256 of the tree ("" and 0 for a tombstone).
    """

    kind: str
    id: str
    version: int
    author: str
    state: str
    previous: str
    handling: str
    purpose: str
    offence: str
    retain_until: str
    evaluation: str
    leaves: int
    root: str


@dataclass(frozen=True, slots=True)
class SignedRecord:
    """A header as its author signed it: exact bytes, the signatures over them, and what they say."""

    header_text: str
    signatures: tuple[Signature, ...]
    header: Header


def write_header(header: Header) -> str:
    """Return the text that is signed. It is never built again from a parsed header: the bytes travel."""
    return json.dumps({"format": FORMAT, **{name: getattr(header, name) for name in _NAMES}}, ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=4096)
def header_digest(text: str) -> str:
    """Hex SHA-256 of the signed text: the name of exactly this version."""
    return sha256(text.encode()).hexdigest()


_RULES: Mapping[str, re.Pattern[str]] = {
    "kind": _CODE,
    "id": ID,
    "author": _AGENCY,
    "state": re.compile("|".join(STATES)),
    "previous": re.compile(rf"|{_DIGEST.pattern}"),
    "handling": re.compile("|".join(HANDLING)),
    "purpose": _CODE,
    "offence": re.compile(rf"|{_CODE.pattern}"),
    "retain_until": _DATE,
    "evaluation": EVALUATION,
    "root": re.compile(rf"|{_DIGEST.pattern}"),
}
_NAMES = tuple(field.name for field in fields(Header))


def read_header(text: str) -> Header:
    """Parse a header strictly; keys this version does not know are allowed (the signed text is what is kept).

    Raises:
        BadInput: missing key, wrong type, value out of its form.
    """
    data = read_json(text, max_bytes=8_192, max_depth=3)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise refuse("header", "unknown_format", expected=FORMAT)
    for name, rule in _RULES.items():
        value = data.get(name)
        if not isinstance(value, str) or not rule.fullmatch(value):
            raise refuse(f"header/{name}", "wrong_form", value=str(value)[:40])
    if not _is_day(data["retain_until"]):
        raise refuse("header/retain_until", "wrong_form", value=data["retain_until"])
    _whole(data, "version", 1, MAX_VERSION)
    _whole(data, "leaves", 0, MAX_LEAVES)
    if (data["leaves"] == 0) != (data["state"] == "recalled") or (data["leaves"] == 0) != (data["root"] == ""):
        raise refuse("header/leaves", "wrong_form", value=data["leaves"])
    return Header(**{name: data[name] for name in _NAMES})


@lru_cache(maxsize=1024)
def _is_day(text: str) -> bool:
    """Is there such a day? "2026-99-99" has the form of one, and every later look at the record would stumble over it."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _whole(data: Mapping[str, Any], name: str, low: int, high: int) -> None:
    value = data.get(name)
    if type(value) is not int or not low <= value <= high:
        raise refuse(f"header/{name}", "wrong_form", value=str(value)[:40])
