"""Does a message of ours hold what its form names, and nothing beside it?

Readers let keys pass that they do not know, because a partner's program may be newer. What leaves this node was written by this release:
an unknown key, or text where a salt or a digest should stand, would be a way past the rules about fields.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from rabet.agreements.terms import OFFENCES, PROPOSING_ROLES, PURPOSES
from rabet.casework.messages import AUDIT, RECORD, STATUS
from rabet.records.header import Header, read_header, write_header
from rabet.records.kinds import KINDS

_COMMON = {"type", "salt", "agreement"}
_KEYS: Mapping[str, frozenset[str]] = {
    RECORD: frozenset({*_COMMON, "header", "signatures", "fields", "positions", "proof", "text_clear", "neutral", "approvals"}),
    STATUS: frozenset({*_COMMON, "record", "version", "state", "role", "at"}),
    AUDIT: frozenset({*_COMMON, "root"}),
}
_SIGNATURE, _APPROVAL = frozenset({"algorithm", "key", "value"}), frozenset({"role", "officer", "digest", "at"})
_SALT = re.compile(r"[0-9a-f]{32}")
_LEAF = re.compile(r'\["[0-9a-f]{32}","')
_DIGEST = re.compile(r"[0-9a-f]{64}")
_ID = re.compile(r"[0-9a-f]{32}")
_OFFICER = re.compile(r"[a-z0-9_-]{0,40}")
_ROLE = re.compile(r"[a-z_]{0,40}")
_WHEN = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.+Z-]{5,24}")


def holds_nothing_else(text: str) -> bool:
    """Judge a message that `read_message` has read strictly."""
    data = json.loads(text)
    if data.keys() != _KEYS[data["type"]] or not _SALT.fullmatch(data["salt"]):
        return False
    return _FORMS[data["type"]](data)


def _record(data: Mapping[str, Any]) -> bool:
    return (
        _header(data["header"])
        and all(_LEAF.match(field) for field in data["fields"])
        and all(_DIGEST.fullmatch(digest) for digest in data["proof"])
        and all(signature.keys() == _SIGNATURE for signature in data["signatures"])
        and _approvals(data["approvals"])
    )


def _header(text: str) -> bool:
    header: Header = read_header(text)
    known = header.kind in KINDS and header.purpose in PURPOSES and header.offence in ("", *OFFENCES)
    return known and write_header(header) == text


def _approvals(given: Sequence[Mapping[str, Any]]) -> bool:
    return all(
        one.keys() == _APPROVAL
        and one["role"] in PROPOSING_ROLES
        and _OFFICER.fullmatch(one["officer"])
        and _DIGEST.fullmatch(one["digest"])
        and _WHEN.fullmatch(one["at"])
        for one in given
    )


def _status(data: Mapping[str, Any]) -> bool:
    return bool(_ID.fullmatch(data["record"]) and _ROLE.fullmatch(data["role"]) and _WHEN.fullmatch(data["at"]))


def _audit(data: Mapping[str, Any]) -> bool:
    return bool(_DIGEST.fullmatch(data["root"]))


_FORMS = {RECORD: _record, STATUS: _status, AUDIT: _audit}
