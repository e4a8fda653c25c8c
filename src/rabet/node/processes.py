"""The processes of a node and what each runs. The supervisor forks them; with `--only` one runs by itself (systemd)."""

import os
import socket
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from rabet.node.key_client import KeyClient
from rabet.node.settings import Settings
from rabet.node.supervisor import Main

NAMES = ("keys", "listener", "web", "pusher")
_PRELOADED = ("rabet.node.door", "rabet.node.outgoing", "rabet.node.worker", "rabet.web.application", "rabet.web.urls", "uvloop", "httptools")


def preload(settings: Settings) -> None:
    """Import, and use once, what several processes need: after the forks they share it. Nothing stays open and no thread begins.

    Measured on a node at rest: about 110 MiB for all processes instead of 160.
    """
    from rabet.node.assembly import open_node  # noqa: PLC0415 - the key process must not carry the database
    from rabet.node.pages import start_django  # noqa: PLC0415 - nor the web

    node = open_node(settings.layout.root, keys=_keys(settings), prepare=start_django)
    for module in _PRELOADED:
        import_module(module)
    node.rules.at(node.clock.now())
    with node.store.read() as uow:
        uow.lanes()
    node.close()


def make_mains(settings: Settings, names: tuple[str, ...] = NAMES) -> Mapping[str, Main]:
    """Return what each process runs, in the order in which they start.

    Ports are opened here, once, so that a process that dies and comes back loses no caller.

    Raises:
        CannotDo: a port is taken.
    """
    from rabet.node.door import bind_port  # noqa: PLC0415 - as above

    ports = {"listener": (settings.host, settings.exchange_port), "web": (settings.web_host, settings.web_port)}
    sockets = {name: bind_port(*ports[name]) for name in names if name in ports}
    return {name: _main(name, settings, sockets.get(name)) for name in names}


def _main(name: str, settings: Settings, listening: socket.socket | None) -> Main:
    directory = settings.layout.root
    if name == "keys":
        return lambda: keys_main(directory)
    if name == "pusher":
        return lambda: pusher_main(settings)
    serve: Callable[[Settings, socket.socket], None] = {"listener": listener_main, "web": web_main}[name]
    assert listening is not None  # noqa: S101 - both have a port
    return lambda: serve(settings, listening)


def keys_main(directory: Path) -> None:
    """Become the key process: a fresh program that shares nothing with this one."""
    os.execv(sys.executable, [sys.executable, "-m", "rabet.node.key_process", str(directory)])  # noqa: S606 - our own module


def listener_main(settings: Settings, listening: socket.socket) -> None:
    """Serve partners."""
    from rabet.node.assembly import open_node  # noqa: PLC0415
    from rabet.node.door import open_door  # noqa: PLC0415

    open_door(open_node(settings.layout.root, keys=_keys(settings))).run(listening)


def pusher_main(settings: Settings) -> None:
    """Push to partners and do the node's jobs."""
    from rabet.node.assembly import open_node  # noqa: PLC0415
    from rabet.node.outgoing import run_outgoing  # noqa: PLC0415

    run_outgoing(open_node(settings.layout.root, keys=_keys(settings)))


def web_main(settings: Settings, listening: socket.socket) -> None:
    """Serve officers and systems."""
    from rabet.node.assembly import open_node  # noqa: PLC0415
    from rabet.node.pages import run_pages, start_django  # noqa: PLC0415

    run_pages(open_node(settings.layout.root, keys=_keys(settings), prepare=start_django), [listening])


def _keys(settings: Settings) -> KeyClient:
    """The key process and nothing else: these processes never read private keys themselves."""
    return KeyClient(settings.layout.key_socket)
