"""Bring a database to this release's tables: back up, migrate, and put everything back if that fails.

PostgreSQL changes its tables inside one transaction, so there the rollback is its own. SQLite cannot, so its file is copied first.
"""

import sqlite3
from contextlib import closing
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules

from django.apps import apps
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from rabet.storage.engines import StoreRefused


def require_current(alias: str) -> None:
    """Accept a database at this release's tables; make the tables in an empty one.

    Raises:
        StoreRefused: the tables are of an older release (run `rabet upgrade`) or of a newer one.
    """
    applied, known = set(MigrationRecorder(connections[alias]).applied_migrations()), _known()
    if applied == known:
        return
    if newer := sorted(name for app, name in applied - known if app == "storage"):
        raise StoreRefused(f"the database is of a newer release ({newer[-1]}); install that release, or restore a backup")
    if not any(app == "storage" for app, _ in applied):
        _migrate(MigrationExecutor(connections[alias]))
    elif known - applied:
        raise StoreRefused("the database is of an older release; run: rabet upgrade")


def _known() -> set[tuple[str, str]]:
    """Return (application, name) of every migration of this release, without reading what they do: a start should be quick."""
    found = set()
    for app in apps.get_app_configs():
        if find_spec(f"{app.name}.migrations"):
            folder = import_module(f"{app.name}.migrations").__path__
            found |= {(app.label, module.name) for module in iter_modules(folder) if module.name[0] not in "_~"}
    return found


def upgrade(alias: str) -> Path | None:
    """Migrate. Returns the backup made before (SQLite), or None when nothing was to be done or PostgreSQL did it in one transaction.

    The backup holds sealed content only, but every clear projection too: keep it like the database itself, and delete it soon.

    Raises:
        StoreRefused: it failed; the database is as it was.
    """
    connection = connections[alias]
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return None
    try:
        if connection.vendor != "sqlite":
            with transaction.atomic(using=alias):
                _migrate(executor)
            return None
        return _upgrade_file(alias, executor)
    except StoreRefused:
        raise
    except Exception as error:
        raise StoreRefused(f"the upgrade failed and the database is as it was: {error}") from error


def _upgrade_file(alias: str, executor: MigrationExecutor) -> Path:
    path = Path(connections[alias].settings_dict["NAME"])
    backup = path.with_name(f"{path.name}.before-upgrade")
    _copy(path, backup)
    try:
        _migrate(executor)
    except BaseException:
        connections[alias].close()
        _copy(backup, path)
        raise
    return backup


def _migrate(executor: MigrationExecutor) -> None:
    """Run what is missing. Django's signals after a migration are left out: they fill tables of rights that nobody reads here."""
    executor.migrate(executor.loader.graph.leaf_nodes())


def _copy(source: Path, target: Path) -> None:
    """Copy one SQLite database over another, page by page and consistently, also while it is open."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
    target.chmod(0o600)
