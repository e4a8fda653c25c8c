"""What the second gate sees: a message text as its final clear bytes say it, asked against the agreement's exact bytes.

The key process calls it before it signs and seals; the receiving node calls it too, because it does not want what it may not have.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rabet.agreements.egress import OutgoingRelease, check_release
from rabet.agreements.facts import Approval
from rabet.casework.messages import RecordMessage, read_message
from rabet.casework.values import Link
from rabet.records.disclosure import Leaf, verify
from rabet.records.header import Header, header_digest, read_header
from rabet.records.kinds import release_classes


def objections(link: Link, text: str, now: datetime) -> list[str]:
    """Return why this message may not leave; empty = it may. Only releases carry fields; a tombstone or a narrowing always may.

    Raises:
        BadInput: the text is no message, or its fields do not belong to its header.
    """
    message = read_message(text)
    if not isinstance(message, RecordMessage):
        return []
    header = read_header(message.header_text)
    leaves = verify(header.root, header.leaves, message.disclosure) if header.state == "current" else ()
    return against(link, message, header, leaves, now)


def against(link: Link, message: RecordMessage, header: Header, leaves: tuple[Leaf, ...], now: datetime) -> list[str]:
    """The same, for a message already read and verified."""
    if not leaves:
        return [] if not message.disclosure.fields else ["gate_record"]
    release = outgoing(link, message, header, {leaf.path: leaf.value for leaf in leaves})
    return list(check_release(link.agreement, release, now, signed_by=link.signed_by, stopped=link.stopped))


def outgoing(link: Link, message: RecordMessage, header: Header, values: Mapping[str, Any]) -> OutgoingRelease:
    """Put a message into the form the gate reads; release classes are worked out anew from the disclosed leaves alone."""
    paths = frozenset(values)
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
        values=values,
        classes=release_classes(header.kind, values),
        text_clear=message.text_clear,
        neutral=message.neutral,
        breach=link.breach,
        approvals=tuple(Approval(a.role, a.officer, link.sender, a.digest, paths) for a in message.approvals),
    )
