"""What the receiver signs: how far a lane is held, the root of its tree there, and what became of each message.

Beside the signed text stands a cosigned checkpoint of the same tree, so that every receipt is also a witness's word about the
sender's log, in the form that other tools verify.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from rabet.exchange.envelope import MAX_MESSAGES, Batch, EnvelopeRefused, Head, refusing
from rabet.exchange.form import (
    AGENCY,
    CODE,
    Lane,
    digest_of,
    lane_of,
    list_of,
    moment_of,
    object_of,
    text_of,
    whole,
    whole_of,
    write,
    write_moment,
)
from rabet.exchange.keys import Keyring
from rabet.records.bad_input import refuse
from rabet.records.checkpoint import MAX_NOTE, Checkpoint, Note, check_cosignature, cosign, link_origin, read_note
from rabet.records.merkle import CompactRange
from rabet.records.signing import ALGORITHMS, CLASSICAL, Algorithm, Purpose, Signature, Signer, read_signature
from rabet.records.strict_json import read_json

RECEIPT_FORMAT = "rabet-receipt/1"
MAX_RECEIPT = 200_000
STATUSES = ("accepted", "rejected")
_REASON = re.compile(rf"|{CODE.pattern}")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one message. status: accepted or rejected; reason: "" or a stable id ("withdrawn" beside accepted)."""

    seq: int
    status: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """issuer: who received and signs; holder: who sent; head: the holder's lane as held; batch: digest of the manifest it answers."""

    issuer: str
    holder: str
    lane: Lane
    head: Head
    results: tuple[Result, ...]
    batch: bytes
    received_at: datetime

    @property
    def first(self) -> int:
        """Sequence of the first message it speaks of."""
        return self.results[0].seq

    @property
    def through(self) -> int:
        """Messages held: one more than the last sequence."""
        return self.head.size


@dataclass(frozen=True, slots=True)
class SignedReceipt:
    """A receipt as its issuer signed it. text: exact; checkpoint: the cosigned note."""

    text: str
    signatures: tuple[Signature, ...]
    checkpoint: str
    receipt: Receipt

    def to_text(self) -> str:
        """JSON as it is answered and stored."""
        signatures = [signature.to_json() for signature in self.signatures]
        return write({"receipt": self.text, "signatures": signatures, "checkpoint": self.checkpoint})


def sign_receipt(
    batch: Batch,
    tree: CompactRange,
    results: Sequence[Result],
    received_at: datetime,
    *,
    signer: Signer,
    public_key: bytes,
    algorithms: Sequence[Algorithm] = CLASSICAL,
) -> SignedReceipt:
    """Answer a batch that is now held. tree: the lane with it; results: one per message, in order; public_key: own raw Ed25519 key."""
    manifest = batch.manifest
    receipt = Receipt(
        issuer=manifest.receiver,
        holder=manifest.sender,
        lane=manifest.lane,
        head=Head(tree.size, tree.root()),
        results=tuple(results),
        batch=batch.digest,
        received_at=received_at,
    )
    text = _write_receipt(receipt)
    checkpoint = Checkpoint(link_origin(receipt.holder, receipt.issuer, receipt.lane), tree.size, receipt.head.root)
    line = cosign(checkpoint, receipt.issuer, int(received_at.timestamp()), public_key, signer)
    return SignedReceipt(text, signer.sign(Purpose.RECEIPT, text.encode(), algorithms), Note(checkpoint, (line,)).text(), receipt)


def _write_receipt(receipt: Receipt) -> str:
    return write(
        {
            "format": RECEIPT_FORMAT,
            "from": receipt.issuer,
            "to": receipt.holder,
            "lane": receipt.lane,
            "through": receipt.head.size,
            "root": receipt.head.root.hex(),
            "results": [[result.seq, result.status, result.reason] for result in receipt.results],
            "batch": receipt.batch.hex(),
            "received_at": write_moment(receipt.received_at),
        }
    )


def read_signed_receipt(data: bytes | str) -> SignedReceipt:
    """Parse strictly; nothing is verified yet.

    Raises:
        EnvelopeRefused: malformed, unknown_format or too_large.
    """
    with refusing():
        found = object_of(read_json(data, max_bytes=MAX_RECEIPT, max_depth=4), "")
        text, checkpoint = found.get("receipt"), found.get("checkpoint")
        if not isinstance(text, str) or not isinstance(checkpoint, str) or len(checkpoint) > MAX_NOTE:
            raise refuse("receipt", "missing")
        listed = list_of(found, "signatures", len(ALGORITHMS))
        signatures = tuple(read_signature(item, f"signatures/{at}") for at, item in enumerate(listed))
        return SignedReceipt(text, signatures, checkpoint, _read_receipt(text))


def _read_receipt(text: str) -> Receipt:
    data = object_of(read_json(text, max_bytes=MAX_RECEIPT, max_depth=4), "receipt", RECEIPT_FORMAT)
    through = whole_of(data, "through", 1)
    results = tuple(_read_result(item, f"results/{at}") for at, item in enumerate(list_of(data, "results", MAX_MESSAGES)))
    if not results or [result.seq for result in results] != list(range(through - len(results), through)):
        raise refuse("results", "wrong_form", value="sequences")
    return Receipt(
        issuer=text_of(data, "from", AGENCY),
        holder=text_of(data, "to", AGENCY),
        lane=lane_of(data),
        head=Head(through, digest_of(data, "root")),
        results=results,
        batch=digest_of(data, "batch"),
        received_at=moment_of(data, "received_at"),
    )


def _read_result(item: object, path: str) -> Result:
    if not isinstance(item, list) or len(item) != 3:
        raise refuse(path, "wrong_form", value=str(item)[:40])
    seq, status, _ = item
    if status not in STATUSES:
        raise refuse(f"{path}/status", "wrong_form", value=str(status)[:40])
    return Result(whole(seq, f"{path}/seq"), str(status), text_of({"reason": item[2]}, "reason", _REASON, path))


def check_receipt(
    signed: SignedReceipt, *, issuer: str, holder: str, lane: Lane, keyring: Keyring, floor: Collection[Algorithm] = CLASSICAL
) -> None:
    """Verify signatures, audience and cosigned checkpoint. Whether the root is the holder's own is for the sender to compare.

    Raises:
        EnvelopeRefused: bad_signature, wrong_sender, wrong_audience, wrong_lane or checkpoint_differs.
    """
    receipt = signed.receipt
    _same("wrong_sender", receipt.issuer, issuer)
    _same("wrong_audience", receipt.holder, holder)
    _same("wrong_lane", receipt.lane, lane)
    with refusing():
        keyring.verify(issuer, Purpose.RECEIPT, signed.text.encode(), signed.signatures, floor)
        note = read_note(signed.checkpoint)
        key_id = next((signature.key_id for signature in signed.signatures if signature.algorithm == "ed25519"), "")
        check_cosignature(note, issuer, keyring.public_key(issuer, key_id), keyring)
    expected = Checkpoint(link_origin(holder, issuer, lane), receipt.head.size, receipt.head.root)
    if note.checkpoint != expected:
        raise EnvelopeRefused("checkpoint_differs", note.checkpoint.origin)


def _same(reason: str, found: str, expected: str) -> None:
    if found != expected:
        raise EnvelopeRefused(reason, f"{found}, expected {expected}")
