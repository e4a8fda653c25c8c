"""The JSON Schemas of the protocol describe what the code writes, and refuse what the code refuses."""

import json
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import pytest
from tests.exchange.json_schema import SCHEMAS, problems, schema
from tests.vectors import make

from rabet.casework.messages import AuditMessage, StatusMessage, write_audit, write_status
from rabet.exchange.answer import write_state
from rabet.exchange.card import read_signed_card
from rabet.exchange.envelope import EnvelopeRefused, read_manifest
from rabet.exchange.receipt import read_signed_receipt
from rabet.records.bad_input import BadInput
from rabet.records.header import read_header


def written() -> Iterator[tuple[str, Any]]:
    """(schema, what the code writes of that kind)."""
    card, batch, receipt = make.card_file(), make.batch_file(), make.receipt_file()
    yield "signed-card", json.loads(card["signed"])
    yield "card", json.loads(json.loads(card["signed"])["card"])
    yield "record-header", json.loads(make.header_text())
    yield "message-record", json.loads(make.record_message())
    status = StatusMessage("example", "0" * 32, 1, "delivered", "duty_officer", "2026-11-22T08:30:00+00:00")
    yield "message-status", json.loads(write_status(status, make.Stream("status")))
    yield "message-audit", json.loads(write_audit(AuditMessage("", "0" * 64), make.Stream("audit")))
    yield "manifest", json.loads(batch["manifest"])
    yield "batch-payload", json.loads(json.dumps({name: batch[name] for name in ("manifest", "signatures", "messages")}))
    yield "signed-receipt", json.loads(receipt["signed"])
    yield "receipt", json.loads(json.loads(receipt["signed"])["receipt"])
    yield "state", json.loads(write_state({"urgent": 1}))
    yield "evidence", json.loads(make.evidence_file()["evidence"])
    yield "batch-header", header_line(batch["body"])
    yield "refusal", {"refused": "gap", "held": 3}


def header_line(body: str) -> Any:  # noqa: ANN401
    return json.loads(b64decode(body).partition(b"\n")[0])


WRITTEN = dict(written())
READERS = {
    "card": lambda text: read_signed_card(json.dumps({"card": text, "signatures": []})),
    "record-header": read_header,
    "manifest": read_manifest,
    "receipt": lambda text: read_signed_receipt(json.dumps({**WRITTEN["signed-receipt"], "receipt": text})),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_what_the_code_writes_is_of_its_schema(name: str) -> None:
    assert problems(WRITTEN[name], f"{name}.json") == []


def test_every_schema_is_held_against_real_output_and_says_what_it_is() -> None:
    names = {path.stem for path in SCHEMAS.glob("*.json")}
    assert names == {*WRITTEN, "common"}
    for name in names:
        assert schema(f"{name}.json")["description"]


@pytest.mark.parametrize("name", READERS)
def test_what_a_schema_refuses_the_code_refuses_too(name: str) -> None:
    """Each key in turn is left out, and given values of other types."""
    for key in schema(f"{name}.json")["required"]:
        for value in (None, [], {}, True, -1, 1.5, "", "x y", 10**20):
            changed = {**WRITTEN[name], key: value}
            if problems(changed, f"{name}.json"):
                with pytest.raises((BadInput, EnvelopeRefused)):
                    READERS[name](json.dumps(changed))
        without = {other: value for other, value in WRITTEN[name].items() if other != key}
        assert problems(without, f"{name}.json")
        with pytest.raises((BadInput, EnvelopeRefused)):
            READERS[name](json.dumps(without))
