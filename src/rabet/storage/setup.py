"""Start Django, and open a node's store. The only module of storage that others import.

Settings hold one database that refuses use; each node adds its own under an alias of its choice, so that several nodes live in
one process and no call can fall into the wrong one. What web needs (its applications, middleware, templates) is handed to
`configure_django` as plain settings before anything else is opened: nothing of storage has to be imported for that.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import django
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from rabet.casework.ports import Clock, Randomness
from rabet.storage.engines import database_settings
from rabet.storage.record_keys import RecordKeys
from rabet.storage.routing import NODE
from rabet.storage.wake import Wake, sleep_on

if TYPE_CHECKING:
    from rabet.storage.store import Store

APPS = ("django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions", "rabet.storage")


def configure_django(extra: Mapping[str, Any] | None = None) -> None:
    """Configure and start Django once for this process.

    extra: further settings in Django's names; its INSTALLED_APPS come after the ones of storage.

    Raises:
        RuntimeError: Django was already started without one of these applications.
    """
    more = dict(extra or {})
    apps = (*APPS, *(app for app in more.pop("INSTALLED_APPS", ()) if app not in APPS))
    if settings.configured:
        missing = [app for app in apps if app not in settings.INSTALLED_APPS]
        if missing:
            raise RuntimeError(f"Django was started without {', '.join(missing)}; configure it before opening a store")
        return
    settings.configure(**{**_base(), **more, "INSTALLED_APPS": list(apps)})
    django.setup()


def _base() -> dict[str, Any]:
    return {
        "DATABASES": {DEFAULT_DB_ALIAS: {"ENGINE": "django.db.backends.dummy"}},
        "DATABASE_ROUTERS": ["rabet.storage.routing.NodeRouter"],
        "AUTH_USER_MODEL": "storage.User",
        "DEFAULT_AUTO_FIELD": "rabet.storage.fields.RowNumber",
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.ScryptPasswordHasher"],
        "SESSION_ENGINE": "rabet.storage.sessions",
        "SECRET_KEY": "",
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
        "LOGGING_CONFIG": None,
    }


def open_store(
    path_or_url: str,
    *,
    alias: str,
    agency: str,
    clock: Clock,
    randomness: Randomness,
    record_keys: RecordKeys,
    wake: Wake = sleep_on,
) -> "Store":
    """Open a node's database; an empty one gets its tables.

    path_or_url: a file, sqlite:///FILE or postgresql://...; wake: called after each commit that left work or events.

    Raises:
        StoreRefused: not durable, not at this release's tables, or a PostgreSQL role that row-level security does not bind.
    """
    add_database(path_or_url, alias)
    from rabet.storage.store import Store  # noqa: PLC0415 - its models can be imported only when Django stands

    return Store.open(alias, agency=agency, clock=clock, randomness=randomness, record_keys=record_keys, wake=wake)


def add_database(path_or_url: str, alias: str) -> None:
    """Make the database known under `alias`; nothing is opened yet."""
    configure_django()
    if alias == DEFAULT_DB_ALIAS:
        raise ValueError("the default alias refuses use; name the node's own")
    full = connections.configure_settings({DEFAULT_DB_ALIAS: {"ENGINE": "django.db.backends.dummy"}, alias: database_settings(path_or_url)})
    if connections.settings.get(alias, full[alias]) != full[alias]:
        raise ValueError(f"alias {alias!r} already names another database")
    connections.settings[alias] = full[alias]


@contextmanager
def node_context(alias: str) -> Iterator[None]:
    """Inside, Django's own tables (accounts, sessions) are those of this node: web wraps each request in it."""
    token = NODE.set(alias)
    try:
        yield
    finally:
        NODE.reset(token)
