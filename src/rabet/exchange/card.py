"""An agency's card: who it is, where its node listens, its public keys and its certificate authority, signed by those keys.

A card proves only that its maker holds the keys. That they are the agency's own is settled by two people who compare the
fingerprint, as words or digits, over another channel: there is no trust on first use.
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from rabet.exchange.form import AGENCY, list_of, moment_of, object_of, text_of, write, write_moment
from rabet.exchange.keys import PUBLIC_BYTES, KeyringVerifier, PublicKeys, certificate_digest
from rabet.records.bad_input import LANGUAGES, refuse
from rabet.records.signing import ALGORITHMS, Purpose, Signature, Signer, pae, read_base64, read_signature
from rabet.records.strict_json import read_json

FORMAT = "rabet-card/1"
MAX_CARD = 64_000
_NAME = re.compile(r"[^\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]{1,200}")
_STATE = re.compile(r"[A-Z]{2}")
_URL = re.compile(r"https://[A-Za-z0-9.\-\[\]:]{1,253}(/[A-Za-z0-9._~/-]{0,200})?")
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]{1,20000}-----END CERTIFICATE-----\n?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """names: text per language; state: ISO 3166 code of the country; url: base of the node's address; ca: PEM of its authority."""

    agency: str
    names: Mapping[str, str]
    state: str
    url: str
    keys: PublicKeys
    ca: str
    made_at: datetime

    def fingerprint(self) -> bytes:
        """SHA-256 (32 bytes) over agency id, public keys and authority: what officers compare. Address and names may change under it."""
        parts = [f"{name} {b64encode(value).decode()}" for name, value in self.keys.named().items()]
        authority = certificate_digest(self.ca).hex()
        return sha256(pae("rabet-fingerprint/1", "\n".join((self.agency, *parts, f"ca {authority}")).encode())).digest()


@dataclass(frozen=True, slots=True)
class SignedCard:
    """A card as its agency signed it: the exact text travels and is kept."""

    text: str
    signatures: tuple[Signature, ...]
    card: Card

    def to_text(self) -> str:
        """The file that is handed over."""
        return write({"card": self.text, "signatures": [signature.to_json() for signature in self.signatures]})


def sign_card(card: Card, signer: Signer) -> SignedCard:
    """Write the card's text and sign it with every key it names.

    Raises:
        BadInput: a field of the card is out of form (nobody could read it).
    """
    text = write(
        {
            "format": FORMAT,
            "agency": card.agency,
            "names": dict(card.names),
            "state": card.state,
            "url": card.url,
            "keys": [{"algorithm": name, "public": b64encode(value).decode()} for name, value in card.keys.named().items()],
            "ca": card.ca,
            "made_at": write_moment(card.made_at),
        }
    )
    return SignedCard(text, signer.sign(Purpose.CARD, text.encode(), ALGORITHMS), _read_card(text))


def read_signed_card(data: bytes | str) -> SignedCard:
    """Read a card and check that it was signed by all the keys it names.

    Raises:
        BadInput: a field missing or out of form.
        BadSignature: a signature missing, or made by other keys.
    """
    found = object_of(read_json(data, max_bytes=MAX_CARD, max_depth=4), "")
    text = found.get("card")
    if not isinstance(text, str):
        raise refuse("card", "missing")
    card = _read_card(text)
    listed = list_of(found, "signatures", len(ALGORITHMS))
    signatures = tuple(read_signature(item, f"signatures/{at}") for at, item in enumerate(listed))
    KeyringVerifier({card.agency: [card.keys]}).verify(card.agency, Purpose.CARD, text.encode(), signatures, ALGORITHMS)
    return SignedCard(text, signatures, card)


def _read_card(text: str) -> Card:
    data = object_of(read_json(text, max_bytes=MAX_CARD, max_depth=4), "card", FORMAT)
    names = object_of(data.get("names"), "names")
    ca = text_of(data, "ca", _PEM)
    certificate_digest(ca)
    return Card(
        agency=text_of(data, "agency", AGENCY),
        names={language: text_of(names, language, _NAME, "names") for language in LANGUAGES},
        state=text_of(data, "state", _STATE),
        url=text_of(data, "url", _URL),
        keys=_read_keys(list_of(data, "keys", len(PUBLIC_BYTES))),
        ca=ca,
        made_at=moment_of(data, "made_at"),
    )


def _read_keys(listed: list[Any]) -> PublicKeys:
    found: dict[str, bytes] = {}
    for at, item in enumerate(listed):
        entry = object_of(item, f"keys/{at}")
        name = entry.get("algorithm")
        if not isinstance(name, str) or name not in PUBLIC_BYTES or name in found:
            raise refuse(f"keys/{at}/algorithm", "wrong_form", value=str(name)[:40])
        found[name] = read_base64(entry.get("public"), f"keys/{at}/public")
    for name in PUBLIC_BYTES:
        if name not in found:
            raise refuse(f"keys/{name}", "missing")
    return PublicKeys(*(found[name] for name in PUBLIC_BYTES))
