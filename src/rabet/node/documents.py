"""Agreements as files: what the parties hand each other to sign, and what the key process checks releases against.

A file holds the exact text and the signatures given so far. Which agreements are stopped, and which partner is reported for a
breach, stands beside them; forgetting that file would only widen what the first decision has to stop by itself.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rabet.agreements.document import SignedAgreement
from rabet.node.files import write_whole
from rabet.node.layout import Layout
from rabet.node.sentences import CannotDo
from rabet.records.bad_input import refuse
from rabet.records.signing import Signature, read_signature
from rabet.records.strict_json import read_json

FORMAT = "rabet-signed-agreement/1"
_MAX_FILE, _MAX_PARTIES = 2_000_000, 64


@dataclass(frozen=True, slots=True)
class Stopped:
    """What narrows the agreements at this node: ids of suspended agreements, agencies with a reported breach."""

    agreements: frozenset[str] = frozenset()
    breaches: frozenset[str] = frozenset()


def write_signed(signed: SignedAgreement) -> str:
    """Return the text of the file that is handed over."""
    signatures = {party: [signature.to_json() for signature in made] for party, made in sorted(signed.signatures.items())}
    return json.dumps({"format": FORMAT, "agreement": signed.data.decode(), "signatures": signatures}, ensure_ascii=False, indent=1)


def read_signed(data: bytes | str) -> SignedAgreement:
    """Read such a file, or a bare agreement that nobody signed yet. Signatures are claims until they are verified.

    Raises:
        BadInput: not JSON, or a signature out of form.
    """
    found = read_json(data, max_bytes=_MAX_FILE)
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        return SignedAgreement(data.encode() if isinstance(data, str) else data, {})
    text, signatures = found.get("agreement"), found.get("signatures")
    if not isinstance(text, str):
        raise refuse("agreement", "not_text")
    if not isinstance(signatures, dict) or len(signatures) > _MAX_PARTIES:
        raise refuse("signatures", "not_an_object")
    return SignedAgreement(text.encode(), {party: _signatures(party, made) for party, made in signatures.items()})


def _signatures(party: str, made: object) -> tuple[Signature, ...]:
    if not isinstance(made, list):
        raise refuse(f"signatures/{party}", "wrong_form", value=str(made)[:40])
    return tuple(read_signature(item, f"signatures/{party}/{at}") for at, item in enumerate(made))


def with_signatures(first: SignedAgreement, second: SignedAgreement) -> SignedAgreement:
    """Join the signatures of two files over the same bytes.

    Raises:
        CannotDo: they are two different documents.
    """
    if first.data != second.data:
        raise CannotDo("not_the_same_document")
    return SignedAgreement(first.data, {**first.signatures, **second.signatures})


def keep_agreement(layout: Layout, signed: SignedAgreement) -> None:
    """Put an agreement where the key process reads it."""
    write_whole(_file(layout, signed.digest), write_signed(signed).encode())


def held_agreement(layout: Layout, digest: str) -> SignedAgreement | None:
    """The file of these bytes, if one is kept."""
    path = _file(layout, digest)
    return read_signed(path.read_bytes()) if path.exists() else None


def read_agreements(layout: Layout) -> tuple[SignedAgreement, ...]:
    """Read all agreements kept."""
    return tuple(read_signed(path.read_bytes()) for path in sorted(layout.agreements.glob("*.json")))


def _file(layout: Layout, digest: str) -> Path:
    return layout.agreements / f"{digest}.json"


def write_stopped(layout: Layout, stopped: Stopped) -> None:
    """Tell the key process what is stopped, if that changed."""
    if read_stopped(layout) != stopped:
        text = json.dumps({"agreements": sorted(stopped.agreements), "breaches": sorted(stopped.breaches)})
        write_whole(layout.stopped, text.encode())


def read_stopped(layout: Layout) -> Stopped:
    """Read what is stopped."""
    if not layout.stopped.exists():
        return Stopped()
    found: Mapping[str, list[str]] = read_json(layout.stopped.read_bytes())
    return Stopped(frozenset(found["agreements"]), frozenset(found["breaches"]))
