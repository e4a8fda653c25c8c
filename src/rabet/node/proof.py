"""Proof of all logs of a node, off line: what the database holds now against what both sides signed."""

from collections.abc import Sequence

from rabet.exchange.form import LANES
from rabet.exchange.prove import Anchor, Report, SignedManifest, verify_audit, verify_lane
from rabet.exchange.reception import read_signatures
from rabet.node.assembly import Node

_DIRECTIONS = ("out", "in")


def prove(node: Node) -> tuple[Report, ...]:
    """Prove the audit log and every lane in both directions."""
    return (_audit(node), *(report for partner in _partners(node) for report in _lanes(node, partner)))


def _partners(node: Node) -> Sequence[str]:
    with node.store.read() as uow:
        return sorted({lane.partner for lane in uow.lanes()})


def _audit(node: Node) -> Report:
    log = node.store.logs.audit()
    return verify_audit(
        log.entries,
        log.checkpoints,
        [Anchor(one.size, one.blinded, one.blind) for one in log.anchors],
        agency=node.settings.agency,
        public_key=node.peers.cards.own.keys.ed25519,
        keyring=node.peers,
        recorded=log.recorded,
    )


def _lanes(node: Node, partner: str) -> Sequence[Report]:
    me = node.settings.agency
    found: list[Report] = []
    for lane in LANES:
        for direction in _DIRECTIONS:
            log = node.store.logs.lane(partner, lane, direction)
            if not log.digests and not log.batches:
                continue
            sender, receiver = (me, partner) if direction == "out" else (partner, me)
            found.append(
                verify_lane(
                    log.digests,
                    [SignedManifest(one.manifest.decode(), read_signatures(one.signatures)) for one in log.batches],
                    [one.receipt.decode() for one in log.batches],
                    me=me,
                    sender=sender,
                    receiver=receiver,
                    lane=lane,
                    keyring=node.peers,
                )
            )
    return found
