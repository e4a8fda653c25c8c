"""Take what a partner sent: check signature, fields and agreement of every record; keep, compare, tell the officers.

One broken message is rejected with its reason and the rest of the batch goes on. Called inside the unit of work in which the
exchange writes its own tables, so that a receipt and what it promises stand or fall together.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rabet.casework import comparing, gate, retention, statements
from rabet.casework.desk import Desk
from rabet.casework.facts import Standing, standing
from rabet.casework.fields import Fields
from rabet.casework.messages import AuditMessage, RecordMessage, StatusMessage, read_message, write_status
from rabet.casework.ports import UnitOfWork
from rabet.casework.reporting import keep
from rabet.casework.values import AuditEntry, Content, Event, IdentifierRow, Outgoing, Version
from rabet.records.bad_input import BadInput
from rabet.records.disclosure import check_together, verify
from rabet.records.header import Header, read_header
from rabet.records.signing import BadSignature, Purpose

# All versions of a record are read at each look at it: a partner cannot make that endless. A recall is always taken.
MOST_VERSIONS = 1_000


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to one message: seq, "accepted" or "rejected", and the reason id of a rejection."""

    seq: int
    status: str
    reason: str = ""


class Rejected(Exception):
    """A message cannot be taken. reason: stable id that goes into the signed receipt."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Received:
    """A record message that passed every check."""

    message: RecordMessage
    header: Header
    fields: Fields


@dataclass(frozen=True, slots=True)
class _Arrival:
    """What handling a message needs at hand."""

    desk: Desk
    uow: UnitOfWork
    partner: str
    known: Standing
    rows: list[IdentifierRow]


def receive(
    desk: Desk, uow: UnitOfWork, partner: str, messages: Sequence[tuple[int, str | None]], poison: frozenset[int] = frozenset()
) -> tuple[Result, ...]:
    """Apply the messages in order. None stands for a message that was withdrawn before it left: its slot is taken, nothing else.

    poison: sequences at which this node stumbled for a reason of its own; they are rejected so that the rest goes on.
    """
    arrival = _Arrival(desk, uow, partner, standing(desk, uow), [])
    parsed = [(seq, Rejected("poison") if seq in poison else _open(arrival, text)) for seq, text in messages]
    uow.prefetch([item.header.id for _, item in parsed if isinstance(item, Received)])
    results = tuple(_apply(arrival, seq, item) for seq, item in parsed)
    comparing.compare(desk, uow, arrival.rows)
    counts = {status: sum(result.status == status for result in results) for status in ("accepted", "rejected")}
    uow.audit(AuditEntry(act="batch.received", officer="", role="partner", about="", detail={"partner": partner, **counts}))
    return results


def _open(arrival: _Arrival, text: str | None) -> Received | StatusMessage | AuditMessage | Rejected | None:
    if text is None:
        return None
    try:
        message = read_message(text)
        return _check_record(arrival, message) if isinstance(message, RecordMessage) else message
    except Rejected as rejected:
        return rejected
    except BadInput as error:
        return Rejected(error.problems[0].id)
    except BadSignature as error:
        return Rejected(error.reason)


def _check_record(arrival: _Arrival, message: RecordMessage) -> Received:
    header = read_header(message.header_text)
    if header.author != arrival.partner:
        raise Rejected("onward_without_consent")
    agreement = arrival.known.document(message.agreement)
    if agreement is None or agreement.party(arrival.partner) is None:
        raise Rejected("unknown_agreement")
    arrival.desk.verifier.verify(header.author, Purpose.RECORD, message.header_text.encode(), message.signatures)
    if header.state == "recalled":
        if message.disclosure.fields:
            raise Rejected("tombstone_with_fields")
        return Received(message, header, Fields(header.kind, ()))
    leaves = verify(header.root, header.leaves, message.disclosure)
    check_together(leaves)
    if not leaves:
        return Received(message, header, Fields(header.kind, ()))  # A narrowing may always come, as a tombstone may.
    fields = Fields(header.kind, leaves)
    _check_agreement(arrival, message, header, fields)
    return Received(message, header, fields)


def _check_agreement(arrival: _Arrival, message: RecordMessage, header: Header, fields: Fields) -> None:
    """Refuse what the agreement does not let the partner send: a node does not want what it may not have."""
    link = arrival.known.link_from(arrival.partner, message.agreement)
    status = arrival.known.status(message.agreement)
    if status != "in_force":
        raise Rejected("agreement_not_in_force")
    if gate.against(link, message, header, fields, arrival.known.now):
        raise Rejected("outside_agreement")


def _apply(arrival: _Arrival, seq: int, item: Received | StatusMessage | AuditMessage | Rejected | None) -> Result:
    try:
        if isinstance(item, Rejected):
            raise item
        if item is not None:
            _TAKE[type(item)](item, arrival)
    except Rejected as rejected:
        arrival.uow.audit(AuditEntry(act="message.rejected", officer="", role="partner", outcome="rejected",
                                     detail={"partner": arrival.partner, "seq": seq, "reason": rejected.reason}))  # fmt: skip
        arrival.uow.event(Event(kind="rejected", partner=arrival.partner, detail={"seq": seq, "reason": rejected.reason}))
        return Result(seq, "rejected", rejected.reason)
    return Result(seq, "accepted", "withdrawn" if item is None else "")


def _take_record(item: Received, arrival: _Arrival) -> None:
    held = arrival.uow.versions(item.header.id)
    newest = max(held, key=lambda version: version.header.version, default=None)
    if newest is not None and newest.header.author != item.header.author:
        raise Rejected("id_of_another_author")
    same = next((version for version in held if version.header.version == item.header.version), None)
    if same is not None:
        _widen(arrival, item, same, newest=same is newest)
    elif newest is not None and newest.header.state == "recalled":
        return  # The tombstone came first and wins: what it took back is not stored.
    elif len(held) >= MOST_VERSIONS and item.header.state != "recalled":
        raise Rejected("too_many_versions")
    elif item.header.state == "recalled":
        _bury(arrival, item, newest)
    else:
        _keep(arrival, item, newest)


def _keep(arrival: _Arrival, item: Received, newest: Version | None) -> None:
    """Store a version not held yet; one that is older than what is held goes to the history only."""
    version, fields = _received_version(arrival, item), item.fields
    if newest is None and not fields.leaves and arrival.known.status(item.message.agreement) != "in_force":
        raise Rejected("agreement_not_in_force")
    if newest is not None and newest.header.version > item.header.version:
        later = arrival.uow.content(newest)
        arrival.uow.add_version(version, fields.content if later and later.leaves else Content(()), None)
        return
    if newest is not None:
        arrival.uow.drop_alerts(item.header.id)
        statements.lose_effect(arrival.uow, newest)
        if not fields.leaves:
            arrival.uow.erase(item.header.id, before=item.header.version)
    arrival.rows.extend(keep(arrival.uow, version, fields))
    kind = "record" if newest is None else "corrected"
    arrival.uow.event(Event(kind=kind, record=item.header.id, partner=arrival.partner,
                            detail={"version": item.header.version, "origin": "received"}))  # fmt: skip


def _widen(arrival: _Arrival, item: Received, held: Version, *, newest: bool) -> None:
    """Further fields of a version already held: join them, if it is the very same signed version."""
    if held.header_text != item.message.header_text:
        raise Rejected("two_versions_under_one_number")
    content = arrival.uow.content(held)
    if content is None:
        return  # What it belongs to was destroyed meanwhile, by a narrowing or at the end of its keeping: it is not stored.
    known = Fields.of(held.header.kind, content)
    leaves = {leaf.text: leaf for leaf in (*known.leaves, *item.fields.leaves)}
    if held.header.state == "recalled" or len(leaves) == len(known.leaves):
        return
    fields = Fields(held.header.kind, tuple(leaves.values()))
    _check_joined(fields)
    arrival.uow.set_content(held, fields.content)
    if newest:
        held = replace(held, keep_until=min(held.keep_until, _keep_until(arrival, item, fields)))
        arrival.rows.extend(keep(arrival.uow, held, fields))
        arrival.uow.event(Event(kind="widened", record=held.header.id, partner=arrival.partner, person=True,
                                detail={"version": held.header.version, "origin": "received"}))  # fmt: skip


def _check_joined(fields: Fields) -> None:
    try:
        check_together(fields.leaves)
    except BadInput as error:
        raise Rejected(error.problems[0].id) from None


def _bury(arrival: _Arrival, item: Received, newest: Version | None) -> None:
    """A tombstone: destroy the content, leave every list, index and alert, and confirm."""
    record, number = item.header.id, item.header.version
    if newest is not None:
        if newest.header.version > number:
            raise Rejected("tombstone_of_the_past")
        statements.lose_effect(arrival.uow, newest)
        arrival.uow.erase(record, before=number)
        arrival.uow.drop_projections(record)
    arrival.uow.add_version(_received_version(arrival, item), Content(()), None)
    arrival.uow.event(Event(kind="recalled", record=record, partner=arrival.partner, detail={"version": number, "origin": "received"}))
    confirm(arrival.desk, arrival.uow, arrival.partner, item.message.agreement, record, number, "recalled")


def confirm(desk: Desk, uow: UnitOfWork, partner: str, agreement: str, record: str, number: int, state: str, role: str = "") -> None:
    """Queue the signed answer that a record was recalled, shown to an officer, or found outside the agreement."""
    status = StatusMessage(agreement, record, number, state, role, desk.clock.now().isoformat())
    uow.send(Outgoing(partner=partner, lane="urgent", agreement=agreement, record="", version=0,
                      text=write_status(status, desk.randomness), key_slot=-1))  # fmt: skip


def _received_version(arrival: _Arrival, item: Received) -> Version:
    keep_until = _keep_until(arrival, item, item.fields)
    urgent = item.header.state == "recalled" or any(leaf.path.startswith("danger/") for leaf in item.fields.leaves)
    return Version(
        header=item.header, header_text=item.message.header_text, signatures=item.message.signatures, origin="received",
        sender=arrival.partner, agreement=item.message.agreement, case="", unit=arrival.desk.unit, officer="", urgent=urgent, imported=False,
        text_clear=False, blocked=False, keep_until=keep_until, key_slot=arrival.uow.new_key(), at=arrival.desk.clock.now(),
    )  # fmt: skip


def _keep_until(arrival: _Arrival, item: Received, fields: Fields) -> str:
    """The agreement may let it be kept for a shorter time than its author does, and persons for a shorter time still."""
    agreement = arrival.known.document(item.message.agreement)
    return retention.keep_until(item.header, agreement, fields, arrival.known.now.date()) if agreement else item.header.retain_until


def _take_status(item: StatusMessage, arrival: _Arrival) -> None:
    """A partner's word about one of our records; about a record he never got it is rejected."""
    released = {(made.version, made.partner) for made in arrival.uow.releases(item.record) if made.state == "sent"}
    got = any(partner == arrival.partner and number <= item.version for number, partner in released)
    if not got:
        raise Rejected("unknown_record")
    now = arrival.desk.clock.now()
    arrival.uow.add_receipt(item.record, item.version, arrival.partner, item.state, item.role, now)
    arrival.uow.event(Event(kind=item.state, record=item.record, partner=arrival.partner, detail={"version": item.version}))


def _take_audit(item: AuditMessage, arrival: _Arrival) -> None:
    arrival.uow.audit(AuditEntry(act="partner.audit_root", officer="", role="partner",
                                 detail={"partner": arrival.partner, "root": item.root}))  # fmt: skip


_TAKE: Mapping[type, Callable[[Any, _Arrival], None]] = {Received: _take_record, StatusMessage: _take_status, AuditMessage: _take_audit}


def mark_shown(desk: Desk, uow: UnitOfWork, version: Version, role: str) -> None:
    """A received version was shown to an officer for the first time: the sender learns the role, never the person."""
    header = version.header
    if any(number == header.version and state == "shown" for number, _, state, _, _ in uow.receipts(header.id)):
        return
    uow.add_receipt(header.id, header.version, desk.agency, "shown", role, desk.clock.now())
    confirm(desk, uow, version.sender, version.agreement, header.id, header.version, "delivered", role)
