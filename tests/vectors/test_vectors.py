"""The stored vectors are what this code makes, and what it accepts."""

import json
from base64 import b64decode
from typing import Any

import pytest
from tests.vectors import make

from rabet.casework.messages import RecordMessage, StatusMessage, read_message
from rabet.exchange.card import read_signed_card
from rabet.exchange.envelope import open_batch
from rabet.exchange.evidence import verify_evidence
from rabet.exchange.keys import AgencyKeys
from rabet.exchange.receipt import check_receipt, read_signed_receipt
from rabet.records.checkpoint import check_cosignature, check_log_signature, read_note
from rabet.records.disclosure import assemble, verify
from rabet.records.header import read_header
from rabet.records.signing import ALGORITHMS, Purpose


def stored(name: str) -> dict[str, Any]:
    return json.loads((make.HERE / f"{name}.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def without_chance(name: str, data: dict[str, Any]) -> dict[str, Any]:
    """What of a file must be the same each time it is made."""
    if name == "batch":
        return {**data, "body": "", "signatures": data["signatures"][:1]}
    if name in ("receipt", "card"):
        signed = json.loads(data["signed"])
        return {**data, "signed": {**signed, "signatures": signed["signatures"][:1]}}
    return data


@pytest.mark.parametrize("name", make.FILES)
def test_the_script_makes_the_stored_vectors(name: str) -> None:
    made = json.loads(json.dumps(make.FILES[name]()))
    assert without_chance(name, made) == without_chance(name, stored(name))


def test_public_keys_come_from_the_seeds() -> None:
    for agency, data in stored("keys").items():
        keys = AgencyKeys({name: bytes.fromhex(seed) for name, seed in data["seeds"].items()})
        assert {name: value.hex() for name, value in keys.public.named().items()} == data["public"], agency


def test_the_card_is_accepted_and_its_fingerprint_shown_as_stored() -> None:
    data = stored("card")
    fingerprint = read_signed_card(data["signed"]).card.fingerprint()
    assert json.loads(json.dumps(make.shown_fingerprint(fingerprint))) == {name: data[name] for name in ("fingerprint", "words", "digits")}


def test_the_record_message_is_accepted_and_shows_its_part() -> None:
    data = stored("record")
    message = read_message(data["message"])
    assert isinstance(message, RecordMessage)
    header = read_header(message.header_text)
    make.keyring().verify(header.author, Purpose.RECORD, message.header_text.encode(), message.signatures)
    shown = assemble(verify(header.root, header.leaves, message.disclosure))
    assert shown == {name: value for name, value in data["body"].items() if name not in ("parties", "text")}


def test_the_sealed_batch_opens() -> None:
    data = stored("batch")
    batch = open_batch(
        b64decode(data["body"]),
        partner=make.SENDER,
        me=make.RECEIVER,
        opener=make.keys_of(make.RECEIVER),
        verifier=make.keyring(),
        floor=ALGORITHMS,
    )
    assert (batch.manifest_text, list(batch.messages)) == (data["manifest"], data["messages"])
    assert [signature.to_json() for signature in batch.signatures] == data["signatures"]
    assert isinstance(read_message(str(batch.messages[2])), StatusMessage)


def test_the_receipt_is_accepted() -> None:
    data = stored("receipt")
    signed = read_signed_receipt(data["signed"])
    check_receipt(signed, issuer=make.RECEIVER, holder=make.SENDER, lane="normal", keyring=make.keyring(), floor=ALGORITHMS)
    assert (signed.receipt.through, signed.receipt.head.root.hex()) == (data["through"], data["root"])
    assert signed.receipt.batch.hex() == stored("batch")["digest"]


def test_the_checkpoint_is_accepted() -> None:
    data = stored("checkpoint")
    note = read_note(data["note"])
    assert note.checkpoint.text() == data["text"]
    check_log_signature(note, make.SENDER, make.keys_of(make.SENDER).public.ed25519, make.keyring())
    assert check_cosignature(note, make.RECEIVER, make.keys_of(make.RECEIVER).public.ed25519, make.keyring()) == data["time"]


def test_the_evidence_convicts() -> None:
    data = stored("evidence")
    found = verify_evidence(data["evidence"], make.keyring())
    assert {"log": found.log, "about": found.about, "at": found.at, "by": list(found.by)} == data["finding"]
