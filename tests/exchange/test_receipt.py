"""Receipts: signed by the receiver, cosigned as a witness, for this sender and lane only."""

import json
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.exchange.agencies import NOW, A, B, C, body_of, draft, keyring, keys_of, queued

from rabet.exchange.envelope import Batch, Draft, EnvelopeRefused, open_batch
from rabet.exchange.receipt import Result, SignedReceipt, check_receipt, read_signed_receipt, sign_receipt
from rabet.records.merkle import CompactRange
from rabet.records.signing import ALGORITHMS, CLASSICAL, Algorithm, Purpose

RESULTS = (Result(0, "accepted"), Result(1, "accepted", "withdrawn"), Result(2, "rejected", "outside_agreement"))


@cache
def sent() -> Draft:
    return draft([queued(0), queued(1, withdrawn=True), queued(2)])


@cache
def arrived() -> Batch:
    return open_batch(body_of(sent()), partner=A, me=B, opener=keys_of(B), verifier=keyring(), floor=CLASSICAL)


@cache
def receipt(algorithms: tuple[Algorithm, ...] = CLASSICAL) -> SignedReceipt:
    return sign_receipt(
        arrived(), sent().tree_at(3), RESULTS, NOW, signer=keys_of(B), public_key=keys_of(B).public.ed25519, algorithms=algorithms
    )


def reason_of(signed: SignedReceipt, issuer: str = B, holder: str = A, lane: str = "normal", floor: tuple[Algorithm, ...] = CLASSICAL) -> str:
    try:
        check_receipt(signed, issuer=issuer, holder=holder, lane=lane, keyring=keyring(), floor=floor)  # type: ignore[arg-type]
    except EnvelopeRefused as error:
        return error.reason
    return "accepted"


def resigned(**changes: object) -> SignedReceipt:
    text = json.dumps({**json.loads(receipt().text), **changes})
    signatures = keys_of(B).sign(Purpose.RECEIPT, text.encode())
    found = {"receipt": text, "signatures": [s.to_json() for s in signatures], "checkpoint": receipt().checkpoint}
    return read_signed_receipt(json.dumps(found))


def test_a_receipt_says_what_became_of_every_message() -> None:
    read = read_signed_receipt(receipt().to_text())
    assert read == receipt()
    assert (read.receipt.first, read.receipt.through, read.receipt.results) == (0, 3, RESULTS)
    assert read.receipt.head.root == sent().tree_at(3).root()
    assert read.receipt.batch == sent().digest
    assert reason_of(read) == "accepted"


def test_a_receipt_holds_for_its_parties_and_lane_only() -> None:
    assert reason_of(receipt(), issuer=C) == "wrong_sender"
    assert reason_of(receipt(), holder=C) == "wrong_audience"
    assert reason_of(receipt(), lane="urgent") == "wrong_lane"
    assert reason_of(receipt(), floor=ALGORITHMS) == "bad_signature"
    assert reason_of(receipt(ALGORITHMS), floor=ALGORITHMS) == "accepted"


def test_the_cosigned_checkpoint_is_that_of_the_receipt() -> None:
    assert reason_of(resigned(through=4, results=[[1, "accepted", ""], [2, "accepted", ""], [3, "accepted", ""]])) == "checkpoint_differs"
    assert reason_of(resigned(root=CompactRange().root().hex())) == "checkpoint_differs"
    found = json.loads(receipt().to_text())
    for note in ("", "no note", found["checkpoint"].replace("witness/khazar", "witness/volga"), found["checkpoint"][:-8] + "AAAA=\n"):
        changed = json.dumps({**found, "checkpoint": note})
        assert reason_of(read_signed_receipt(changed)) in ("malformed", "bad_signature")


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "rabet-receipt/2"},
        {"through": 0},
        {"through": "3"},
        {"root": "AB"},
        {"results": []},
        {"results": [[0, "accepted", ""]]},
        {"results": [[0, "accepted", ""], [2, "accepted", ""], [1, "accepted", ""]]},
        {"results": [[0, "lost", ""], [1, "accepted", ""], [2, "accepted", ""]]},
        {"results": [[0, "rejected", "Because"], [1, "accepted", ""], [2, "accepted", ""]]},
        {"results": [[0, "accepted"], [1, "accepted", ""], [2, "accepted", ""]]},
        {"batch": ""},
        {"received_at": "now"},
        {"lane": 1},
    ],
)
def test_receipts_out_of_form_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(EnvelopeRefused):
        resigned(**changes)


def test_no_changed_byte_of_a_receipt_is_accepted() -> None:
    text = receipt().to_text().encode()
    for at in range(len(text)):
        changed = text[:at] + bytes([text[at] ^ 0x01]) + text[at + 1 :]
        try:
            signed = read_signed_receipt(changed)
        except EnvelopeRefused:
            continue
        assert reason_of(signed) != "accepted", at


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_anything_else_is_refused_and_raises_nothing_else(data: bytes | str) -> None:
    with pytest.raises(EnvelopeRefused):
        read_signed_receipt(data)
