"""`rabet init`: a directory with fresh keys, certificates, settings and an empty database. Nobody gets a password here."""

import os
import socket
from collections.abc import Mapping
from contextlib import ExitStack

from rabet.casework.ports import Clock
from rabet.exchange.card import Card, SignedCard, sign_card
from rabet.exchange.keys import AgencyKeys
from rabet.exchange.tls import Credential, make_authority, make_leaf
from rabet.node.assembly import Node, hold_keys, open_node
from rabet.node.clock import SystemClock
from rabet.node.files import sync_folder, write_whole
from rabet.node.layout import Layout
from rabet.node.randomness import SystemRandomness
from rabet.node.sentences import CannotDo
from rabet.node.settings import Settings, write_settings

_SECRET = 32  # bytes
LOCAL_HOSTS = ("localhost", "127.0.0.1")


def create_files(settings: Settings, clock: Clock) -> SignedCard:
    """Make everything of a new node but its database, and return its card.

    Raises:
        CannotDo: the directory is not empty.
    """
    layout = settings.layout
    _make_folders(layout)
    keys = AgencyKeys.generate()
    write_whole(layout.key_file, keys.save(), secret=True)
    authority = make_authority(settings.agency, clock.now())
    _write_credential(layout, authority, make_leaf(authority, settings.agency, hosts(settings), clock.now()))
    card = sign_card(make_card(settings, keys, authority, clock), keys)
    write_whole(layout.card, card.to_text().encode())
    write_whole(layout.web_secret, SystemRandomness().token(_SECRET).hex().encode(), secret=True)
    write_whole(layout.config, write_settings(settings).encode(), secret=True)
    return card


def create_node(settings: Settings, environment: Mapping[str, str] = os.environ) -> Node:
    """Make a new node with its empty database, and open it.

    Raises:
        CannotDo: the directory is not empty.
        StoreRefused: the database cannot be used.
    """
    clock = SystemClock()
    create_files(settings, clock)
    return open_node(settings.layout.root, environment=environment, clock=clock, keys=hold_keys(settings, clock))


def _make_folders(layout: Layout) -> None:
    layout.root.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(layout.root.iterdir()):
        raise CannotDo("already_there", folder=layout.root)
    layout.root.chmod(0o700)
    for folder in (layout.keys, layout.tls, layout.authority, layout.agreements, layout.peers, layout.evidence, layout.run):
        folder.mkdir(mode=0o700)
    sync_folder(layout.root)


def _write_credential(layout: Layout, authority: Credential, leaf: Credential) -> None:
    write_whole(layout.authority_key, authority.key, secret=True)
    write_whole(layout.authority_certificate, authority.certificate)
    write_whole(layout.tls_key, leaf.key, secret=True)
    write_whole(layout.tls_certificate, leaf.certificate)


def renew_certificate(settings: Settings, clock: Clock) -> None:
    """Make a new transport certificate under the same authority: partners need not be told."""
    layout = settings.layout
    authority = Credential(layout.authority_key.read_bytes(), layout.authority_certificate.read_bytes())
    leaf = make_leaf(authority, settings.agency, hosts(settings), clock.now())
    write_whole(layout.tls_key, leaf.key, secret=True)
    write_whole(layout.tls_certificate, leaf.certificate)


def make_card(settings: Settings, keys: AgencyKeys, authority: Credential, clock: Clock) -> Card:
    """What partners are handed."""
    return Card(
        agency=settings.agency,
        names=settings.names,
        state=settings.state,
        url=settings.exchange_url,
        keys=keys.public,
        ca=authority.certificate.decode(),
        made_at=clock.now(),
    )


def hosts(settings: Settings) -> tuple[str, ...]:
    """Names in the transport certificate."""
    return tuple(dict.fromkeys((settings.host, *LOCAL_HOSTS)))


def free_ports(count: int, host: str) -> tuple[int, ...]:
    """Return ports that nobody listens on now."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind((host, 0))
        return tuple(one.getsockname()[1] for one in sockets)
