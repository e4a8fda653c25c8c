"""Makes the test vectors of the protocol: ``python -m tests.vectors.make`` writes the JSON files beside this one.

Everything comes from fixed seeds, so that a second implementation can compare byte for byte. Three things are random by nature and
differ each time they are made: ML-DSA signatures, sealed bytes, and the certificate of the invented authority. Those are to be
accepted, not reproduced. The keys are public knowledge: never use them.
"""

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

from rabet.exchange.card import Card, SignedCard, read_signed_card, sign_card
from rabet.exchange.envelope import Batch, Draft, Queued, draft_batch, message_digest, seal_batch
from rabet.exchange.evidence import build_evidence, manifest_statement
from rabet.exchange.fingerprint import digits, words
from rabet.exchange.form import write
from rabet.exchange.keys import AgencyKeys, KeyringVerifier
from rabet.exchange.receipt import Result, sign_receipt
from rabet.exchange.tls import make_authority
from rabet.records.bad_input import LANGUAGES
from rabet.records.checkpoint import Checkpoint, Note, cosign, link_origin, sign_checkpoint
from rabet.records.disclosure import Commitment, commit, select
from rabet.records.header import Header, write_header
from rabet.records.merkle import CompactRange, consistency_proof, inclusion_proof, leaf_hash, tree_root
from rabet.records.signing import ALGORITHMS, Purpose, pae

HERE = Path(__file__).parent
SENDER, RECEIVER = "alborz", "khazar"
NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
SEED_BYTES = {"ed25519": 32, "ml-dsa-65": 32, "ml-kem-768": 64, "x25519": 32}
BODY = {
    "circumstances": "control",
    "place": {"country": "AZ", "post": "Astara"},
    "exhibits": [
        {"type": "drug", "substance": "heroin", "quantity": {"value": "12.50", "unit": "kg"}},
        {"type": "drug", "substance": "opium", "quantity": {"value": "3", "unit": "kg"}},
    ],
    "parties": [{"nature": "natural", "role": "driver", "name": "Simulated Person"}],
    "text": {"summary": "کشف در مرز — изъятие на границе"},
    "simulated": True,
}
SHOWN_PREFIXES = ("circumstances", "place/", "exhibits/", "simulated")


class Stream:
    """Randomness port: SHA-256 over the seed and a counter, so that every language can make the same bytes."""

    def __init__(self, seed: str) -> None:
        self._blocks = self._endless(seed)
        self._left = b""

    @staticmethod
    def _endless(seed: str) -> Iterator[bytes]:
        for number in count():
            yield sha256(f"{seed} {number}".encode()).digest()

    def token(self, size: int) -> bytes:
        while len(self._left) < size:
            self._left += next(self._blocks)
        token, self._left = self._left[:size], self._left[size:]
        return token


def keys_of(agency: str) -> AgencyKeys:
    stream = Stream(f"rabet test vector {agency}")
    return AgencyKeys({name: stream.token(size) for name, size in SEED_BYTES.items()})


def keyring() -> KeyringVerifier:
    return KeyringVerifier({agency: [keys_of(agency).public] for agency in (SENDER, RECEIVER)})


def keys_file() -> dict[str, Any]:
    """Private seeds, public keys and key ids of both agencies."""
    return {
        agency: {
            "seeds": {name: seed.hex() for name, seed in keys_of(agency).seeds.items()},
            "public": {name: value.hex() for name, value in keys_of(agency).public.named().items()},
            "key_ids": keys_of(agency).public.key_ids,
        }
        for agency in (SENDER, RECEIVER)
    }


def merkle_file() -> dict[str, Any]:
    """Roots of the first trees over the leaves b"0", b"1", ..., and proofs in the tree of seven."""
    leaves = [leaf_hash(str(number).encode()) for number in range(7)]
    return {
        "leaves": [leaf.hex() for leaf in leaves],
        "roots": [tree_root(leaves[:size]).hex() for size in range(8)],
        "compact_range_of_seven": CompactRange().extend(leaves).to_bytes().hex(),
        "inclusion_in_seven": [[node.hex() for node in inclusion_proof(leaves, index)] for index in range(7)],
        "consistency_to_seven": [[node.hex() for node in consistency_proof(leaves, first)] for first in range(8)],
    }


def signed_card(ca: str) -> SignedCard:
    card = Card(
        agency=SENDER,
        names={"en": "Alborz", "fa": "البرز", "az": "Əlburz", "ru": "Альборз"},
        state="XA",
        url="https://alborz.example:8443",
        keys=keys_of(SENDER).public,
        ca=ca,
        made_at=NOW,
    )
    return sign_card(card, keys_of(SENDER))


def card_file() -> dict[str, Any]:
    """A card with its fingerprint as it is compared. The authority of an earlier run is kept."""
    stored = HERE / "card.json"
    ca = read_signed_card(json.loads(stored.read_text())["signed"]).card.ca if stored.exists() else _authority()
    signed = signed_card(ca)
    return {"signed": signed.to_text(), **shown_fingerprint(signed.card.fingerprint())}


def _authority() -> str:
    return make_authority(SENDER, NOW).certificate.decode()


def shown_fingerprint(fingerprint: bytes) -> dict[str, Any]:
    return {
        "fingerprint": fingerprint.hex(),
        "words": {language: words(fingerprint, language) for language in LANGUAGES},
        "digits": digits(fingerprint),
    }


def commitment() -> Commitment:
    return commit(BODY, Stream("rabet test vector record"))


def header_text() -> str:
    made = commitment()
    header = Header(
        kind="seizure",
        id="0123456789abcdef0123456789abcdef",
        version=1,
        author=SENDER,
        state="current",
        previous="",
        handling="H1",
        purpose="investigation",
        offence="trafficking",
        retain_until="2031-11-22",
        evaluation="official",
        leaves=made.size,
        root=made.root,
    )
    return write_header(header)


def record_message() -> str:
    """A release: the consignment part of the record, without parties and free text."""
    made = commitment()
    shown = select(made, [leaf.path for leaf in made.leaves if leaf.path.startswith(SHOWN_PREFIXES)])
    return write(
        {
            "type": "record",
            "salt": Stream("rabet test vector message 0").token(16).hex(),
            "agreement": "example-agreement",
            "header": header_text(),
            "signatures": [signature.to_json() for signature in keys_of(SENDER).sign(Purpose.RECORD, header_text().encode())],
            "fields": shown.fields,
            "positions": shown.positions,
            "proof": shown.proof,
            "text_clear": False,
            "neutral": False,
            "approvals": [],
        }
    )


def record_file() -> dict[str, Any]:
    """A body, its leaves, the signed header, and the message that discloses part of it."""
    made = commitment()
    return {
        "body": BODY,
        "leaves": [leaf.text for leaf in made.leaves],
        "padding": [digest.hex() for digest in made.padding],
        "root": made.root,
        "header": header_text(),
        "message": record_message(),
    }


def messages() -> list[Queued]:
    """A record, a message that was withdrawn, a status."""
    salts = [Stream(f"rabet test vector message {number}").token(16).hex() for number in range(3)]
    withdrawn = write({"type": "record", "salt": salts[1], "agreement": "example-agreement"})
    status = write(
        {
            "type": "status",
            "salt": salts[2],
            "agreement": "example-agreement",
            "record": "fedcba9876543210fedcba9876543210",
            "version": 1,
            "state": "delivered",
            "role": "duty_officer",
            "at": "2026-11-22T08:29:00+00:00",
        }
    )
    texts = (record_message(), withdrawn, status)
    queued = [Queued("example-agreement", message_digest(text), text) for text in texts]
    queued[1] = Queued("example-agreement", queued[1].digest, None)
    return queued


def draft() -> Draft:
    return draft_batch(SENDER, RECEIVER, "normal", CompactRange(), messages(), NOW)


def batch_file() -> dict[str, Any]:
    """A batch at each step: manifest, signed bytes, signatures, sealed body. The receiver's seeds open it."""
    made = draft()
    signatures = keys_of(SENDER).sign(Purpose.MANIFEST, made.manifest_text.encode(), ALGORITHMS)
    return {
        "messages": made.messages,
        "manifest": made.manifest_text,
        "signed_bytes": pae(Purpose.MANIFEST, made.manifest_text.encode()).hex(),
        "signatures": [signature.to_json() for signature in signatures],
        "digest": made.digest.hex(),
        "body": b64encode(seal_batch(made, signatures, keys_of(RECEIVER).public)).decode(),
    }


def receipt_file() -> dict[str, Any]:
    """The receipt for that batch: one message rejected, one withdrawn."""
    made = draft()
    opened = Batch(made.manifest, made.manifest_text, (), made.messages)
    results = (Result(0, "accepted"), Result(1, "accepted", "withdrawn"), Result(2, "rejected", "unknown_record"))
    signed = sign_receipt(
        opened,
        made.tree_at(3),
        results,
        NOW,
        signer=keys_of(RECEIVER),
        public_key=keys_of(RECEIVER).public.ed25519,
        algorithms=ALGORITHMS,
    )
    return {"signed": signed.to_text(), "through": 3, "root": made.tree_at(3).root().hex()}


def checkpoint_file() -> dict[str, Any]:
    """The lane's head as a C2SP note: signed by the log, cosigned by the partner."""
    tree = draft().tree_at(3)
    checkpoint = Checkpoint(link_origin(SENDER, RECEIVER, "normal"), tree.size, tree.root())
    own = sign_checkpoint(checkpoint, keys_of(SENDER).public.ed25519, keys_of(SENDER))
    witness = cosign(checkpoint, RECEIVER, int(NOW.timestamp()), keys_of(RECEIVER).public.ed25519, keys_of(RECEIVER))
    return {"text": checkpoint.text(), "note": Note(checkpoint, (own, witness)).text(), "time": int(NOW.timestamp())}


def evidence_file() -> dict[str, Any]:
    """Two manifests of one sender with different messages under number 0: a fork."""
    other = draft_batch(SENDER, RECEIVER, "normal", CompactRange(), messages()[1:], NOW)
    one, two = (
        manifest_statement(SENDER, text, keys_of(SENDER).sign(Purpose.MANIFEST, text.encode()))
        for text in (draft().manifest_text, other.manifest_text)
    )
    return {
        "evidence": build_evidence((one, two), RECEIVER, NOW),
        "finding": {"log": link_origin(SENDER, RECEIVER, "normal"), "about": "digest", "at": 0, "by": [SENDER, SENDER]},
    }


FILES = {
    "keys": keys_file,
    "merkle": merkle_file,
    "card": card_file,
    "record": record_file,
    "batch": batch_file,
    "receipt": receipt_file,
    "checkpoint": checkpoint_file,
    "evidence": evidence_file,
}


def main() -> None:
    for name, build in FILES.items():
        (HERE / f"{name}.json").write_text(json.dumps(build(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
