"""The web process: the pages and the API of this node, behind uvicorn."""

import socket
from collections.abc import Sequence
from functools import partial

import uvicorn

from rabet.node.assembly import Node, alias_of, open_node
from rabet.node.settings import Settings
from rabet.node.wakes import listen_for_wakes
from rabet.storage.setup import configure_django, node_context
from rabet.web.configuration import django_settings
from rabet.web.site import WebOptions


def web_options(settings: Settings) -> WebOptions:
    """What the pages are told about this node."""
    return WebOptions(
        names=settings.names,
        zone=settings.zone,
        secret=settings.layout.web_secret.read_text(encoding="ascii"),
        language=settings.language,
        hosts=tuple(dict.fromkeys((settings.web_host, "localhost", "127.0.0.1", *settings.web_hosts))),
        secure=settings.web_secure,
        framed_by=settings.framed_by,
    )


def start_django(settings: Settings) -> None:
    """Start Django with what the pages need; must come before the database is opened."""
    configure_django(django_settings(settings.agency, web_options(settings)))


def run_pages(node: Node, sockets: Sequence[socket.socket]) -> None:
    """Serve until told to stop."""
    from rabet.web.application import make_application  # noqa: PLC0415 - it can be imported only when Django stands

    settings = node.settings
    with listen_for_wakes(settings.layout, "web") as incoming:
        application = make_application(
            node.desk,
            node.store.people,
            web_options(settings),
            wait=partial(_wait, incoming),
            context=partial(node_context, alias_of(settings)),
        )
        config = uvicorn.Config(
            application,
            loop="uvloop",
            http="httptools",
            ws="none",
            lifespan="on",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=3,
        )
        uvicorn.Server(config).run(sockets=list(sockets))


def _wait(incoming: socket.socket, seconds: float) -> None:
    """Return when a commit woke this process, or after so many seconds."""
    incoming.settimeout(max(seconds, 0.001))
    try:
        incoming.recv(64)
    except TimeoutError:
        return


def open_for_pages(settings: Settings) -> Node:
    """Open the node as the web process needs it."""
    return open_node(settings.layout.root, prepare=start_django)
