"""The text of a message between nodes, as casework writes and reads it (docs/reference/protocol.md). The exchange carries it unread.

Every text starts with a random salt, so that its digest in a log tells nothing about its content.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rabet.casework.values import Approval, Version
from rabet.records.bad_input import refuse
from rabet.records.disclosure import Disclosure, Randomness
from rabet.records.header import ID, MAX_VERSION
from rabet.records.signing import ALGORITHMS, Signature, read_signature
from rabet.records.strict_json import read_json

RECORD, STATUS, AUDIT = "record", "status", "audit"
STATUSES = ("delivered", "recalled", "outside_agreement")
MAX_MESSAGE, MAX_APPROVALS = 512_000, 16
_ROLE = re.compile(r"[a-z_]{0,40}")
_ROOT = re.compile(r"[0-9a-f]{64}")
_WHEN = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.+Z-]{5,24}", re.ASCII)


@dataclass(frozen=True, slots=True)
class RecordMessage:
    """A release: the author's signed header and the disclosed fields, under one agreement.

    text_clear: an officer marked the free text as naming nobody; neutral: the approvers attest that it is no political matter.
    """

    agreement: str
    header_text: str
    signatures: tuple[Signature, ...]
    disclosure: Disclosure
    approvals: tuple[Approval, ...]
    text_clear: bool
    neutral: bool


@dataclass(frozen=True, slots=True)
class StatusMessage:
    """What became of a record at the partner: state of STATUSES; role: of the officer who was shown it; at: ISO time."""

    agreement: str
    record: str
    version: int
    state: str
    role: str
    at: str


@dataclass(frozen=True, slots=True)
class AuditMessage:
    """The blinded head of the sender's audit log, so that it cannot be rewritten unseen. Its size stays at home: it would count acts."""

    agreement: str
    root: str


Message = RecordMessage | StatusMessage | AuditMessage


def write_record(version: Version, disclosure: Disclosure, agreement: str, approvals: Sequence[Approval], randomness: Randomness) -> str:
    """Return the text of a release message."""
    return _write(
        RECORD,
        randomness,
        agreement,
        header=version.header_text,
        signatures=[signature.to_json() for signature in version.signatures],
        fields=disclosure.fields,
        positions=disclosure.positions,
        proof=disclosure.proof,
        text_clear=version.text_clear,
        neutral=bool(approvals),
        approvals=[{"role": a.role, "officer": a.officer, "digest": a.digest, "at": a.at} for a in approvals],
    )


def write_status(status: StatusMessage, randomness: Randomness) -> str:
    """Return the text of a status message."""
    return _write(
        STATUS, randomness, status.agreement,
        record=status.record, version=status.version, state=status.state, role=status.role, at=status.at,
    )  # fmt: skip


def write_audit(message: AuditMessage, randomness: Randomness) -> str:
    """Return the text of an audit message."""
    return _write(AUDIT, randomness, message.agreement, root=message.root)


def _write(kind: str, randomness: Randomness, agreement: str, **rest: object) -> str:
    data = {"type": kind, "salt": randomness.token(16).hex(), "agreement": agreement, **rest}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def read_message(text: str) -> Message:
    """Parse a message text strictly.

    Raises:
        BadInput: not one of the known types, a key missing or of the wrong type.
    """
    data = read_json(text, max_bytes=MAX_MESSAGE, max_depth=6)
    if not isinstance(data, dict) or data.get("type") not in _READERS:
        raise refuse("type", "unknown_message", value=str(data.get("type") if isinstance(data, dict) else "")[:40])
    return _READERS[data["type"]](data)


def _read_record(data: Mapping[str, Any]) -> RecordMessage:
    positions = _list(data, "positions", int)
    disclosure = Disclosure(_list(data, "fields", str), positions, _list(data, "proof", str))
    signatures = tuple(read_signature(item, "signatures") for item in _list(data, "signatures", dict, len(ALGORITHMS)))
    approvals = tuple(
        Approval(_text(item, "role"), _text(item, "officer"), _text(item, "digest"), _text(item, "at"))
        for item in _list(data, "approvals", dict, MAX_APPROVALS)
    )
    marks = (data.get("text_clear") is True, data.get("neutral") is True)
    return RecordMessage(_text(data, "agreement"), _text(data, "header"), signatures, disclosure, approvals, *marks)


def _read_status(data: Mapping[str, Any]) -> StatusMessage:
    state = _text(data, "state")
    if state not in STATUSES:
        raise refuse("state", "wrong_form", value=state[:40])
    record, role, at = _formed(data, "record", ID), _formed(data, "role", _ROLE), _formed(data, "at", _WHEN)
    return StatusMessage(_text(data, "agreement"), record, _version(data), state, role, at)


def _read_audit(data: Mapping[str, Any]) -> AuditMessage:
    return AuditMessage(_text(data, "agreement"), _formed(data, "root", _ROOT))


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Message]] = {RECORD: _read_record, STATUS: _read_status, AUDIT: _read_audit}


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str):
        raise refuse(key, "not_text")
    return value


def _formed(data: Mapping[str, Any], key: str, form: re.Pattern[str]) -> str:
    """What is stored or shown as a partner wrote it has a form, so that it is no way to bring in other text."""
    value = _text(data, key)
    if not form.fullmatch(value):
        raise refuse(key, "wrong_form", value=value[:40])
    return value


def _version(data: Mapping[str, Any]) -> int:
    value = data.get("version")
    if type(value) is not int or not 1 <= value <= MAX_VERSION:
        raise refuse("version", "not_count", value=str(value)[:40])
    return value


def _list(data: Mapping[str, Any], key: str, kind: type, most: int = MAX_MESSAGE) -> tuple[Any, ...]:
    value = data.get(key)
    if not isinstance(value, list) or any(type(item) is not kind for item in value):
        raise refuse(key, "wrong_form", value=type(value).__name__)
    if len(value) > most:
        raise refuse(key, "too_many_items", limit=most)
    return tuple(value)
