"""The listener process: the door for partners with this node's reception behind it. Cards that change are noticed within a second."""

import socket
import ssl
from dataclasses import dataclass

import uvicorn

from rabet.exchange.listener import Door, ExchangeApp, bind, make_server, serve
from rabet.exchange.tls import AgencyTable, server_context
from rabet.node.assembly import Node
from rabet.node.links import make_reception
from rabet.node.sentences import CannotDo


@dataclass(slots=True)
class OpenDoor:
    """The door of one node, ready to serve."""

    node: Node
    door: Door
    context: ssl.SSLContext
    app: ExchangeApp
    server: uvicorn.Server
    generation: object

    def look(self) -> None:
        """Take over cards that were added, replaced or removed, and a renewed certificate."""
        generation = _generation(self.node)
        if generation != self.generation:
            _trust(self.node, self.door, self.context)
            self.generation = generation

    def run(self, listening: socket.socket) -> None:
        """Serve until told to stop."""
        serve(self.server, [listening], self.look)
        self.app.close()

    def stop(self) -> None:
        """Let `run` return."""
        self.server.should_exit = True


def open_door(node: Node) -> OpenDoor:
    """Put door, reception and server together."""
    layout, authorities = node.settings.layout, node.peers.cards.authorities
    door = Door(AgencyTable(authorities))
    context = server_context(layout.tls_certificate, layout.tls_key, authorities.values())
    app = ExchangeApp(make_reception(node), door)
    return OpenDoor(node, door, context, app, make_server(app, door, context), _generation(node))


def _trust(node: Node, door: Door, context: ssl.SSLContext) -> None:
    """An authority once loaded stays in the context; the table is what says that it no longer counts."""
    authorities = node.peers.cards.authorities
    door.table = AgencyTable(authorities)
    if authorities:
        context.load_verify_locations(cadata="\n".join(authorities.values()))
    context.load_cert_chain(node.settings.layout.tls_certificate, node.settings.layout.tls_key)


def _generation(node: Node) -> object:
    return node.peers.cards.generation, node.settings.layout.tls_certificate.stat().st_mtime_ns


def bind_port(host: str, port: int) -> socket.socket:
    """Open a listening socket.

    Raises:
        CannotDo: something else listens there.
    """
    try:
        return bind(host, port)
    except OSError:
        raise CannotDo("port_taken", host=host, port=port) from None
