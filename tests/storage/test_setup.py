"""Opening a store: durable or refused, several nodes in one process, no call without a node."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from tests.storage.conftest import ALIASES
from tests.storage.samples import report

from rabet.storage import engines, upgrade
from rabet.storage.engines import StoreRefused, database_settings, sqlite_path
from rabet.storage.setup import add_database, configure_django, node_context
from rabet.storage.store import Store
from rabet.storage.transactions import reading, rows


def test_two_nodes_in_one_process_do_not_mix(make_store: Callable[..., Store], tmp_path: Path) -> None:
    one, two = make_store(str(tmp_path / "one.sqlite3")), make_store(f"sqlite:///{tmp_path}/two.sqlite3")
    made = report(one)
    with two.read() as uow:
        assert uow.version(made.header.id) is None


def test_the_default_alias_refuses_use() -> None:
    with pytest.raises(ImproperlyConfigured):
        get_user_model().objects.count()
    with pytest.raises(ValueError, match="refuses use"):
        add_database("x.sqlite3", "default")


def test_inside_a_nodes_context_accounts_are_its_own(make_store: Callable[..., Store], tmp_path: Path) -> None:
    one, two = make_store(str(tmp_path / "one.sqlite3")), make_store(str(tmp_path / "two.sqlite3"))
    one.people.create("leyla", "Leyla", unit="u1", roles=set())
    with node_context(one.alias):
        assert get_user_model().objects.count() == 1
        with node_context(two.alias):
            assert get_user_model().objects.count() == 0
    with pytest.raises(ImproperlyConfigured):
        get_user_model().objects.count()


def test_an_alias_names_one_database_only(tmp_path: Path) -> None:
    alias = f"node{next(ALIASES)}"
    add_database(str(tmp_path / "one.sqlite3"), alias)
    add_database(str(tmp_path / "one.sqlite3"), alias)
    with pytest.raises(ValueError, match="already names another"):
        add_database(str(tmp_path / "two.sqlite3"), alias)


def test_applications_that_come_too_late_are_refused() -> None:
    configure_django({"INSTALLED_APPS": ["django.contrib.auth"]})
    with pytest.raises(RuntimeError, match=r"django\.contrib\.messages"):
        configure_django({"INSTALLED_APPS": ["django.contrib.messages"]})


def test_others_settings_are_taken_before_any_model_is_imported() -> None:
    code = """
import sys
from rabet.storage import setup
assert "rabet.storage.models" not in sys.modules
setup.configure_django({"INSTALLED_APPS": ["django.contrib.messages"], "ROOT_URLCONF": "mine", "SECRET_KEY": "x"})
from django.apps import apps
from django.conf import settings
from django.apps import apps
from django.contrib.auth import get_user_model
assert settings.ROOT_URLCONF == "mine" and settings.SECRET_KEY == "x"
assert get_user_model()._meta.label == "storage.User"
assert apps.is_installed("django.contrib.messages") and apps.is_installed("rabet.storage")
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_sqlite_is_told_to_keep_what_it_commits_and_overwrite_what_it_deletes(sqlite_database: str, make_store: Callable[..., Store]) -> None:
    store = make_store(sqlite_database)
    asked = ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
    with reading(store.alias):
        assert [rows(store.alias, f"PRAGMA {name}")[0][0] for name in asked] == ["wal", 2, 1, 1]
        assert -65536 <= rows(store.alias, "PRAGMA cache_size")[0][0] < 0


@pytest.mark.parametrize("broken", ["synchronous=NORMAL", "journal_mode=DELETE", "secure_delete=OFF"])
def test_a_database_that_may_lose_an_act_is_refused(
    broken: str, sqlite_database: str, make_store: Callable[..., Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = broken.split("=", maxsplit=1)[0]
    lines = [line for line in engines.SQLITE_START.splitlines() if name not in line]
    monkeypatch.setattr(engines, "SQLITE_START", "\n".join([*lines, f"PRAGMA {broken};"]))
    with pytest.raises(StoreRefused):
        make_store(sqlite_database)


def test_a_killed_writer_loses_the_lazy_commit_of_nobody(store: Store) -> None:
    store.links.fares("alborz", "normal", "busy", contact=True)
    with reading(store.alias):
        if connections[store.alias].vendor == "sqlite":
            assert rows(store.alias, "PRAGMA synchronous") == [(2,)]
        else:
            assert rows(store.alias, "SHOW synchronous_commit") != [("local",)]


@pytest.mark.parametrize("url", ["mysql://host/name", "oracle://x"])
def test_another_engine_is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(StoreRefused, match="sqlite:///FILE or postgresql://"):
        database_settings(url)


def test_urls_are_read_as_postgres_reads_them() -> None:
    found = database_settings("postgresql://us%40er:p%2Fw@db.example:5433/rabet%20x?sslmode=verify-full")
    assert {name: found[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
        "NAME": "rabet x",
        "USER": "us@er",
        "PASSWORD": "p/w",
        "HOST": "db.example",
        "PORT": "5433",
    }
    assert found["OPTIONS"]["sslmode"] == "verify-full"
    assert sqlite_path("sqlite:////var/lib/node.sqlite3") == Path("/var/lib/node.sqlite3")


def test_the_database_file_is_for_its_owner_only(make_store: Callable[..., Store], tmp_path: Path) -> None:
    make_store(str(tmp_path / "new.sqlite3"))
    assert (tmp_path / "new.sqlite3").stat().st_mode & 0o077 == 0


def test_migrations_say_what_the_models_say() -> None:
    loader = MigrationLoader(None)
    changes = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps)).changes(graph=loader.graph)
    assert "storage" not in changes


# Upgrade.


def pretend_older(path: str) -> None:
    """Take back the knowledge that the second migration was applied, so that it runs again and fails: its row is there."""
    with sqlite3.connect(path) as database:
        database.execute("DELETE FROM django_migrations WHERE app = 'storage' AND name LIKE '0002%'")


def test_an_older_database_is_not_opened(sqlite_database: str, make_store: Callable[..., Store]) -> None:
    pretend_older(sqlite_database)
    with pytest.raises(StoreRefused, match="rabet upgrade"):
        make_store(sqlite_database)


def test_a_newer_database_is_not_opened(sqlite_database: str, make_store: Callable[..., Store]) -> None:
    with sqlite3.connect(sqlite_database) as database:
        database.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('storage', '9999_future', '2030-01-01')")
    with pytest.raises(StoreRefused, match="9999_future"):
        make_store(sqlite_database)


def test_an_upgrade_makes_a_backup_and_takes_nothing_away(sqlite_database: str, make_store: Callable[..., Store]) -> None:
    store = make_store(sqlite_database)
    made = report(store)
    store.close()
    with sqlite3.connect(sqlite_database) as database:
        database.execute("DELETE FROM head")
    pretend_older(sqlite_database)
    backup = upgrade.upgrade(store.alias)
    assert backup is not None
    assert backup.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(backup) as database:
        assert database.execute("SELECT count(*) FROM record").fetchone() == (1,)
    with store.read() as uow:
        assert uow.version(made.header.id) == made
    assert upgrade.upgrade(store.alias) is None


def test_a_failed_upgrade_leaves_the_database_as_it_was(sqlite_database: str, make_store: Callable[..., Store]) -> None:
    store = make_store(sqlite_database)
    made = report(store)
    store.close()
    pretend_older(sqlite_database)  # and the head row is there already, so that the migration breaks
    with pytest.raises(StoreRefused, match="as it was"):
        upgrade.upgrade(store.alias)
    connections[store.alias].close()
    with sqlite3.connect(sqlite_database) as database:
        assert database.execute("SELECT record FROM record").fetchall() == [(made.header.id,)]
        assert database.execute("SELECT count(*) FROM django_migrations WHERE app = 'storage'").fetchone() == (1,)


def test_a_failed_upgrade_of_postgres_is_one_transaction(postgres: str, make_store: Callable[..., Store]) -> None:
    store = make_store(postgres)
    store.close()
    with psycopg.connect(postgres) as database:
        name = database.execute("DELETE FROM django_migrations WHERE app = 'storage' AND name LIKE '0002%' RETURNING name").fetchone()
    try:
        with pytest.raises(StoreRefused, match="as it was"):
            upgrade.upgrade(store.alias)
        with psycopg.connect(postgres) as database:
            assert database.execute("SELECT count(*) FROM head").fetchone() == (1,)
    finally:
        with psycopg.connect(postgres) as database:
            database.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('storage', %s, now())", name)


def test_tidying_empties_the_write_ahead_log(sqlite_database: str, make_store: Callable[..., Store], postgres: str) -> None:
    store = make_store(sqlite_database)
    report(store)
    log = Path(f"{sqlite_database}-wal")
    assert log.stat().st_size > 0
    store.tidy()
    assert log.stat().st_size == 0
    report(store, 2)
    make_store(postgres).tidy()
