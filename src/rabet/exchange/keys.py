"""An agency's keys: what signs, what opens, and the ring of public keys that partners' statements are checked with.

All cryptography is PyPI `cryptography`: Ed25519 (RFC 8032) and ML-DSA-65 (FIPS 204) side by side, and HPKE (RFC 9180) with the
hybrid KEM of ML-KEM-768 and X25519. No function here touches a file: key material comes and goes as bytes.
"""

import json
from base64 import b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey, Suite

from rabet.records.bad_input import refuse
from rabet.records.signing import (
    ALGORITHMS,
    CLASSICAL,
    Algorithm,
    BadSignature,
    Purpose,
    Signature,
    Verifier,
    key_id_of,
    read_base64,
    signed_bytes,
)
from rabet.records.strict_json import read_json

SUITE = "MLKEM768-X25519/HKDF-SHA256/AES-256-GCM"  # as agreements name it (agreements.terms.SUITES)
FORMAT = "rabet-keys/1"
HPKE = "mlkem768-x25519"
PUBLIC_BYTES: Mapping[str, int] = {"ed25519": 32, "ml-dsa-65": 1952, HPKE: 1184 + 32}
_SEED_BYTES: Mapping[str, int] = {"ed25519": 32, "ml-dsa-65": 32, "ml-kem-768": 64, "x25519": 32}
_HPKE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_MLKEM_BYTES = 1184
_FIELD = 2**255 - 19
_ORDER_8 = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
_SMALL_ORDER = frozenset({0, 1, _FIELD - 1, _ORDER_8, _FIELD - _ORDER_8})


class CannotOpen(Exception):
    """A sealed text does not open with the key it names, or was sealed for another header."""


class Opener(Protocol):
    """Port to the agency's private HPKE keys."""

    def open(self, key_id: str, sealed: bytes, info: bytes) -> bytes:
        """Open what was sealed to the key of this name.

        Raises:
            CannotOpen: unknown key, altered text, other `info`.
        """


class Sealer(Protocol):
    """Port to a partner's HPKE key; `key_id` names it."""

    @property
    def key_id(self) -> str: ...
    def seal(self, plain: bytes, info: bytes) -> bytes: ...


class Keyring(Verifier, Protocol):
    """A Verifier that also hands out the raw public key a name stands for (a note's key id is made from it)."""

    def public_key(self, agency: str, key_id: str) -> bytes:
        """Raw Ed25519 key.

        Raises:
            BadSignature: unknown agency or key.
        """


@dataclass(frozen=True)
class PublicKeys:
    """Raw public keys of an agency: Ed25519 (32 bytes), ML-DSA-65 (1952), and ML-KEM-768 followed by X25519 (1216).

    Raises:
        BadInput: a length does not fit, or an Ed25519 key for which anybody can sign (a point of small order).
    """

    ed25519: bytes
    ml_dsa_65: bytes
    hpke: bytes

    def __post_init__(self) -> None:
        for name, value in self.named().items():
            if len(value) != PUBLIC_BYTES[name]:
                raise refuse(f"keys/{name}", "wrong_form", value=f"{len(value)} bytes")
        if (int.from_bytes(self.ed25519, "little") & (2**255 - 1)) % _FIELD in _SMALL_ORDER:
            raise refuse("keys/ed25519", "wrong_form", value=self.ed25519.hex())

    def named(self) -> dict[str, bytes]:
        """Algorithm name -> raw key, in the order in which fingerprints take them."""
        return {"ed25519": self.ed25519, "ml-dsa-65": self.ml_dsa_65, HPKE: self.hpke}

    @cached_property
    def key_ids(self) -> dict[str, str]:
        """Algorithm name -> key id."""
        return {name: key_id_of(value) for name, value in self.named().items()}

    @property
    def key_id(self) -> str:
        """Name of the key that batches are sealed to."""
        return self.key_ids[HPKE]

    def seal(self, plain: bytes, info: bytes) -> bytes:
        """Seal so that only the owner can read; `info` must be the same when it is opened."""
        return _HPKE.encrypt(plain, self._hpke_key, info)

    @cached_property
    def _hpke_key(self) -> MLKEM768X25519PublicKey:
        mlkem = MLKEM768PublicKey.from_public_bytes(self.hpke[:_MLKEM_BYTES])
        return MLKEM768X25519PublicKey(mlkem, X25519PublicKey.from_public_bytes(self.hpke[_MLKEM_BYTES:]))

    @cached_property
    def verifying(self) -> dict[str, Ed25519PublicKey | MLDSA65PublicKey]:
        """Key id -> key that verifies."""
        return {
            key_id_of(self.ed25519): Ed25519PublicKey.from_public_bytes(self.ed25519),
            key_id_of(self.ml_dsa_65): MLDSA65PublicKey.from_public_bytes(self.ml_dsa_65),
        }


@dataclass(frozen=True, repr=False)
class AgencyKeys:
    """Private seeds: Ed25519 (32 bytes), ML-DSA-65 (32), ML-KEM-768 (64), X25519 (32). Never shown by repr."""

    seeds: Mapping[str, bytes]

    @classmethod
    def generate(cls) -> "AgencyKeys":
        """Make fresh keys from the operating system's randomness."""
        return cls(
            {
                "ed25519": Ed25519PrivateKey.generate().private_bytes_raw(),
                "ml-dsa-65": MLDSA65PrivateKey.generate().private_bytes_raw(),
                "ml-kem-768": MLKEM768PrivateKey.generate().private_bytes_raw(),
                "x25519": X25519PrivateKey.generate().private_bytes_raw(),
            }
        )

    @classmethod
    def load(cls, data: bytes) -> "AgencyKeys":
        """Read what `save` wrote.

        Raises:
            BadInput: another format, a seed missing or of the wrong length.
        """
        found = read_json(data, max_bytes=4_096, max_depth=2)
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise refuse("keys", "unknown_format", expected=FORMAT)
        seeds = {name: read_base64(found.get(name), f"keys/{name}") for name in _SEED_BYTES}
        for name, size in _SEED_BYTES.items():
            if len(seeds[name]) != size:
                raise refuse(f"keys/{name}", "wrong_form", value=f"{len(seeds[name])} bytes")
        return cls(seeds)

    def save(self) -> bytes:
        """JSON of all seeds in base64. The caller keeps it where only the key process can read."""
        return json.dumps({"format": FORMAT, **{name: b64encode(seed).decode() for name, seed in self.seeds.items()}}).encode()

    @cached_property
    def public(self) -> PublicKeys:
        """The public half."""
        mlkem, x25519 = self._mlkem.public_key(), self._x25519.public_key()
        return PublicKeys(
            ed25519=self._ed25519.public_key().public_bytes_raw(),
            ml_dsa_65=self._mldsa.public_key().public_bytes_raw(),
            hpke=mlkem.public_bytes_raw() + x25519.public_bytes_raw(),
        )

    def open(self, key_id: str, sealed: bytes, info: bytes) -> bytes:
        """Open what was sealed to these keys.

        Raises:
            CannotOpen: another key is named, or text or `info` were altered.
        """
        if key_id != self.public.key_id:
            raise CannotOpen(f"unknown key {key_id}")
        try:
            return _HPKE.decrypt(sealed, self._hpke_key, info)
        except InvalidTag:
            raise CannotOpen("altered, or sealed for another header") from None

    @cached_property
    def _hpke_key(self) -> MLKEM768X25519PrivateKey:
        return MLKEM768X25519PrivateKey(self._mlkem, self._x25519)

    @cached_property
    def _ed25519(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seeds["ed25519"])

    @cached_property
    def _mldsa(self) -> MLDSA65PrivateKey:
        return MLDSA65PrivateKey.from_seed_bytes(self.seeds["ml-dsa-65"])

    @cached_property
    def _mlkem(self) -> MLKEM768PrivateKey:
        return MLKEM768PrivateKey.from_seed_bytes(self.seeds["ml-kem-768"])

    @cached_property
    def _x25519(self) -> X25519PrivateKey:
        return X25519PrivateKey.from_private_bytes(self.seeds["x25519"])

    def sign(self, purpose: Purpose, data: bytes, algorithms: Sequence[Algorithm] = CLASSICAL) -> tuple[Signature, ...]:
        """Sign `signed_bytes(purpose, data)` with each algorithm: this is the Signer port for code in the key process."""
        message, names = signed_bytes(purpose, data), self.public.key_ids
        private: Mapping[str, Ed25519PrivateKey | MLDSA65PrivateKey] = {"ed25519": self._ed25519, "ml-dsa-65": self._mldsa}
        return tuple(Signature(name, names[name], private[name].sign(message)) for name in algorithms)


class KeyringVerifier:
    """The public keys of the agencies known here, several generations each while keys are being changed."""

    def __init__(self, keys: Mapping[str, Sequence[PublicKeys]]) -> None:
        self._keys = {agency: _by_id(generations) for agency, generations in keys.items()}

    def verify(
        self, agency: str, purpose: Purpose, data: bytes, signatures: Sequence[Signature], floor: Collection[Algorithm] = CLASSICAL
    ) -> None:
        """Accept only when every algorithm of the floor is there, each once, and every signature given verifies.

        Raises:
            BadSignature: `reason` says which of these failed.
        """
        given = [signature.algorithm for signature in signatures]
        for name in given:
            if name not in ALGORITHMS:
                raise BadSignature("unknown_algorithm", name)
            if given.count(name) > 1:
                raise BadSignature("repeated_algorithm", name)
        for name in {*floor, *CLASSICAL} - set(given):
            raise BadSignature("missing_signature", name)
        message = signed_bytes(purpose, data)
        for signature in signatures:
            self._verify_one(agency, signature, message)

    def _verify_one(self, agency: str, signature: Signature, message: bytes) -> None:
        generation = self._generation(agency, signature.key_id)
        if generation.key_ids.get(signature.algorithm) != signature.key_id:
            raise BadSignature("wrong_algorithm", signature.algorithm)
        try:
            generation.verifying[signature.key_id].verify(signature.value, message)
        except InvalidSignature:
            raise BadSignature("does_not_verify", f"{agency} {signature.algorithm}") from None

    def public_key(self, agency: str, key_id: str) -> bytes:
        """Raw Ed25519 key of this name.

        Raises:
            BadSignature: unknown agency or key.
        """
        return self._generation(agency, key_id).ed25519

    def _generation(self, agency: str, key_id: str) -> PublicKeys:
        if agency not in self._keys:
            raise BadSignature("unknown_agency", agency)
        if key_id not in self._keys[agency]:
            raise BadSignature("unknown_key", f"{agency} {key_id}")
        return self._keys[agency][key_id]


def _by_id(generations: Sequence[PublicKeys]) -> dict[str, PublicKeys]:
    return {key_id: generation for generation in generations for key_id in generation.verifying}


@lru_cache(maxsize=256)
def certificate_digest(pem: str) -> bytes:
    """SHA-256 of the certificate in a PEM text: what a pinned authority is compared by.

    Raises:
        BadInput: no certificate can be read.
    """
    try:
        return x509.load_pem_x509_certificate(pem.encode()).fingerprint(hashes.SHA256())
    except ValueError:
        raise refuse("ca", "wrong_form", value=pem[:40]) from None
