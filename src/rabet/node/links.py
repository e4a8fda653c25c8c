"""Joins the drivers of the exchange to a node's store: what the pusher sends and notes, what the door takes and keeps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rabet.casework.values import AuditEntry, Event
from rabet.exchange import evidence
from rabet.exchange.envelope import Draft, EnvelopeRefused, Head, Queued
from rabet.exchange.form import Lane
from rabet.exchange.keys import Keyring
from rabet.exchange.pusher import Pusher
from rabet.exchange.receipt import SignedReceipt
from rabet.exchange.reception import BatchReception, Doorway, write_signatures
from rabet.exchange.sealed import Sealed
from rabet.exchange.tls import client_context
from rabet.exchange.transport import HttpsTransport, Transport
from rabet.node.assembly import Node
from rabet.node.files import write_whole
from rabet.records.checkpoint import Checkpoint, Note, link_origin, sign_checkpoint
from rabet.records.disclosure import Randomness
from rabet.records.merkle import CompactRange
from rabet.records.signing import Algorithm, Signature
from rabet.storage.lanes import Evidence

Detail = Mapping[str, str | int]


@dataclass(frozen=True)
class OutLanes:
    """The lanes towards one partner: `pusher.Lanes`."""

    node: Node
    partner: str

    def sizes(self) -> Mapping[Lane, tuple[int, int]]:
        """Per lane: messages queued, messages with a receipt."""
        return dict(self.node.store.links.sizes(self.partner))

    def tree(self, lane: Lane, size: int) -> CompactRange:
        """The lane's tree."""
        tree: CompactRange = self.node.store.links.out_tree(self.partner, lane, size)
        return tree

    def waiting(self, lane: Lane, first: int) -> Sequence[Queued]:
        """Messages from `first` on."""
        return [Queued(one.agreement, one.digest, one.text) for one in self.node.store.links.waiting(self.partner, lane, first)]

    def acknowledge(self, draft: Draft, signatures: Sequence[Signature], receipt: SignedReceipt) -> None:
        """Keep the receipt; a rejected message is told to people in the same transaction."""
        lane, through = draft.manifest.lane, receipt.receipt.through
        tree = draft.tree_at(through)
        kept = Evidence(
            first=draft.manifest.first,
            through=through,
            manifest=draft.manifest_text.encode(),
            signatures=write_signatures(signatures),
            digests=draft.manifest.digests[: through - draft.manifest.first],
            receipt=receipt.to_text().encode(),
            root=tree.root(),
        )
        rejected = [result for result in receipt.receipt.results if result.status == "rejected"]
        if not rejected:
            self.node.store.links.acknowledge(self.partner, lane, kept, tree)
            return
        with self.node.store.begin() as uow:
            uow.acknowledge(self.partner, lane, kept, tree)
            for result in rejected:
                self._tell(uow, "message.rejected", "rejected", lane, {"seq": result.seq, "reason": result.reason})

    def rewind(self, lane: Lane, through: int, held: int) -> None:
        """The partner lost what he had."""
        self.node.store.links.rewind(self.partner, lane, held)
        self._act("lane.rewound", "rewound", lane, {"through": through, "held": held})

    def stop_message(self, lane: Lane, seq: int, reasons: Sequence[str]) -> None:
        """Empty a message that the second gate stopped."""
        self.node.store.links.empty_message(self.partner, lane, seq)
        self._act("release.stopped", "alarm", lane, {"seq": seq, "reason": "may_not_leave", "rules": ",".join(reasons)})

    def fork(self, lane: Lane, own: Head, receipt: SignedReceipt) -> None:
        """The partner signed another tree: keep his receipt beside our own signed head."""
        note = self._own_note(lane, own)
        key = self.node.peers.cards.own.keys.ed25519
        agency = self.node.settings.agency
        statements = (evidence.receipt_statement(receipt), evidence.checkpoint_statement(agency, key, note))
        self._keep(lane, own.size, evidence.build_evidence(statements, agency, self.node.clock.now()))
        self._act("fork.found", "alarm", lane, {"reason": "fork", "at": own.size})

    def _own_note(self, lane: Lane, own: Head) -> str:
        origin = link_origin(self.node.settings.agency, self.partner, lane)
        checkpoint = Checkpoint(origin, own.size, own.root)
        line = sign_checkpoint(checkpoint, self.node.peers.cards.own.keys.ed25519, self.node.keys)
        return Note(checkpoint, (line,)).text()

    def claim(self, lane: Lane, claimed: str) -> None:
        """The partner says that we contradict ourselves: keep what he shows, and say whether it proves anything."""
        try:
            finding = evidence.verify_evidence(claimed, self.node.peers)
            detail: dict[str, str | int] = {"reason": "fork_claimed", "about": finding.about, "at": finding.at}
        except EnvelopeRefused as refused:
            detail = {"reason": "fork_claimed_without_proof", "about": refused.reason}
        self._keep(lane, int(detail.get("at", 0)), claimed)
        self._act("fork.claimed", "alarm", lane, detail)

    def alarm(self, lane: Lane, reason: str, detail: str) -> None:
        """Tell people."""
        self._act("lane.alarm", "alarm", lane, {"reason": reason, "detail": detail[:200]})

    def fares(self, lane: Lane, trouble: str, *, contact: bool) -> None:
        """Show how the lane fares."""
        self.node.store.links.fares(self.partner, lane, trouble, contact=contact)

    def close(self) -> None:
        """Close the connections of this thread."""
        self.node.let_go()

    def _keep(self, lane: Lane, at: int, text: str) -> None:
        write_whole(self.node.settings.layout.evidence / f"fork-{self.node.settings.agency}-{self.partner}-{lane}-{at}.json", text.encode())

    def _act(self, act: str, kind: str, lane: Lane, detail: Detail) -> None:
        with self.node.store.begin() as uow:
            self._tell(uow, act, kind, lane, detail)

    def _tell(self, uow: object, act: str, kind: str, lane: Lane, detail: Detail) -> None:
        told = {"lane": lane, **detail}
        uow.audit(AuditEntry(act=act, officer="", role="node", outcome=kind, detail={"partner": self.partner, **told}))  # type: ignore[attr-defined]
        uow.event(Event(kind=kind, partner=self.partner, detail=told))  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Around:
    """`pusher.Surroundings` of a node."""

    node: Node

    @property
    def agency(self) -> str:
        """Who sends."""
        return self.node.settings.agency

    @property
    def keyring(self) -> Keyring:
        """Public keys of the partners."""
        return self.node.peers

    @property
    def randomness(self) -> Randomness:
        """For delays."""
        return self.node.randomness

    def now(self) -> datetime:
        """For manifests."""
        return self.node.clock.now()

    def seal(self, partner: str, manifest: str, messages: Sequence[str | None]) -> Sealed:
        """The second gate, signature and seal."""
        return self.node.seal(partner, manifest, messages)

    def floor(self, partner: str) -> Sequence[Algorithm]:
        """What a receipt must carry."""
        return self.node.floor(partner)

    def close(self) -> None:
        """Close the connections of this thread."""
        self.node.let_go()


def make_pusher(node: Node, partner: str, connect: Callable[[], Transport] | None = None) -> Pusher:
    """The way out to one partner, over TLS unless another `connect` is given."""
    return Pusher(partner, Around(node), lambda: OutLanes(node, partner), connect or (lambda: connect_to(node, partner)))


def address_of(node: Node, partner: str) -> str:
    """Where a partner's node is reached: as the agreement with him says, before any as on his card."""
    agreed = node.rules.at(node.clock.now()).address(partner)
    return f"https://{agreed[0]}:{agreed[1]}" if agreed else node.peers.cards.partners[partner].url


def connect_to(node: Node, partner: str) -> Transport:
    """A transport to the partner's node, trusting only his authority."""
    layout, card = node.settings.layout, node.peers.cards.partners[partner]
    return HttpsTransport(address_of(node, partner), lambda: client_context(layout.tls_certificate, layout.tls_key, card.ca))


def make_reception(node: Node) -> BatchReception:
    """What stands behind the node's door."""
    return BatchReception(
        Doorway(
            desk=node.desk,
            begin=node.store.begin,
            held=lambda partner: dict(node.store.links.held(partner)),
            kept=Evidence,
            signer=node.keys,
            opener=node.keys,
            keyring=node.peers,
            public_key=lambda: node.peers.cards.own.keys.ed25519,
            floor=node.floor,
            keep_evidence=lambda name, text: write_whole(node.settings.layout.evidence / f"{name}.json", text.encode()),
            seen=lambda partner: node.wake(partner.encode()),
            let_go=node.let_go,
        )
    )
