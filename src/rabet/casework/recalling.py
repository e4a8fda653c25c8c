"""Recall a record: a signed tombstone that overtakes everything and empties the record at every partner who got it."""

from dataclasses import replace

from rabet.casework import releasing, statements
from rabet.casework.desk import Desk
from rabet.casework.fields import Fields, list_row
from rabet.casework.reading import own_newest
from rabet.casework.refusal import Refused
from rabet.casework.reporting import Outcome, chosen_role
from rabet.casework.values import AuditEntry, Content, Event, Officer
from rabet.records.bad_input import refuse
from rabet.records.header import header_digest, write_header
from rabet.records.signing import Purpose

REASONS = ("error", "duplicate", "cleared", "court_order", "source_withdrawn", "other")


def recall(desk: Desk, officer: Officer, record: str, reason: str) -> Outcome:
    """Sign the tombstone, withdraw what has not left, and send it urgently to every partner who holds a part.

    The owner keeps the content under its own retention, marked as recalled; partners destroy theirs.

    Raises:
        NotFound, Refused (not allowed, already recalled), BadInput (unknown reason).
    """
    if reason not in REASONS:
        raise refuse("reason", "unknown_code", value=reason[:40], table="recall reason: " + ", ".join(REASONS))
    with desk.store.begin() as uow:
        old = own_newest(desk, uow, officer, record, action="edit")
        if old.header.state == "recalled":
            raise Refused("already_recalled")
        number = old.header.version + 1
        header = replace(old.header, version=number, state="recalled", leaves=0, root="",
                         previous=header_digest(old.header_text))  # fmt: skip
        text = write_header(header)
        (signatures,) = desk.signer.sign_many(Purpose.RECORD, [text.encode()])
        tombstone = replace(old, header=header, header_text=text, signatures=signatures, urgent=True,
                            officer=officer.id, key_slot=uow.new_key(), at=desk.clock.now())  # fmt: skip
        shown = list_row(tombstone, Fields.of(old.header.kind, uow.content(old)))
        uow.drop_projections(record)
        statements.lose_effect(uow, old)
        uow.add_version(tombstone, Content(()), shown)
        uow.withdraw(record, before=number)
        sent = releasing.send_tombstone(desk, uow, tombstone)
        uow.audit(AuditEntry(act="record.recalled", officer=officer.id, role=chosen_role(officer, header.kind), about=record,
                             case=old.case, purpose=header.purpose, detail={"version": number, "reason": reason}))  # fmt: skip
        uow.event(Event(kind="recalled", record=record, detail={"version": number, "origin": "own"}))
    return Outcome(record=record, version=number, sent=sent)
