"""The second gate: may each message of a clear batch leave, by its own bytes and the agreements as signed?

The key process asks this before it signs and seals. It knows nothing of the database and takes no word of the program that asks:
partner's card, agreements and today's date are its own. The rules stand in agreements/egress.py, written apart from the first decision.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from types import MappingProxyType

from rabet.agreements.document import SignedAgreement
from rabet.agreements.standing import HeldAgreement, hold, signatories
from rabet.casework import gate
from rabet.casework.fields import Fields
from rabet.casework.messages import RecordMessage, read_message
from rabet.casework.values import Link
from rabet.exchange.card import Card
from rabet.node.documents import Stopped, read_agreements, read_stopped
from rabet.node.form import holds_nothing_else
from rabet.node.layout import Layout
from rabet.node.peers import Peers
from rabet.records.bad_input import BadInput, refuse
from rabet.records.disclosure import Leaf, read_leaf, verify
from rabet.records.header import Header, read_header
from rabet.records.signing import ALGORITHMS, CLASSICAL, Algorithm, Verifier


@dataclass(frozen=True)
class Rules:
    """What the gate goes by at one moment: agreements with their standing, who signed each, what is stopped."""

    agency: str
    held: Mapping[str, HeldAgreement]
    signed_by: Mapping[str, frozenset[str]]
    stopped: Stopped
    _links: dict[tuple[str, str], Link | None] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, agency: str, documents: tuple[SignedAgreement, ...], verifier: Verifier, stopped: Stopped, now: datetime) -> "Rules":
        """Verify all signatures and work out the standing of every agreement; of several versions the one in force counts."""
        signed_by = {signed.digest: signatories(signed, verifier) for signed in documents}
        every = hold(documents, now, signed_by=lambda signed: signed_by[signed.digest], suspended=stopped.agreements)
        held: dict[str, HeldAgreement] = {}
        for one in every:
            if one.document.id not in held or one.status == "in_force":
                held[one.document.id] = one
        return cls(agency, MappingProxyType(held), MappingProxyType(signed_by), stopped)

    def link(self, agreement: str, partner: Card) -> Link | None:
        """What the rules are told about the way from here to the partner under an agreement; None when it does not bind both."""
        if (agreement, partner.agency) not in self._links:
            self._links[agreement, partner.agency] = self._link(agreement, partner)
        return self._links[agreement, partner.agency]

    def _link(self, agreement: str, partner: Card) -> Link | None:
        held = self.held.get(agreement)
        if held is None or not {self.agency, partner.agency} <= {party.id for party in held.document.parties}:
            return None
        return Link(
            sender=self.agency,
            receiver=partner.agency,
            receiver_card=partner.fingerprint().hex(),
            agreement=held.document.data,
            signed_by=self.signed_by[held.document.digest],
            stopped=held.status in ("suspended", "superseded"),
            breach=partner.agency in self.stopped.breaches,
        )

    def address(self, partner: str) -> tuple[str, int] | None:
        """Host and port of a partner's node, as the newest agreement in force with him names them; None without such an agreement."""
        found = (one.document.party(partner) for one in self.held.values() if one.status == "in_force" and one.document.party(self.agency))
        return next(((party.host, party.port) for party in found if party is not None), None)

    def floor(self, partner: str) -> tuple[Algorithm, ...]:
        """Signature algorithms that the agreements in force with this partner ask of batches and receipts, in both directions."""
        binding = [one.document for one in self.held.values() if one.status == "in_force" and one.document.party(partner)]
        hybrid = any("ml-dsa-65" in document.floor for document in binding)
        return ALGORITHMS if hybrid else CLASSICAL


class RuleBook:
    """The rules as they lie in the node's directory, worked out again when a document, a card or the date changed."""

    def __init__(self, agency: str, layout: Layout, peers: Peers) -> None:
        self._agency, self._layout, self._peers = agency, layout, peers
        self._lock = Lock()
        self._rules: Rules | None = None
        self._mark: object = None

    def at(self, now: datetime) -> Rules:
        """The rules at this moment (days count, so that all nodes agree)."""
        mark = (self._layout.agreements.stat().st_mtime_ns, self._peers.cards.generation, now.date())
        with self._lock:
            if self._rules is None or self._mark != mark:
                documents, stopped = read_agreements(self._layout), read_stopped(self._layout)
                self._rules, self._mark = Rules.of(self._agency, documents, self._peers, stopped, now), mark
            return self._rules


def objections(rules: Rules, partner: Card, text: str, now: datetime) -> tuple[str, ...]:
    """Say why a message may not leave; empty means it may."""
    try:
        message = read_message(text)
        if not holds_nothing_else(text):
            return ("gate_message",)
        link = rules.link(message.agreement, partner)
        if link is None:
            return ("gate_parties",)
        return _record(link, message, now) if isinstance(message, RecordMessage) else ()
    except BadInput:
        return ("gate_message",)


def _record(link: Link, message: RecordMessage, now: datetime) -> tuple[str, ...]:
    header = read_header(message.header_text)
    if header.author != link.sender:
        return ("gate_consent",)
    return tuple(gate.against(link, message, header, Fields(header.kind, _leaves(message, header)), now))


def _leaves(message: RecordMessage, header: Header) -> tuple[Leaf, ...]:
    """The fields to judge.

    Where people approved, they must be the very ones of the header that was approved. Elsewhere the rules look at what is there, and a
    field that does not belong to the header only makes the partner reject it.

    Raises:
        BadInput: a field that cannot be read, stands twice, or does not belong where it must.
    """
    if header.state == "recalled":
        return ()
    if message.approvals:
        return verify(header.root, header.leaves, message.disclosure)
    leaves = tuple(map(read_leaf, message.disclosure.fields))
    if len({leaf.path for leaf in leaves}) != len(leaves):
        raise refuse("fields", "leaf_conflict")
    return leaves
