"""Proof of a fork that anybody can check: two signed statements about one log that cannot both be true.

A statement is a manifest, a receipt or a checkpoint, each with the signature it had. A manifest may carry the compact range of
the tree before it, which needs no trust because it must hash to the signed root; with it the manifest also speaks of every size it
covers. Statements of one agency convict that agency; statements of two show that their logs part, not whose is right.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rabet.exchange.envelope import EnvelopeRefused, read_manifest, refusing
from rabet.exchange.form import AGENCY, list_of, moment_of, object_of, text_of, write, write_moment
from rabet.exchange.keys import Keyring
from rabet.exchange.receipt import SignedReceipt, check_receipt, read_signed_receipt
from rabet.records.bad_input import refuse
from rabet.records.checkpoint import audit_origin, check_log_signature, link_origin, read_note
from rabet.records.merkle import CompactRange, leaf_hash
from rabet.records.signing import ALGORITHMS, Purpose, Signature, read_signature
from rabet.records.strict_json import read_json

EVIDENCE_FORMAT = "rabet-fork/1"
MAX_EVIDENCE = 800_000


@dataclass(frozen=True)
class Claims:
    """What one statement says of a log. roots: size -> root; digests: sequence -> digest of the message."""

    by: str
    log: str
    roots: Mapping[int, bytes] = field(default_factory=dict)
    digests: Mapping[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """A proven contradiction. about: root or digest; at: size or sequence; by: who signed the two statements."""

    log: str
    about: str
    at: int
    by: tuple[str, str]

    @property
    def equivocation(self) -> bool:
        """Did one agency sign both?"""
        return self.by[0] == self.by[1]


def manifest_statement(by: str, text: str, signatures: Sequence[Signature], before: CompactRange | None = None) -> dict[str, Any]:
    """A batch's manifest as its sender signed it. before: tree of the messages before it, when the holder of the evidence knows it."""
    statement = {"kind": "manifest", "by": by, "text": text, "signatures": [signature.to_json() for signature in signatures]}
    return statement if before is None else {**statement, "tree": before.to_bytes().hex()}


def receipt_statement(signed: SignedReceipt) -> dict[str, Any]:
    """A receipt as it was signed."""
    return {"kind": "receipt", "by": signed.receipt.issuer, "signed": signed.to_text()}


def checkpoint_statement(by: str, public_key: bytes, note: str) -> dict[str, Any]:
    """A log's head, signed by its owner. public_key: his raw Ed25519 key."""
    return {"kind": "checkpoint", "by": by, "key": public_key.hex(), "note": note}


def build_evidence(statements: tuple[Mapping[str, Any], Mapping[str, Any]], found_by: str, found_at: datetime) -> str:
    """Write the file. Whether it proves anything is what `verify_evidence` says."""
    return write({"format": EVIDENCE_FORMAT, "found_by": found_by, "found_at": write_moment(found_at), "statements": statements})


def verify_evidence(text: bytes | str, keyring: Keyring) -> Finding:
    """Check both signatures and that the statements contradict each other; needs nothing but the agencies' public keys.

    Raises:
        EnvelopeRefused: malformed, bad_signature, other_logs, or no_contradiction.
    """
    with refusing():
        data = object_of(read_json(text, max_bytes=MAX_EVIDENCE, max_depth=8), "", EVIDENCE_FORMAT)
        text_of(data, "found_by", AGENCY)
        moment_of(data, "found_at")
        statements = list_of(data, "statements", 2)
        if len(statements) != 2:
            raise refuse("statements", "missing")
        one, other = (_claims(object_of(item, f"statements/{at}"), keyring) for at, item in enumerate(statements))
    if one.log != other.log:
        raise EnvelopeRefused("other_logs", f"{one.log}, {other.log}")
    for about, at in _contradictions(one, other):
        return Finding(one.log, about, at, (one.by, other.by))
    raise EnvelopeRefused("no_contradiction", one.log)


def _contradictions(one: Claims, other: Claims) -> Iterator[tuple[str, int]]:
    """Digests first: they name the message."""
    for about, mine, yours in (("digest", one.digests, other.digests), ("root", one.roots, other.roots)):
        for at in sorted(mine.keys() & yours.keys()):
            if mine[at] != yours[at]:
                yield about, at


def _claims(statement: Mapping[str, Any], keyring: Keyring) -> Claims:
    by = text_of(statement, "by", AGENCY)
    read = {"manifest": _of_manifest, "receipt": _of_receipt, "checkpoint": _of_checkpoint}.get(str(statement.get("kind")))
    if read is None:
        raise refuse("kind", "wrong_form", value=str(statement.get("kind"))[:40])
    return read(by, statement, keyring)


def _text(statement: Mapping[str, Any], name: str) -> str:
    value = statement.get(name)
    if not isinstance(value, str):
        raise refuse(name, "not_text")
    return value


def _of_manifest(by: str, statement: Mapping[str, Any], keyring: Keyring) -> Claims:
    text = _text(statement, "text")
    listed = list_of(statement, "signatures", len(ALGORITHMS))
    signatures = tuple(read_signature(item, f"signatures/{at}") for at, item in enumerate(listed))
    keyring.verify(by, Purpose.MANIFEST, text.encode(), signatures)
    manifest = read_manifest(text)
    if manifest.sender != by:
        raise EnvelopeRefused("wrong_sender", manifest.sender)
    roots = {manifest.before.size: manifest.before.root}
    if "tree" in statement:
        tree = _tree(_text(statement, "tree"))
        if (tree.size, tree.root()) != (manifest.before.size, manifest.before.root):
            raise EnvelopeRefused("tree_differs", str(tree.size))
        for digest in manifest.digests:
            tree = tree.append(leaf_hash(digest))
            roots[tree.size] = tree.root()
    log = link_origin(manifest.sender, manifest.receiver, manifest.lane)
    return Claims(by, log, roots, dict(enumerate(manifest.digests, manifest.first)))


def _tree(text: str) -> CompactRange:
    try:
        return CompactRange.from_bytes(bytes.fromhex(text))
    except ValueError:
        raise refuse("tree", "wrong_form", value=text[:40]) from None


def _of_receipt(by: str, statement: Mapping[str, Any], keyring: Keyring) -> Claims:
    signed = read_signed_receipt(_text(statement, "signed"))
    receipt = signed.receipt
    check_receipt(signed, issuer=by, holder=receipt.holder, lane=receipt.lane, keyring=keyring)
    return Claims(by, link_origin(receipt.holder, by, receipt.lane), {receipt.head.size: receipt.head.root})


def _of_checkpoint(by: str, statement: Mapping[str, Any], keyring: Keyring) -> Claims:
    note = read_note(_text(statement, "note"))
    origin = note.checkpoint.origin
    if origin != audit_origin(by) and not origin.startswith(link_origin(by, "", "").rstrip("/") + "/"):
        raise EnvelopeRefused("wrong_sender", origin)
    try:
        public_key = bytes.fromhex(_text(statement, "key"))
    except ValueError:
        raise refuse("key", "wrong_form", value=_text(statement, "key")[:40]) from None
    check_log_signature(note, by, public_key, keyring)
    return Claims(by, origin, {note.checkpoint.size: note.checkpoint.root})
