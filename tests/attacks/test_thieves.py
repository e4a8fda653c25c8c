"""A thief of the database file, a guesser at the door, a stolen cookie, a closed account."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections
from tests.nodes.world import settings_of
from tests.web.client import Browser
from tests.web.conftest import PASSWORD, Pages, close_pages, django, open_pages

from rabet.node.start import create_node

__all__ = ["django"]


@pytest.fixture(scope="module")
def khazar(tmp_path_factory: pytest.TempPathFactory, django: None) -> Iterator[Pages]:
    pages = open_pages(tmp_path_factory.mktemp("thieves"), "khazar", "alborz")
    yield pages[0]
    close_pages(*pages)


def _sessions(khazar: Pages) -> list[str]:
    with connections[khazar.node.store.alias].cursor() as cursor:
        cursor.execute("SELECT session_key FROM django_session")
        return [key for (key,) in cursor.fetchall()]


def test_what_stands_in_the_database_signs_nobody_in(khazar: Pages) -> None:
    """A copy of the file, a backup, a look over an administrator's shoulder: live sessions stood there in clear."""
    officer = khazar.browser("supervisor")
    assert officer.get("/records/").status == 200
    name = next(name for name in officer.cookies if name.endswith("_session"))
    stored = _sessions(khazar)
    assert stored
    assert officer.cookies[name] not in stored
    for key in stored:
        thief = Browser(khazar.application, cookies={name: key})
        assert thief.get("/records/").status == 302


def test_signing_out_ends_the_session_in_the_database(khazar: Pages) -> None:
    officer = khazar.browser("duty")
    stolen = dict(officer.cookies)
    before = len(_sessions(khazar))
    assert officer.post("/sign-out/", start="/links/").status == 302
    assert len(_sessions(khazar)) == before - 1
    assert Browser(khazar.application, cookies=stolen).get("/links/").status == 302


def test_a_new_password_ends_every_session_made_before(khazar: Pages) -> None:
    officer = khazar.browser("elsewhere")
    assert officer.get("/links/").status == 200
    khazar.node.store.people.set_password(khazar.people["elsewhere"], "another long sentence")
    assert officer.get("/links/").status == 302


def test_a_closed_account_is_signed_in_nowhere(khazar: Pages) -> None:
    officer = khazar.browser("liaison")
    khazar.node.store.people.change(khazar.people["liaison"], active=False)
    assert officer.get("/links/").status == 302
    assert khazar.browser().post("/sign-in/", {"name": "liaison", "password": PASSWORD}).status == 422
    khazar.node.store.people.change(khazar.people["liaison"], active=True)


def test_a_lock_does_not_tell_that_there_is_an_account(khazar: Pages) -> None:
    """Five wrong passwords locked an account that exists, and nothing else: so anybody could list the officers."""
    known, unknown = (
        [khazar.browser().post("/sign-in/", {"name": name, "password": "x"}).status for _ in range(7)] for name in ("protection", "nobody")
    )
    assert known == unknown
    assert known[-1] == 429


def test_files_of_a_node_are_closed_to_others(tmp_path: Path) -> None:
    """Also where the folder was there before and open to everybody: node.toml may name a database with its password."""
    (tmp_path / "khazar").mkdir(mode=0o755)
    settings = settings_of("khazar", tmp_path)
    create_node(settings, {}).close()
    layout = settings.layout
    assert stat.S_IMODE(layout.root.stat().st_mode) == 0o700
    secrets = (layout.config, layout.database, layout.record_keys, layout.web_secret, layout.key_file, layout.tls_key, layout.authority_key)
    assert {stat.S_IMODE(path.stat().st_mode) for path in secrets} == {0o600}
