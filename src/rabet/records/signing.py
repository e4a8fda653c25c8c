"""What is signed and by whom: exact bytes, one purpose each, signatures that name algorithm and key. The keys stand behind ports.

A signature made for one purpose is void for every other: the purpose is part of the signed bytes (DSSE's pre-authentication
encoding). Checkpoints are the exception, because their form is C2SP's: they are signed as they stand, and text that another
purpose could have produced is refused.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any, Literal, Protocol, cast

from rabet.records.bad_input import refuse

Algorithm = Literal["ed25519", "ml-dsa-65"]
ALGORITHMS: tuple[Algorithm, ...] = ("ed25519", "ml-dsa-65")
SIGNATURE_BYTES: Mapping[Algorithm, int] = {"ed25519": 64, "ml-dsa-65": 3309}
CLASSICAL: tuple[Algorithm, ...] = ("ed25519",)
_PAE_START = b"DSSEv1 "
_KEY_ID = re.compile(r"[0-9a-f]{16}")


class Purpose(StrEnum):
    """Payload types: what a signature says its bytes are."""

    RECORD = "rabet-record/1"
    MANIFEST = "rabet-manifest/1"
    RECEIPT = "rabet-receipt/1"
    CHECKPOINT = "rabet-checkpoint/1"
    CARD = "rabet-card/1"
    AGREEMENT = "rabet-agreement/1"


class BadSignature(Exception):
    """A signature is missing, unknown, repeated or does not verify. `reason` is a stable id."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        super().__init__(f"{reason}: {detail}" if detail else reason)


@dataclass(frozen=True, slots=True)
class Signature:
    """algorithm: which; key_id: first 16 hex digits of the SHA-256 of the public key; value: the raw signature."""

    algorithm: Algorithm
    key_id: str
    value: bytes

    def to_json(self) -> dict[str, str]:
        """JSON form: {"algorithm", "key", "value"}, the value in base64."""
        return {"algorithm": self.algorithm, "key": self.key_id, "value": b64encode(self.value).decode()}


def read_signature(data: Any, path: str = "signature") -> Signature:  # noqa: ANN401 - JSON is any
    """Read the JSON form strictly.

    Raises:
        BadInput: a key missing, unknown algorithm, key id or value out of form.
    """
    if not isinstance(data, dict):
        raise refuse(path, "not_an_object")
    algorithm, key_id = data.get("algorithm"), data.get("key")
    if algorithm not in ALGORITHMS:
        raise refuse(f"{path}/algorithm", "wrong_form", value=str(algorithm)[:40])
    if not isinstance(key_id, str) or not _KEY_ID.fullmatch(key_id):
        raise refuse(f"{path}/key", "wrong_form", value=str(key_id)[:40])
    value = read_base64(data.get("value"), f"{path}/value")
    if len(value) != SIGNATURE_BYTES[algorithm]:
        raise refuse(f"{path}/value", "wrong_form", value=f"{len(value)} bytes")
    return Signature(cast("Algorithm", algorithm), key_id, value)


def read_base64(text: object, path: str) -> bytes:
    """Decode standard base64 that has exactly one spelling.

    Raises:
        BadInput: not text, not base64, or padding bits that are not zero.
    """
    if isinstance(text, str):
        try:
            value = b64decode(text, validate=True)
        except ValueError:
            value = b""
        if b64encode(value).decode() == text:
            return value
    raise refuse(path, "wrong_form", value=str(text)[:40])


def key_id_of(public_key: bytes) -> str:
    """Short name of a public key: the first 16 hex digits of the SHA-256 of its raw bytes. A name, not a proof."""
    return sha256(public_key).hexdigest()[:16]


def pae(purpose: str, data: bytes) -> bytes:
    """DSSE's pre-authentication encoding: lengths stand before both parts, so that no other pair encodes to the same bytes."""
    name = purpose.encode()
    return b"%s%d %s %d %s" % (_PAE_START, len(name), name, len(data), data)


def signed_bytes(purpose: Purpose, data: bytes) -> bytes:
    """Return the bytes a key signs for this purpose.

    Raises:
        ValueError: a checkpoint that starts like an encoding of another purpose.
    """
    if purpose is not Purpose.CHECKPOINT:
        return pae(purpose, data)
    if data.startswith(_PAE_START.rstrip()):
        raise ValueError("a checkpoint cannot start like another signed text")
    return data


class Signer(Protocol):
    """Port to the agency's own keys."""

    def sign(self, purpose: Purpose, data: bytes, algorithms: Sequence[Algorithm] = CLASSICAL) -> tuple[Signature, ...]:
        """Sign `signed_bytes(purpose, data)` once with each algorithm asked for."""


class Verifier(Protocol):
    """Port to the public keys of the agencies known here."""

    def verify(
        self, agency: str, purpose: Purpose, data: bytes, signatures: Sequence[Signature], floor: Collection[Algorithm] = CLASSICAL
    ) -> None:
        """Accept only when every algorithm of `floor` is present and every signature given verifies.

        Raises:
            BadSignature: unknown agency or key, algorithm missing or repeated, signature that does not verify.
        """
