"""Ports that cost almost nothing, so that a hundred seeds take seconds: a keyed digest in place of signature and sealing.

They detect any changed byte, as the real ones do. A few seeds run with the real ones.
"""

from collections.abc import Collection, Sequence
from hashlib import sha256, sha512

from rabet.exchange.keys import CannotOpen
from rabet.records.signing import CLASSICAL, Algorithm, BadSignature, Purpose, Signature, key_id_of, signed_bytes


class CheapKeys:
    """Signer, Opener and Sealer of one agency."""

    def __init__(self, agency: str) -> None:
        self.ed25519 = sha256(agency.encode()).digest()
        self.key_id = key_id_of(self.ed25519)

    def sign(self, purpose: Purpose, data: bytes, algorithms: Sequence[Algorithm] = CLASSICAL) -> tuple[Signature, ...]:
        assert algorithms == CLASSICAL
        return (Signature("ed25519", self.key_id, sha512(self.ed25519 + signed_bytes(purpose, data)).digest()),)

    def seal(self, plain: bytes, info: bytes) -> bytes:
        return sha256(self.ed25519 + info + plain).digest() + plain

    def open(self, key_id: str, sealed: bytes, info: bytes) -> bytes:
        if key_id != self.key_id or sealed[:32] != sha256(self.ed25519 + info + sealed[32:]).digest():
            raise CannotOpen(key_id)
        return sealed[32:]


class CheapRing:
    """Keyring over the same keys."""

    def __init__(self, agencies: Sequence[str]) -> None:
        self.keys = {agency: CheapKeys(agency) for agency in agencies}

    def verify(
        self, agency: str, purpose: Purpose, data: bytes, signatures: Sequence[Signature], floor: Collection[Algorithm] = CLASSICAL
    ) -> None:
        if tuple(signatures) != self.keys[agency].sign(purpose, data):
            raise BadSignature("does_not_verify", agency)

    def public_key(self, agency: str, key_id: str) -> bytes:
        if key_id != self.keys[agency].key_id:
            raise BadSignature("unknown_key", key_id)
        return self.keys[agency].ed25519
