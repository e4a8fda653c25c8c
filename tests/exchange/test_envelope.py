"""Batches: what goes in comes out, and nothing else is ever taken."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.exchange.agencies import NOW, A, B, C, body_of, draft, keyring, keys_of, message, queued

from rabet.exchange.envelope import (
    BATCH_BYTES,
    MAX_MESSAGES,
    Batch,
    EnvelopeRefused,
    Queued,
    message_digest,
    open_batch,
    portion,
    read_manifest,
)
from rabet.exchange.keys import SUITE
from rabet.records.merkle import CompactRange, leaf_hash
from rabet.records.signing import ALGORITHMS, Purpose, pae

MESSAGES = [queued(0), queued(1, withdrawn=True), queued(2, agreement="a-2")]
BODY = body_of(draft(MESSAGES))


def opened(body: bytes, partner: str = A, me: str = B, floor: tuple[str, ...] = ("ed25519",)) -> Batch:
    return open_batch(body, partner=partner, me=me, opener=keys_of(me), verifier=keyring(), floor=floor)  # type: ignore[arg-type]


def reason_of(body: bytes, partner: str = A, me: str = B, floor: tuple[str, ...] = ("ed25519",)) -> str:
    try:
        opened(body, partner, me, floor)
    except EnvelopeRefused as error:
        return error.reason
    return "accepted"


def sealed(payload: object, header: dict[str, str] | None = None) -> bytes:
    """A body whose sealing is in order, whatever is inside."""
    line = json.dumps(header or {"format": "rabet-batch/1", "suite": SUITE, "from": A, "to": B, "key": keys_of(B).public.key_id}).encode()
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return line + b"\n" + keys_of(B).public.seal(data, pae("rabet-batch/1", line))


def payload_of(manifest: object, messages: object, signer: str = A) -> dict[str, Any]:
    text = manifest if isinstance(manifest, str) else json.dumps(manifest)
    signatures = keys_of(signer).sign(Purpose.MANIFEST, text.encode())
    return {"manifest": text, "signatures": [signature.to_json() for signature in signatures], "messages": messages}


def changed_manifest(**changes: object) -> bytes:
    manifest = {**json.loads(draft(MESSAGES).manifest_text), **changes}
    return sealed(payload_of(manifest, [item.text for item in MESSAGES]))


def test_a_batch_comes_out_as_it_went_in() -> None:
    batch = opened(BODY)
    assert batch.manifest == draft(MESSAGES).manifest
    assert batch.manifest_text == draft(MESSAGES).manifest_text
    assert batch.digest == draft(MESSAGES).digest
    assert batch.numbered() == ((0, message(0)), (1, None), (2, message(2)))
    assert batch.manifest.withdrawn == {1}
    assert batch.manifest.made_at == NOW


def test_a_later_batch_names_the_tree_before_it() -> None:
    before = CompactRange().extend(leaf_hash(item.digest) for item in MESSAGES)
    later = draft([queued(3)], before, "urgent")
    batch = opened(body_of(later))
    assert (batch.manifest.first, batch.manifest.through, batch.manifest.lane) == (3, 4, "urgent")
    assert batch.manifest.before.root == before.root()
    assert later.tree_at(4) == before.append(leaf_hash(queued(3).digest))


def test_both_signatures_are_needed_where_the_agreement_asks() -> None:
    assert reason_of(BODY, floor=ALGORITHMS) == "bad_signature"
    assert reason_of(body_of(draft(MESSAGES), ALGORITHMS), floor=ALGORITHMS) == "accepted"


def test_a_batch_is_for_one_partner_over_his_own_connection() -> None:
    assert reason_of(BODY, partner=C) == "wrong_sender"
    assert reason_of(BODY, me=C) == "wrong_audience"
    header = {"format": "rabet-batch/1", "suite": SUITE, "from": A, "to": B, "key": keys_of(B).public.key_id}
    for_c = draft(MESSAGES, receiver=C)
    assert reason_of(sealed(payload_of(for_c.manifest_text, list(for_c.messages)), header)) == "wrong_audience"
    from_c = draft(MESSAGES, sender=C)
    assert reason_of(sealed(payload_of(from_c.manifest_text, list(from_c.messages)), header)) == "wrong_sender"
    assert reason_of(sealed(payload_of(from_c.manifest_text, list(from_c.messages), signer=C), header)) == "bad_signature"


def test_one_signed_batch_cannot_be_resealed_under_another_header() -> None:
    header, _, rest = BODY.partition(b"\n")
    assert reason_of(header.replace(b'{"format"', b'{ "format"') + b"\n" + rest) == "cannot_open"


def test_every_flipped_byte_is_refused() -> None:
    """T5: all positions, 0 accepted."""
    for at in range(len(BODY)):
        for mask in (0x01, 0x80):
            assert reason_of(BODY[:at] + bytes([BODY[at] ^ mask]) + BODY[at + 1 :]) != "accepted", at


def test_every_shortened_body_is_refused() -> None:
    assert "accepted" not in {reason_of(BODY[:at]) for at in range(0, len(BODY), 7)}
    assert reason_of(BODY + b"\0") == "cannot_open"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"format": "rabet-manifest/2"}, "unknown_format"),
        ({"from": C}, "wrong_sender"),
        ({"to": C}, "wrong_audience"),
        ({"lane": "bulk"}, "malformed"),
        ({"first": 1}, "count_differs"),
        ({"first": True}, "malformed"),
        ({"first": -1}, "malformed"),
        ({"first": 0.5}, "malformed"),
        ({"count": 2}, "count_differs"),
        ({"count": 0}, "malformed"),
        ({"count": 10**400}, "malformed"),
        ({"before": {"size": 0, "root": "00" * 32}}, "malformed"),
        ({"before": {"size": 1, "root": "00" * 32}}, "count_differs"),
        ({"before": None}, "malformed"),
        ({"messages": []}, "count_differs"),
        ({"messages": [["a-1", "00" * 32]] * 3}, "digest_differs"),
        ({"messages": [["a-1"]] * 3}, "malformed"),
        ({"messages": [["a 1", "00" * 32]] * 3}, "malformed"),
        ({"messages": {"0": []}}, "malformed"),
        ({"messages": [["a-1", "00" * 32]] * 257}, "malformed"),
        ({"withdrawn": []}, "withdrawn_differs"),
        ({"withdrawn": [0, 1]}, "withdrawn_differs"),
        ({"withdrawn": [1, 1]}, "malformed"),
        ({"withdrawn": [3]}, "malformed"),
        ({"made_at": "2026-11-22T08:30:00"}, "malformed"),
        ({"made_at": None}, "malformed"),
    ],
)
def test_a_signed_manifest_is_still_checked(changes: dict[str, Any], reason: str) -> None:
    assert reason_of(changed_manifest(**changes)) == reason


def test_unknown_keys_are_let_through_and_kept() -> None:
    assert json.loads(opened(changed_manifest(weather="fair")).manifest_text)["weather"] == "fair"


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "malformed"),
        (b"[]", "malformed"),
        (b'{"manifest":1}', "malformed"),
        (b'{"manifest":"","signatures":[],"messages":[NaN]}', "malformed"),
        (b'{"manifest":"","manifest":"","signatures":[],"messages":[]}', "malformed"),
        (b'{"manifest":"","signatures":[],"messages":[1]}', "malformed"),
        (b'{"manifest":"","signatures":[{}],"messages":[]}', "malformed"),
        (b'{"manifest":"","signatures":[],"messages":[]}', "bad_signature"),
        (b'{"manifest":"\\ud800","signatures":[],"messages":[]}', "malformed"),
        (b"[" * 100_000, "malformed"),
        (b"\xff\xfe", "malformed"),
    ],
)
def test_broken_payloads_are_refused_by_name(payload: bytes, reason: str) -> None:
    assert reason_of(sealed(payload)) == reason


def test_messages_that_differ_from_the_manifest_are_refused() -> None:
    text = draft(MESSAGES).manifest_text
    texts = [item.text for item in MESSAGES]
    assert reason_of(sealed(payload_of(text, texts[:2]))) == "count_differs"
    assert reason_of(sealed(payload_of(text, [*texts[:2], message(9)]))) == "digest_differs"
    assert reason_of(sealed(payload_of(text, [None, *texts[1:]]))) == "withdrawn_differs"
    assert reason_of(sealed(payload_of(text, [texts[0], message(1), texts[2]]))) == "withdrawn_differs"


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (b"", "malformed"),
        (b"{}", "unknown_format"),
        (b'{"format":"rabet-batch/1"}', "unknown_suite"),
        (b'{"format":"rabet-batch/1","format":"rabet-batch/1"}', "malformed"),
        (b'{"format":"rabet-batch/1","suite":"none"}', "unknown_suite"),
        (b'{"x":"' + b"x" * 2_000 + b'"}', "too_large"),
    ],
)
def test_broken_headers_are_refused_by_name(header: bytes, reason: str) -> None:
    assert reason_of(header + b"\n" + bytes(2_000)) == reason
    assert reason_of(header) == "malformed"


def test_an_unknown_key_and_a_huge_body_are_refused() -> None:
    header = {"format": "rabet-batch/1", "suite": SUITE, "from": A, "to": B, "key": "0" * 16}
    assert reason_of(sealed({}, header)) == "cannot_open"
    assert reason_of(bytes(8_000_001)) == "too_large"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
    max_leaves=20,
)


@given(st.binary(max_size=300))
def test_random_bytes_never_raise_anything_else(data: bytes) -> None:
    assert reason_of(data) != "accepted"


@given(json_values)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_random_json_as_payload_never_raises_anything_else(data: object) -> None:
    assert reason_of(sealed(data)) != "accepted"


@given(st.sampled_from(sorted(json.loads(draft(MESSAGES).manifest_text))), json_values)
def test_a_random_value_in_a_signed_manifest_never_raises_anything_else(key: str, value: object) -> None:
    reason_of(changed_manifest(**{key: value}))


@given(st.text(max_size=300) | json_values.map(json.dumps))
def test_random_manifests_never_raise_anything_else(text: str) -> None:
    with pytest.raises(EnvelopeRefused):
        read_manifest(text)


def test_a_portion_is_bounded_and_never_empty() -> None:
    small = [queued(number) for number in range(300)]
    assert portion(iter(small)) == tuple(small[:MAX_MESSAGES])
    large = [Queued("a", message_digest("x" * 400_000), "x" * 400_000)] * 4
    assert len(portion(large)) == BATCH_BYTES // 400_000
    huge = Queued("a", message_digest("y"), "y" * (BATCH_BYTES + 1))
    assert portion([huge, huge]) == (huge,)
    assert portion([huge, huge, huge], least=2) == (huge, huge)
    assert portion([]) == ()


def test_a_full_batch_stays_within_what_a_receiver_takes() -> None:
    text = '"' * 300_000  # quotes double when written as JSON
    batch = draft([Queued("a" * 80, message_digest(text), text)] * 3)
    assert len(opened(body_of(batch)).messages) == 3
