"""Values to store: small, valid, and different from each other."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rabet.casework.values import AuditEntry, Content, IdentifierRow, ListRow, Officer, Outgoing, Release, Version
from rabet.records.header import Header, write_header
from rabet.records.signing import Signature

if TYPE_CHECKING:
    from rabet.storage.store import Store
    from rabet.storage.unit.work import UnitOfWork

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SIGNATURE = Signature("ed25519", "0123456789abcdef", b"s" * 64)
AUDIT = AuditEntry(act="record.reported", officer="o1", role="duty_officer")


def record_id(seed: object) -> str:
    return random.Random(str(seed)).randbytes(16).hex()


def header(seed: object = 1, **changes: object) -> Header:
    standard = Header(
        kind="seizure",
        id=record_id(seed),
        version=1,
        author="khazar",
        state="current",
        previous="",
        handling="H1",
        purpose="investigation",
        offence="",
        retain_until="2030-01-01",
        evaluation="official",
        leaves=16,
        root="0" * 64,
    )
    if changes.get("state") == "recalled":
        changes = {"leaves": 0, "root": "", **changes}
    return replace(standard, **changes)


def version(uow: "UnitOfWork", seed: object = 1, *, head: dict[str, object] | None = None, **changes: object) -> Version:
    made = header(seed, **(head or {}))
    standard = Version(
        header=made,
        header_text=write_header(made),
        signatures=(SIGNATURE,),
        origin="own" if made.author == "khazar" else "received",
        sender="" if made.author == "khazar" else made.author,
        agreement="" if made.author == "khazar" else "a1",
        case="",
        unit="u1",
        officer="o1",
        urgent=False,
        imported=False,
        text_clear=False,
        blocked=False,
        keep_until=made.retain_until,
        key_slot=uow.new_key(),
        at=NOW,
    )
    return replace(standard, **changes)


def content(*values: str) -> Content:
    return Content(tuple(f'["00","field/{i}","{value}"]' for i, value in enumerate(values)), ("ab" * 32,))


def row(of: Version, **changes: object) -> ListRow:
    h = of.header
    standard = ListRow(
        record=h.id,
        version=h.version,
        kind=h.kind,
        author=h.author,
        state=h.state,
        handling=h.handling,
        origin=of.origin,
        sender=of.sender,
        agreement=of.agreement,
        at=of.at,
        happened="2026-04-30",
        country="AZ",
        place="Astara",
        substance="heroin",
        quantity="12.5",
        unit="kg",
        danger="",
        urgent=of.urgent,
        simulated=True,
        laboratory="",
    )
    return replace(standard, **changes)


def keys_of(of: Version, *pairs: tuple[str, str], person: bool = False) -> Sequence[IdentifierRow]:
    return [IdentifierRow(of.header.id, of.header.version, kind, value, "exact", person) for kind, value in pairs]


def outgoing(of: Version, text: str = '{"type":"record"}', **changes: object) -> Outgoing:
    standard = Outgoing(
        partner="alborz",
        lane="normal",
        agreement="a1",
        record=of.header.id,
        version=of.header.version,
        text=text,
        key_slot=of.key_slot,
    )
    return replace(standard, **changes)


def release(of: Version, **changes: object) -> Release:
    standard = Release(
        id=record_id(f"release {of.header.id} {changes}"),
        record=of.header.id,
        version=of.header.version,
        partner="alborz",
        agreement="a1",
        part="consignment",
        state="sent",
        paths=("place/country", "exhibits/.1f/substance"),
        digest="d" * 64,
        approvals=(),
        requested_by="o1",
        at=NOW,
    )
    return replace(standard, **changes)


def officer(**changes: object) -> Officer:
    standard = Officer(id="o1", agency="khazar", unit="u1", roles=frozenset({"duty_officer"}))
    return replace(standard, **changes)


def report(store: "Store", seed: object = 1, *keys: tuple[str, str], body: str = "body", **changes: object) -> Version:
    """Store a record with content, list row and keys in one act."""
    with store.begin() as uow:
        made = version(uow, seed, **changes)
        uow.add_version(made, content(body), row(made))
        uow.set_identifiers(made.header.id, keys_of(made, *keys))
        uow.audit(replace(AUDIT, about=made.header.id))
    return made
