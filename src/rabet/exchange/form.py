"""Reads the fields of JSON that came from a partner: right type, right form, within bounds; every fault names its place.

Keys that this version does not know are let through: the exact text is what is kept, so nothing of it is lost.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, cast

from rabet.records.bad_input import refuse

Lane = Literal["urgent", "normal"]
LANES: tuple[Lane, ...] = ("urgent", "normal")
AGENCY = re.compile(r"[a-z][a-z0-9-]{1,31}")
DIGEST = re.compile(r"[0-9a-f]{64}")
KEY_ID = re.compile(r"[0-9a-f]{16}")
CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
AGREEMENT = re.compile(r"[A-Za-z0-9._:/-]{0,80}")
MAX_COUNT = 2**53 - 1
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")


def write(data: Mapping[str, Any]) -> str:
    """JSON as it is sent: no blanks, letters as they are."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def object_of(data: object, path: str, form: str = "") -> dict[str, Any]:
    """An object, of the format named by `form` if one is given."""
    if not isinstance(data, dict):
        raise refuse(path, "not_an_object")
    if form and data.get("format") != form:
        raise refuse(path, "unknown_format", expected=form)
    return data


def text_of(data: Mapping[str, Any], name: str, pattern: re.Pattern[str], path: str = "") -> str:
    """A text that matches `pattern` from end to end."""
    value = data.get(name)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise refuse(_at(path, name), "wrong_form", value=str(value)[:40])
    return value


def whole_of(data: Mapping[str, Any], name: str, low: int = 0, high: int = MAX_COUNT, path: str = "") -> int:
    """A whole number within bounds (a boolean is none)."""
    return whole(data.get(name), _at(path, name), low, high)


def whole(value: object, path: str, low: int = 0, high: int = MAX_COUNT) -> int:
    """The same for a value already taken out."""
    if type(value) is not int or not low <= value <= high:
        raise refuse(path, "wrong_form", value=str(value)[:40])
    return value


def list_of(data: Mapping[str, Any], name: str, most: int, path: str = "") -> list[Any]:
    """A list of at most `most` items."""
    value = data.get(name)
    if not isinstance(value, list) or len(value) > most:
        raise refuse(_at(path, name), "wrong_form", value=type(value).__name__)
    return value


def lane_of(data: Mapping[str, Any]) -> Lane:
    """The lane."""
    value = data.get("lane")
    if value not in LANES:
        raise refuse("lane", "wrong_form", value=str(value)[:40])
    return cast("Lane", value)


def digest_of(data: Mapping[str, Any], name: str, path: str = "") -> bytes:
    """A SHA-256 in hex."""
    return bytes.fromhex(text_of(data, name, DIGEST, path))


def write_moment(moment: datetime) -> str:
    """An instant in UTC, with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def moment_of(data: Mapping[str, Any], name: str) -> datetime:
    """An instant in UTC."""
    text = text_of(data, name, _MOMENT)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise refuse(name, "wrong_form", value=text) from None


def _at(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name
