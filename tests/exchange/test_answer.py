"""Whatever a partner answers becomes one of a few values."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.exchange.agencies import NOW, B, draft, keyring, keys_of, queued

from rabet.exchange.answer import (
    Answer,
    Busy,
    ForkClaimed,
    Gap,
    Held,
    Refused,
    read_answer,
    read_state,
    retry_after,
    write_state,
)
from rabet.exchange.envelope import Batch, EnvelopeRefused
from rabet.exchange.receipt import Result, sign_receipt

SENT = draft([queued(0)])
OPENED = Batch(SENT.manifest, SENT.manifest_text, (), SENT.messages)
SIGNED = sign_receipt(OPENED, SENT.tree_at(1), [Result(0, "accepted")], NOW, signer=keys_of(B), public_key=keys_of(B).public.ed25519)


def read(status: int, body: object, headers: dict[str, str] | None = None) -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_answer(status, headers or {}, data, SENT, keyring=keyring())


def test_a_receipt_that_verifies_is_held() -> None:
    assert read(200, SIGNED.to_text().encode()) == Held(SIGNED)


def test_a_receipt_that_does_not_verify_is_refused() -> None:
    answer = read(200, SIGNED.to_text().replace("accepted", "rejected").encode())
    assert isinstance(answer, Refused)
    assert answer.reason == "bad_receipt"


def test_gaps_forks_and_refusals_are_told_apart() -> None:
    assert read(409, {"refused": "gap", "held": 7}) == Gap(7)
    assert read(409, {"refused": "fork", "evidence": "{}"}) == ForkClaimed("{}")
    assert read(400, {"refused": "digest_differs", "detail": "message 3"}) == Refused("digest_differs", "message 3")
    assert read(409, {"refused": "other"}) == Refused("other")


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_partner_says_how_long(status: int) -> None:
    assert read(status, b"", {"retry-after": "12"}) == Busy(12.0)
    assert read(status, b"<html>") == Busy(1.0)


@pytest.mark.parametrize(("text", "seconds"), [("0", 0.0), ("9" * 30, 3_600.0), ("-1", 1.0), ("Sun", 1.0), ("²", 1.0), ("", 1.0)])
def test_waits_are_bounded(text: str, seconds: float) -> None:
    assert retry_after({"retry-after": text}) == seconds


@given(
    st.integers(100, 599),
    st.binary(max_size=100) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(lambda x: json.dumps(x).encode()),
)
def test_whatever_comes_is_an_answer_and_never_a_receipt(status: int, body: bytes) -> None:
    assert not isinstance(read(status, body), Held)


@pytest.mark.parametrize("body", [{"refused": "gap"}, {"refused": "gap", "held": -1}, {"refused": "gap", "held": "7"}, []])
def test_a_gap_out_of_form_is_refused(body: object) -> None:
    assert isinstance(read(409, body), Refused)


def test_what_is_held_per_lane_can_be_asked() -> None:
    assert read_state(write_state({"normal": 3}).encode()) == {"urgent": 0, "normal": 3}
    for body in (b"", b"{}", b'{"format":"rabet-state/1","held":{"urgent":1}}', b'{"format":"rabet-state/1","held":[]}'):
        with pytest.raises(EnvelopeRefused):
            read_state(body)
