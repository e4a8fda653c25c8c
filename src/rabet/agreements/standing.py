"""Does an agreement stand today? In force only when all parties signed the same bytes, it has begun, not ended, and nobody stopped it."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from rabet.agreements.document import Agreement, SignedAgreement
from rabet.agreements.parsing import parse_agreement
from rabet.agreements.terms import Status
from rabet.records.signing import BadSignature, Purpose, Verifier


@dataclass(frozen=True, slots=True)
class HeldAgreement:
    """An agreement and its status at one moment: what the release decision takes."""

    document: Agreement
    status: Status


def signatories(signed: SignedAgreement, verifier: Verifier) -> frozenset[str]:
    """Return the parties whose signatures over exactly these bytes verify with every algorithm of the agreement's floor.

    Raises:
        BadInput: the bytes are not an agreement.
    """
    agreement = parse_agreement(signed.data)
    return frozenset(party.id for party in agreement.parties if _signed(party.id, signed, agreement, verifier))


def _signed(agency: str, signed: SignedAgreement, agreement: Agreement, verifier: Verifier) -> bool:
    try:
        verifier.verify(agency, Purpose.AGREEMENT, signed.data, signed.signatures.get(agency, ()), agreement.floor)
    except BadSignature:
        return False
    return True


def status(agreement: Agreement, signed_by: Collection[str], now: datetime, *, suspended: bool, superseded: bool) -> Status:
    """Return the status at `now` (aware). Dates count in UTC, so that all nodes agree on the moment.

    signed_by: parties whose signature was verified; suspended: any party stopped it; superseded: a later version is in force.
    """
    missing = {party.id for party in agreement.parties} - set(signed_by)
    today = now.astimezone(UTC).date()
    stages: tuple[tuple[Status, bool], ...] = (
        ("draft", len(missing) == len(agreement.parties)),
        ("offered", bool(missing)),
        ("superseded", superseded),
        ("expired", agreement.ends is not None and today > agreement.ends),
        ("suspended", suspended),
        ("signed", today < agreement.begins),
    )
    return next((name for name, holds in stages if holds), "in_force")


def hold(
    documents: Iterable[SignedAgreement],
    now: datetime,
    *,
    signed_by: Callable[[SignedAgreement], Collection[str]],
    suspended: Collection[str],
) -> tuple[HeldAgreement, ...]:
    """Return the standing of all documents at `now`, ordered by id and newest version first.

    signed_by: gives the verified signatories of a document (see `signatories`); suspended: ids of agreements stopped by any party.
    A version is superseded when another version of the same id names it as previous and is itself signed by all and begun.
    """
    known = {signed.digest: (parse_agreement(signed.data), signed_by(signed)) for signed in documents}
    replaced = {
        (agreement.id, agreement.previous)
        for agreement, names in known.values()
        if status(agreement, names, now, suspended=False, superseded=False) in ("in_force", "expired")
    }
    held = [
        HeldAgreement(
            agreement,
            status(agreement, names, now, suspended=agreement.id in suspended, superseded=(agreement.id, digest) in replaced),
        )
        for digest, (agreement, names) in known.items()
    ]
    return tuple(sorted(held, key=lambda one: (one.document.id, -one.document.version)))
