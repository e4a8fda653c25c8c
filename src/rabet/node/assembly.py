"""Puts one node together: settings, keys, store, partners, desk. The only place that knows all parts.

Several nodes can live in one process: each has its own database alias, and nothing here is global.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from rabet.casework.desk import Desk
from rabet.casework.ports import Clock, Randomness
from rabet.exchange.keys import AgencyKeys
from rabet.exchange.sealed import Sealed
from rabet.node.clock import SystemClock
from rabet.node.gate import RuleBook
from rabet.node.key_client import KeyClient
from rabet.node.key_holder import KeyHolder
from rabet.node.key_service import KeyService
from rabet.node.peers import Peers
from rabet.node.randomness import SystemRandomness
from rabet.node.settings import Settings, read_settings
from rabet.node.wakes import Waker
from rabet.records.signing import Algorithm
from rabet.storage.record_keys import RecordKeys
from rabet.storage.setup import add_database, open_store

# The type of the store is named where Django stands already.
Store = Any


@dataclass(frozen=True)
class Node:
    """One node, open. Every process of the node, and every command, works with its own."""

    settings: Settings
    clock: Clock
    randomness: Randomness
    peers: Peers
    keys: KeyService
    wake: Waker
    record_keys: RecordKeys
    store: Store
    rules: RuleBook

    @cached_property
    def desk(self) -> Desk:
        """The ports that acts work with."""
        return Desk(
            agency=self.settings.agency,
            state=self.settings.state,
            store=self.store,
            clock=self.clock,
            randomness=self.randomness,
            signer=self.keys,
            verifier=self.peers,
            handling=self.settings.handling,
            purpose=self.settings.purpose,
            offence=self.settings.offence,
            unit=self.settings.unit,
        )

    def floor(self, partner: str) -> Sequence[Algorithm]:
        """Signature algorithms that the agreements with a partner ask for."""
        return self.rules.at(self.clock.now()).floor(partner)

    def seal(self, partner: str, manifest: str, messages: Sequence[str | None]) -> Sealed:
        """Have a clear batch checked, signed and sealed by the holder of the keys."""
        return self.keys.seal(partner, manifest, messages)

    def let_go(self) -> None:
        """Close the connections of the calling thread, to the database and to the key process; the next use opens them again."""
        self.store.close()
        self.keys.close()

    def close(self) -> None:
        """Close what the node holds open: this thread's connections, the key store, the wake socket."""
        self.let_go()
        self.record_keys.close()
        self.wake.close()


def open_node(
    directory: Path,
    *,
    environment: Mapping[str, str] = os.environ,
    clock: Clock | None = None,
    randomness: Randomness | None = None,
    keys: KeyService | None = None,
    prepare: Callable[[Settings], None] | None = None,
) -> Node:
    """Open the node in a directory.

    keys: None asks the key process, or reads the keys here when that is not running (a command beside a node that is down);
    prepare: called with the settings before the database is opened (the web process starts Django with its applications).

    Raises:
        SettingsError, StoreRefused: with what is wrong and what to do.
    """
    settings = read_settings(directory, environment)
    if prepare is not None:
        prepare(settings)
    clock, randomness = clock or SystemClock(), randomness or SystemRandomness()
    layout, wake = settings.layout, Waker(settings.layout)
    peers, record_keys = Peers(layout), RecordKeys(layout.record_keys, randomness)
    return Node(
        settings=settings,
        clock=clock,
        randomness=randomness,
        peers=peers,
        keys=keys or find_keys(settings, clock),
        wake=wake,
        record_keys=record_keys,
        store=open_store(
            database_of(settings),
            alias=alias_of(settings),
            agency=settings.agency,
            clock=clock,
            randomness=randomness,
            record_keys=record_keys,
            wake=wake,
        ),
        rules=RuleBook(settings.agency, layout, peers),
    )


def upgrade_node(settings: Settings) -> Path | None:
    """Bring the database to this release's tables; returns the copy made before, if one was made.

    Raises:
        StoreRefused: it failed, and the database is as it was.
    """
    add_database(database_of(settings), alias_of(settings))
    from rabet.storage.upgrade import upgrade  # noqa: PLC0415 - it can be imported only when Django stands

    return upgrade(alias_of(settings))


def find_keys(settings: Settings, clock: Clock) -> KeyService:
    """The key process when it answers; else the keys themselves, as far as this user may read them."""
    client = KeyClient(settings.layout.key_socket)
    return client if client.answers() else hold_keys(settings, clock)


def hold_keys(settings: Settings, clock: Clock) -> KeyHolder:
    """Read the private keys into this process: for tests, and for commands while the node is down."""
    keys = AgencyKeys.load(settings.layout.key_file.read_bytes())
    return KeyHolder(settings.agency, keys, settings.layout, clock)


def alias_of(settings: Settings) -> str:
    """Name of the node's database within this process: two nodes of one name in two directories are two."""
    return f"{settings.agency}:{settings.layout.root}"


def database_of(settings: Settings) -> str:
    """The database's URL; a relative SQLite file lies in the node's directory."""
    name = settings.database.removeprefix("sqlite:///")
    if name == settings.database or Path(name).is_absolute():
        return settings.database
    return f"sqlite:///{settings.layout.root / name}"
