"""The tests' own machinery: a private PostgreSQL, Chromium, and skips that CI does not accept."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg

CONFTEST = Path(__file__).parents[1] / "conftest.py"


def test_every_database_is_empty_and_apart(postgres_database: Callable[[], str]) -> None:
    one, other = postgres_database(), postgres_database()
    with psycopg.connect(one) as connection:
        connection.execute("CREATE TABLE seizure ()")
    with psycopg.connect(other) as connection:
        found = connection.execute("SELECT to_regclass('seizure')").fetchone()
    assert found == (None,)


def test_postgres_is_new_enough(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        assert connection.info.server_version >= 150_000


def test_chromium_runs(chromium_path: Path) -> None:
    shown = subprocess.run([chromium_path, "--version"], check=True, capture_output=True, text=True)
    assert shown.stdout.startswith("Chromium ")


def closing_line(folder: Path, test: str, *, no_skips: str) -> str:
    """Run one test file beside our conftest.py, in a fresh Python; the last line that pytest prints."""
    shutil.copy(CONFTEST, folder / "conftest.py")
    (folder / "test_it.py").write_text(f"import pytest\n{test}\n")
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder, env={**os.environ, "RABET_NO_SKIPS": no_skips})
    return ran.stdout.splitlines()[-1]


SKIPPING = "def test_skips():\n    pytest.skip('Chromium is missing')"
FAILING_AS_EXPECTED = "@pytest.mark.xfail\ndef test_fails():\n    assert False"


def test_a_skip_is_a_skip_at_home(tmp_path: Path) -> None:
    assert closing_line(tmp_path, SKIPPING, no_skips="").startswith("1 skipped")


def test_a_skip_fails_where_skips_are_refused(tmp_path: Path) -> None:
    assert closing_line(tmp_path, SKIPPING, no_skips="1").startswith("1 failed")


def test_a_skipped_file_fails_where_skips_are_refused(tmp_path: Path) -> None:
    assert closing_line(tmp_path, "pytest.importorskip('no_such_module')", no_skips="1").startswith("1 error")


def test_an_expected_failure_stays_one_where_skips_are_refused(tmp_path: Path) -> None:
    assert closing_line(tmp_path, FAILING_AS_EXPECTED, no_skips="1").startswith("1 xfailed")
