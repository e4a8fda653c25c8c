"""What a partner answers to a batch and to the question how much he holds: HTTP status and body into one of a few values.

Whatever comes back, even from something that is no node, becomes an Answer; a receipt is one only when it is signed and fits.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from rabet.exchange.envelope import Draft, EnvelopeRefused, refusing
from rabet.exchange.evidence import MAX_EVIDENCE
from rabet.exchange.form import LANES, Lane, object_of, whole_of, write
from rabet.exchange.keys import Keyring
from rabet.exchange.receipt import SignedReceipt, check_receipt, read_signed_receipt
from rabet.records.signing import CLASSICAL, Algorithm
from rabet.records.strict_json import read_json

STATE_FORMAT = "rabet-state/1"
MAX_ANSWER, MAX_WAIT, DEFAULT_WAIT = 1_000_000, 3_600.0, 1.0


@dataclass(frozen=True, slots=True)
class Held:
    """A receipt whose signatures, audience and checkpoint are in order."""

    receipt: SignedReceipt


@dataclass(frozen=True, slots=True)
class Gap:
    """He holds less than stands before the batch."""

    held: int


@dataclass(frozen=True, slots=True)
class ForkClaimed:
    """He says the batch contradicts what he holds. evidence: his file, to be verified by `evidence.verify_evidence`."""

    evidence: str


@dataclass(frozen=True, slots=True)
class Refused:
    """He will not take it, or answered what cannot be accepted. reason: stable id."""

    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Busy:
    """Later, please: after `retry_after` seconds."""

    retry_after: float


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No answer: refused connection, broken TLS, time-out."""

    detail: str = ""


Answer: TypeAlias = Held | Gap | ForkClaimed | Refused | Busy | Unreachable


def read_answer(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    draft: Draft,
    *,
    keyring: Keyring,
    floor: Collection[Algorithm] = CLASSICAL,
) -> Answer:
    """Read the HTTP answer to a posted batch. headers: names in lower case."""
    if status in (429, 502, 503, 504):
        return Busy(retry_after(headers))
    try:
        if status == 200:
            return Held(_receipt(body, draft, keyring, floor))
        with refusing():
            return _refusal(status, object_of(read_json(body, max_bytes=MAX_ANSWER, max_depth=8), ""))
    except EnvelopeRefused as error:
        return Refused("bad_receipt" if status == 200 else "bad_answer", f"HTTP {status}: {error}")


def _receipt(body: bytes, draft: Draft, keyring: Keyring, floor: Collection[Algorithm]) -> SignedReceipt:
    manifest, signed = draft.manifest, read_signed_receipt(body)
    check_receipt(signed, issuer=manifest.receiver, holder=manifest.sender, lane=manifest.lane, keyring=keyring, floor=floor)
    return signed


def _refusal(status: int, data: Mapping[str, Any]) -> Answer:
    reason, evidence = data.get("refused"), data.get("evidence")
    if status == 409 and reason == "gap":
        return Gap(whole_of(data, "held"))
    if status == 409 and reason == "fork" and isinstance(evidence, str) and len(evidence) <= MAX_EVIDENCE:
        return ForkClaimed(evidence)
    return Refused(str(reason)[:64], str(data.get("detail", ""))[:400])


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds a partner asks to wait (the Retry-After header as a number), at most an hour."""
    text = headers.get("retry-after", "")
    return min(float(text), MAX_WAIT) if text.isascii() and text.isdigit() else DEFAULT_WAIT


def write_state(held: Mapping[Lane, int]) -> str:
    """The answer to GET /exchange/v1/state: per lane how many of the asker's messages are held."""
    return write({"format": STATE_FORMAT, "held": {lane: held.get(lane, 0) for lane in LANES}})


def read_state(body: bytes) -> dict[Lane, int]:
    """Read it.

    Raises:
        EnvelopeRefused: malformed, unknown_format or too_large.
    """
    with refusing():
        held = object_of(object_of(read_json(body, max_bytes=10_000, max_depth=4), "", STATE_FORMAT).get("held"), "held")
        return {lane: whole_of(held, lane, path="held") for lane in LANES}
