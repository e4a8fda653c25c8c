"""Evidence of a fork convinces a third party who has only public keys, and nothing else does (T7)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.exchange.agencies import NOW, A, B, C, draft, keyring, keys_of, queued

from rabet.exchange.envelope import Batch, Draft, EnvelopeRefused, Queued
from rabet.exchange.evidence import (
    Finding,
    build_evidence,
    checkpoint_statement,
    manifest_statement,
    receipt_statement,
    verify_evidence,
)
from rabet.exchange.receipt import Result, SignedReceipt, sign_receipt
from rabet.records.checkpoint import Checkpoint, Note, audit_origin, link_origin, sign_checkpoint
from rabet.records.merkle import CompactRange, leaf_hash
from rabet.records.signing import Purpose

LOG = link_origin(A, B, "normal")
LANE = [queued(number) for number in range(10)]
REWRITTEN = [*LANE[:4], queued(99), *LANE[5:]]


def tree_of(messages: Sequence[Queued]) -> CompactRange:
    return CompactRange().extend(leaf_hash(message.digest) for message in messages)


def batch(first: int, stop: int, messages: Sequence[Queued] = LANE) -> Draft:
    return draft(messages[first:stop], tree_of(messages[:first]))


def manifest_of(sent: Draft, *, with_tree: bool = False, signer: str = A) -> dict[str, Any]:
    signatures = keys_of(signer).sign(Purpose.MANIFEST, sent.manifest_text.encode())
    return manifest_statement(signer, sent.manifest_text, signatures, sent.before if with_tree else None)


def receipt_of(sent: Draft, messages: Sequence[Queued] = LANE) -> dict[str, Any]:
    return receipt_statement(signed_receipt(sent, messages))


def signed_receipt(sent: Draft, messages: Sequence[Queued]) -> SignedReceipt:
    manifest = sent.manifest
    results = [Result(seq, "accepted") for seq in range(manifest.first, manifest.through)]
    opened = Batch(manifest, sent.manifest_text, (), sent.messages)
    tree = tree_of(messages[: manifest.through])
    return sign_receipt(opened, tree, results, NOW, signer=keys_of(B), public_key=keys_of(B).public.ed25519)


def own_checkpoint(messages: Sequence[Queued], agency: str = A, origin: str = LOG) -> dict[str, Any]:
    tree, key = tree_of(messages), keys_of(agency).public.ed25519
    checkpoint = Checkpoint(origin, tree.size, tree.root())
    return checkpoint_statement(agency, key, Note(checkpoint, (sign_checkpoint(checkpoint, key, keys_of(agency)),)).text())


def finding(one: Mapping[str, Any], other: Mapping[str, Any]) -> Finding:
    return verify_evidence(build_evidence((one, other), B, NOW), keyring())


def reason_of(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    with pytest.raises(EnvelopeRefused) as error:
        finding(one, other)
    return error.value.reason


def test_two_manifests_with_another_message_under_one_number_convict_their_sender() -> None:
    found = finding(manifest_of(batch(3, 6)), manifest_of(batch(3, 7, REWRITTEN)))
    assert found == Finding(LOG, "digest", 4, (A, A))
    assert found.equivocation


def test_a_manifest_speaks_of_every_size_it_covers_when_the_tree_before_it_is_added() -> None:
    earlier, later = batch(3, 6), batch(6, 8, REWRITTEN)
    assert finding(manifest_of(earlier, with_tree=True), manifest_of(later)) == Finding(LOG, "root", 6, (A, A))
    assert reason_of(manifest_of(earlier), manifest_of(later)) == "no_contradiction"


def test_the_added_tree_needs_no_trust() -> None:
    statement = manifest_of(batch(3, 6))
    for tree, reason in ((tree_of(REWRITTEN[:5]), "tree_differs"), (tree_of(LANE[:4]), "tree_differs")):
        assert reason_of({**statement, "tree": tree.to_bytes().hex()}, statement) == reason
    assert reason_of({**statement, "tree": "zz"}, statement) == "malformed"


def test_a_manifest_and_an_earlier_receipt_show_that_two_logs_part() -> None:
    found = finding(receipt_of(batch(0, 6)), manifest_of(batch(6, 8, REWRITTEN)))
    assert found == Finding(LOG, "root", 6, (B, A))
    assert not found.equivocation


def test_two_signed_checkpoints_are_enough() -> None:
    """What the sender makes when a receipt has another root: his own head and the receipt with its cosigned one."""
    assert finding(own_checkpoint(LANE[:6]), receipt_of(batch(0, 6), REWRITTEN)) == Finding(LOG, "root", 6, (A, B))
    assert finding(own_checkpoint(LANE[:6]), own_checkpoint(REWRITTEN[:6])).equivocation


def test_two_receipts_with_different_roots_convict_the_receiver() -> None:
    found = finding(receipt_of(batch(0, 6)), receipt_of(batch(0, 6), REWRITTEN))
    assert found == Finding(LOG, "root", 6, (B, B))


def test_what_agrees_proves_nothing() -> None:
    statements = [manifest_of(batch(0, 6), with_tree=True), receipt_of(batch(0, 6)), own_checkpoint(LANE[:6]), manifest_of(batch(6, 9))]
    for one in statements:
        for other in statements:
            assert reason_of(one, other) == "no_contradiction"


def test_two_witness_times_for_one_tree_are_no_contradiction() -> None:
    earlier, later = (signed_receipt(batch(0, 6), LANE) for _ in range(2))
    assert reason_of(receipt_statement(earlier), receipt_statement(later)) == "no_contradiction"


def test_statements_about_different_logs_prove_nothing() -> None:
    urgent = draft(REWRITTEN[3:6], tree_of(LANE[:3]), "urgent")
    assert reason_of(manifest_of(batch(3, 6)), manifest_of(urgent)) == "other_logs"
    assert reason_of(own_checkpoint(LANE[:6]), own_checkpoint(REWRITTEN[:6], origin=audit_origin(A))) == "other_logs"


def test_nobody_can_make_evidence_against_another() -> None:
    forged = {**manifest_of(batch(3, 6, REWRITTEN), signer=C), "by": A}
    assert reason_of(manifest_of(batch(3, 6)), forged) == "bad_signature"
    assert reason_of(manifest_of(batch(3, 6)), manifest_of(batch(3, 6, REWRITTEN), signer=C)) == "wrong_sender"
    assert reason_of(own_checkpoint(LANE[:6]), own_checkpoint(REWRITTEN[:6], agency=C)) == "wrong_sender"
    wrong_key = {**own_checkpoint(LANE[:6]), "key": keys_of(C).public.ed25519.hex()}
    assert reason_of(wrong_key, receipt_of(batch(0, 6), REWRITTEN)) == "bad_signature"
    changed = json.loads(json.dumps(receipt_of(batch(0, 6))).replace("accepted", "rejected"))
    assert reason_of(own_checkpoint(REWRITTEN[:6]), changed) == "bad_signature"


def test_no_changed_byte_leads_to_another_finding() -> None:
    text = build_evidence((manifest_of(batch(3, 6)), manifest_of(batch(3, 7, REWRITTEN))), B, NOW)
    expected = verify_evidence(text, keyring())
    data = text.encode()
    for at in range(len(data)):
        try:
            found = verify_evidence(data[:at] + bytes([data[at] ^ 0x01]) + data[at + 1 :], keyring())
        except EnvelopeRefused:
            continue
        assert found == expected, at


@pytest.mark.parametrize("statements", [[], [{}], [{}, {}], [{"kind": "rumour", "by": A}] * 2, [1, 2], [{"kind": "receipt", "by": "A"}] * 2])
def test_files_out_of_form_are_refused(statements: list[Any]) -> None:
    text = json.dumps({"format": "rabet-fork/1", "found_by": B, "found_at": "2026-11-22T08:30:00Z", "statements": statements})
    with pytest.raises(EnvelopeRefused, match="malformed"):
        verify_evidence(text, keyring())


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_anything_else_is_refused_and_raises_nothing_else(data: bytes | str) -> None:
    with pytest.raises(EnvelopeRefused):
        verify_evidence(data, keyring())
