"""Checkpoints read and verify what other implementations publish, and the other way round."""

from base64 import b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from tests.exchange.agencies import A, B, keyring, keys_of

from rabet.records.bad_input import BadInput
from rabet.records.checkpoint import (
    COSIGNATURE,
    ED25519,
    Checkpoint,
    Note,
    blinded_root,
    check_cosignature,
    check_log_signature,
    cosign,
    link_origin,
    note_key_id,
    read_checkpoint,
    read_note,
    sign_checkpoint,
)
from rabet.records.merkle import leaf_hash, tree_root
from rabet.records.signing import BadSignature, Purpose, pae, signed_bytes

# The example of golang.org/x/mod/sumdb/note.
GO_NAME, GO_KEY_ID = "PeterNeumann", "c74f20a3"
GO_KEY = b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
GO_TEXT = b"If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_SIGNATURE = b64decode("x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=")
# The example of c2sp.org/signed-note.
C2SP_NAME, C2SP_KEY_ID = "example.com/foo", "530d903a"
C2SP_KEY = b64decode("AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
# A checkpoint of a public log as its witnesses cosigned it, and the key of one of them (remora.n621.de).
PUBLIC_NOTE = """arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden \
2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
"""
PUBLIC_LOG_KEY = b64decode("AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f")
REMORA_KEY = b64decode("BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2")

ORIGIN = link_origin(A, B, "urgent")
CHECKPOINT = Checkpoint(ORIGIN, 3, tree_root([leaf_hash(b"1"), leaf_hash(b"2"), leaf_hash(b"3")]))


def test_key_ids_are_those_that_others_publish() -> None:
    assert note_key_id(GO_NAME, ED25519, GO_KEY[1:]).hex() == GO_KEY_ID
    assert note_key_id(C2SP_NAME, ED25519, C2SP_KEY[1:]).hex() == C2SP_KEY_ID
    assert note_key_id("remora.n621.de", COSIGNATURE, REMORA_KEY[1:]).hex() == "da77ade7"
    assert GO_SIGNATURE[:4].hex() == GO_KEY_ID
    Ed25519PublicKey.from_public_bytes(GO_KEY[1:]).verify(GO_SIGNATURE[4:], signed_bytes(Purpose.CHECKPOINT, GO_TEXT))


def test_a_public_checkpoint_is_read_and_its_cosignature_verifies() -> None:
    note = read_note(PUBLIC_NOTE)
    assert note.checkpoint.size == 1432088532
    assert note.text() == PUBLIC_NOTE
    log, _, remora = note.signatures
    Ed25519PublicKey.from_public_bytes(PUBLIC_LOG_KEY[1:]).verify(log.value, note.checkpoint.text().encode())
    time = int.from_bytes(remora.value[:8], "big")
    message = f"cosignature/v1\ntime {time}\n{note.checkpoint.text()}".encode()
    Ed25519PublicKey.from_public_bytes(REMORA_KEY[1:]).verify(remora.value[8:], message)


def test_log_and_witness_sign_one_note() -> None:
    own = sign_checkpoint(CHECKPOINT, keys_of(A).public.ed25519, keys_of(A))
    witness = cosign(CHECKPOINT, B, 1_700_000_000, keys_of(B).public.ed25519, keys_of(B))
    note = read_note(Note(CHECKPOINT, (own, witness)).text())
    check_log_signature(note, A, keys_of(A).public.ed25519, keyring())
    assert check_cosignature(note, B, keys_of(B).public.ed25519, keyring()) == 1_700_000_000


def test_a_cosignature_is_no_log_signature_and_holds_for_its_time_and_tree_only() -> None:
    witness = cosign(CHECKPOINT, B, 1_700_000_000, keys_of(B).public.ed25519, keys_of(B))
    key = keys_of(B).public.ed25519
    later = type(witness)(witness.name, witness.key_id, (1_700_000_001).to_bytes(8, "big") + witness.value[8:])
    endless = type(witness)(witness.name, witness.key_id, b"\xff" * 8 + witness.value[8:])
    other = Checkpoint(ORIGIN, 4, CHECKPOINT.root)
    for note in (Note(CHECKPOINT, (later,)), Note(CHECKPOINT, (endless,)), Note(other, (witness,)), Note(CHECKPOINT, (witness, later))):
        with pytest.raises(BadSignature):
            check_cosignature(note, B, key, keyring())
    with pytest.raises(BadSignature, match="missing_signature"):
        check_log_signature(Note(CHECKPOINT, (witness,)), B, key, keyring())
    with pytest.raises(BadSignature, match="missing_signature"):
        check_cosignature(Note(CHECKPOINT, (witness,)), A, keys_of(A).public.ed25519, keyring())


def test_text_of_another_purpose_cannot_be_signed_as_a_checkpoint() -> None:
    with pytest.raises(ValueError, match="another signed text"):
        keys_of(A).sign(Purpose.CHECKPOINT, pae(Purpose.RECEIPT, b"accepted"))


def test_extension_lines_are_kept_and_signed() -> None:
    text = CHECKPOINT.text() + "more\n"
    assert read_checkpoint(text).extensions == ("more",)
    assert read_checkpoint(text).text() == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log\n3\n",
        CHECKPOINT.text()[:-1],
        CHECKPOINT.text() + "\n",
        CHECKPOINT.text().replace("\n3\n", "\n03\n"),
        CHECKPOINT.text().replace("\n3\n", "\n-3\n"),
        CHECKPOINT.text().replace("\n3\n", "\n३\n"),
        CHECKPOINT.text().replace("=\n", "\n"),
        CHECKPOINT.text().replace("=\n", "==\n"),
        "log\t\n3\n" + CHECKPOINT.text().split("\n")[2] + "\n",
    ],
)
def test_checkpoints_out_of_form_are_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_checkpoint(text)


LINES = ["- name AAAAAAA=", "— AAAAAAA=", "— na+me AAAAAAA=", "— name AAAA", "— name AAAAAAB="]


@pytest.mark.parametrize("tail", ["", "\n", *(f"\n{line}\n" for line in LINES), "\n" + "— n AAAAAAA=\n" * 65])
def test_notes_out_of_form_are_refused(tail: str) -> None:
    with pytest.raises(BadInput):
        read_note(CHECKPOINT.text() + tail)


@given(st.text(max_size=200))
def test_anything_else_is_bad_input(text: str) -> None:
    with pytest.raises(BadInput):
        read_note(text)


def test_a_blinded_root_tells_only_who_holds_the_blind() -> None:
    assert blinded_root(3, CHECKPOINT.root, bytes(16)) != blinded_root(3, CHECKPOINT.root, b"\x01" * 16)
    assert blinded_root(3, CHECKPOINT.root, bytes(16)) != blinded_root(4, CHECKPOINT.root, bytes(16))


def test_the_encoding_of_what_is_signed_is_that_of_dsse() -> None:
    """The example of secure-systems-lab/dsse, protocol.md."""
    assert pae("http://example.com/HelloWorld", b"hello world") == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
