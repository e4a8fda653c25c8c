"""The pusher process: one pusher for each partner, woken by datagrams, and the worker that does the node's jobs."""

import logging
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from rabet.exchange.pusher import Pusher
from rabet.node.assembly import Node
from rabet.node.links import address_of, make_pusher
from rabet.node.partnership import partners_to_serve
from rabet.node.wakes import WORK, listen_for_wakes
from rabet.node.worker import Worker

_LOOK_EVERY = 1.0  # seconds between two looks at who is a partner
_LONGEST_NOTE = 64
_log = logging.getLogger(__name__)


class Outgoing:
    """Keeps a pusher for every partner that is to be served; one whose card or address changed is begun anew."""

    def __init__(self, node: Node, make: Callable[[Node, str], Pusher] = make_pusher) -> None:
        self._node, self._make = node, make
        self._pushers: dict[str, tuple[object, Pusher]] = {}
        self._look_at = 0.0
        self._stopped = False

    def run(self, incoming: socket.socket) -> None:
        """Wake pushers until `stop`."""
        incoming.settimeout(_LOOK_EVERY)
        while not self._stopped:
            try:
                self.look()
            except Exception:  # noqa: BLE001 - the database may be away: who is served stays so until it is back
                _log.exception("partners could not be looked up")
            with suppress(TimeoutError):
                self.tell(incoming.recv(_LONGEST_NOTE))
        for _, pusher in self._pushers.values():
            pusher.stop()

    def stop(self) -> None:
        """Let `run` return within a second."""
        self._stopped = True

    def look(self) -> None:
        """Begin and end pushers where partners, cards or addresses changed; at most once a second."""
        if monotonic() < self._look_at:
            return
        self._look_at = monotonic() + _LOOK_EVERY
        cards = self._node.peers.cards
        wanted = {partner: (cards.generation, address_of(self._node, partner)) for partner in partners_to_serve(self._node)}
        for partner, (mark, pusher) in list(self._pushers.items()):
            if wanted.get(partner) != mark:
                pusher.stop()
                del self._pushers[partner]
        for partner in wanted.keys() - self._pushers.keys():
            pusher = self._make(self._node, partner)
            pusher.start()
            self._pushers[partner] = (wanted[partner], pusher)

    def tell(self, note: bytes) -> None:
        """Pass a datagram on. WORK: something was committed; else the name of a partner that was heard of."""
        if note == WORK:
            for _, pusher in self._pushers.values():
                pusher.wake()
        elif (found := self._pushers.get(note.decode(errors="replace"))) is not None:
            found[1].wake(seen=True)


def run_outgoing(node: Node) -> None:
    """Be the pusher process until SIGTERM."""
    outgoing = Outgoing(node)
    signal.signal(signal.SIGTERM, lambda *_: outgoing.stop())
    signal.signal(signal.SIGINT, lambda *_: outgoing.stop())
    worker = Worker(node)
    with listen_for_wakes(node.settings.layout, "pusher") as incoming:
        worker.start()
        outgoing.run(incoming)
    worker.stop()
