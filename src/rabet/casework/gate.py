"""What the second gate sees: a message text as its final clear bytes say it, asked against the agreement's exact bytes.

The key process calls it before it signs and seals; the receiving node calls it too, because it does not want what it may not have.
"""

from datetime import datetime

from rabet.agreements.egress import OutgoingRelease, check_release
from rabet.agreements.facts import Approval
from rabet.casework.fields import Fields
from rabet.casework.messages import RecordMessage
from rabet.casework.values import Link
from rabet.records.header import Header, header_digest


def against(link: Link, message: RecordMessage, header: Header, fields: Fields, now: datetime) -> list[str]:
    """Return why this message may not leave; empty = it may. Only releases carry fields; a tombstone or a narrowing always may.

    fields: those disclosed and no others, so that their release classes are worked out anew from what would leave.
    """
    if not fields.leaves:
        return [] if not message.disclosure.fields else ["gate_record"]
    release = _outgoing(link, message, header, fields)
    return list(check_release(link.agreement, release, now, signed_by=link.signed_by, stopped=link.stopped))


def _outgoing(link: Link, message: RecordMessage, header: Header, fields: Fields) -> OutgoingRelease:
    """Put a message into the form the gate reads."""
    paths = frozenset(fields.values)
    return OutgoingRelease(
        kind=header.kind,
        id=header.id,
        author=header.author,
        state=header.state,
        handling=header.handling,
        purpose=header.purpose,
        offence=header.offence,
        retain_until=header.retain_until,
        digest=header_digest(message.header_text),
        sender=link.sender,
        receiver=link.receiver,
        receiver_card=link.receiver_card,
        values=fields.values,
        classes=fields.classes,
        text_clear=message.text_clear,
        neutral=message.neutral,
        breach=link.breach,
        approvals=tuple(Approval(a.role, a.officer, link.sender, a.digest, paths) for a in message.approvals),
    )
