"""What each engine is told, and whether it obeys: a node does not start on a database that may lose a committed act."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.db import OperationalError, connections

from rabet.storage.transactions import ACT_ROLE, SIGHT_ROLE

POSTGRES_SCHEMES = ("postgres", "postgresql")
SQLITE_SCHEME = "sqlite:///"
OLDEST_POSTGRES = 150_000
BUSY_SECONDS = 20
# 32 MB of pages a connection, and the file's hot part mapped: an idle node stays small, a million records stay quick.
SQLITE_START = """
PRAGMA journal_mode=WAL;
PRAGMA synchronous=FULL;
PRAGMA secure_delete=ON;
PRAGMA cache_size=-32768;
PRAGMA mmap_size=268435456;
PRAGMA wal_autocheckpoint=8000;
PRAGMA temp_store=MEMORY;
"""
_FULL = 2

# The database is away, its disk is full, or it is held too long: nothing of the act is stored.
DatabaseFailed = OperationalError


class StoreRefused(Exception):
    """The database cannot be used as it is; the sentence says why and what to do."""


def is_postgres(path_or_url: str) -> bool:
    return urlsplit(path_or_url).scheme in POSTGRES_SCHEMES


def sqlite_path(path_or_url: str) -> Path:
    """Return the file that a path or sqlite:///FILE names."""
    return Path(path_or_url.removeprefix(SQLITE_SCHEME))


def database_settings(path_or_url: str) -> dict[str, Any]:
    """Return Django's settings of the database."""
    if is_postgres(path_or_url):
        return _postgres(path_or_url)
    if "://" in path_or_url and not path_or_url.startswith(SQLITE_SCHEME):
        raise StoreRefused(f"{urlsplit(path_or_url).scheme}:// is no database Rabet knows; use sqlite:///FILE or postgresql://...")
    options = {"transaction_mode": "IMMEDIATE", "timeout": BUSY_SECONDS, "init_command": SQLITE_START}
    name = str(sqlite_path(path_or_url).absolute())
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": name, "OPTIONS": options, "CONN_MAX_AGE": None}


def _postgres(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": options.pop("port", str(parts.port or "")),
        # Only the batches of bulk.py are prepared: Django's own cursors never are. Compiling a short query costs more than running it.
        "OPTIONS": {"application_name": "rabet", "prepare_threshold": 5, "options": "-c jit=off", **options},
        "CONN_MAX_AGE": None,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


def check_durable(alias: str) -> None:
    """Refuse a database that does not keep what it commits.

    Raises:
        StoreRefused: no write-ahead log or no full synchronisation (SQLite); too old or fsync off at commit (PostgreSQL).
    """
    if connections[alias].vendor == "sqlite":
        _check_sqlite(alias)
    else:
        _check_postgres(alias)


def _check_sqlite(alias: str) -> None:
    path = Path(connections[alias].settings_dict["NAME"])
    if not path.exists():
        path.touch(mode=0o600)
    if (mode := _ask(alias, "PRAGMA journal_mode")) != "wal":
        raise StoreRefused(f"SQLite gives journal mode {mode!r} here, not a write-ahead log; put the node on a local disk")
    if _ask(alias, "PRAGMA synchronous") != _FULL or _ask(alias, "PRAGMA secure_delete") != 1:
        raise StoreRefused("SQLite does not synchronise fully or does not overwrite what is deleted; use another build of SQLite")


def _check_postgres(alias: str) -> None:
    if int(_ask(alias, "SHOW server_version_num")) < OLDEST_POSTGRES:
        raise StoreRefused("this PostgreSQL is older than 15; use a newer one")
    if _ask(alias, "SHOW server_encoding") != "UTF8":
        raise StoreRefused("this PostgreSQL database is not in UTF-8; create it anew with encoding UTF8")


def _ask(alias: str, question: str) -> Any:  # noqa: ANN401 - a setting's value
    with connections[alias].cursor() as cursor:
        cursor.execute(question)
        row = cursor.fetchone()
    return row[0] if row else None


def check_wall(alias: str) -> None:
    """On PostgreSQL, refuse to start where row-level security would not bind this node.

    Raises:
        StoreRefused: the role of the node bypasses row-level security, or this login may not take that role.
    """
    if connections[alias].vendor == "sqlite":
        return
    for role in (ACT_ROLE, SIGHT_ROLE):
        if _ask(alias, f"SELECT bool_or(rolsuper OR rolbypassrls) FROM pg_roles WHERE rolname = '{role}'") is not False:  # noqa: S608
            raise StoreRefused(f"the PostgreSQL role {role} bypasses row-level security; run: ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS")
        if not _ask(alias, f"SELECT pg_has_role(session_user, '{role}', 'MEMBER')"):
            raise StoreRefused(f"this PostgreSQL login may not act as {role}; its owner runs: GRANT {role} TO login")
