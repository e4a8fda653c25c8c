"""What tests may ask of the machine: a PostgreSQL of their own, a Chromium; and what happens where it is missing.

Without them a test skips, with the name of the Debian package to install. With RABET_NO_SKIPS=1 (as in CI) a skip is a failure.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import psycopg
import pytest

NO_SKIPS = os.environ.get("RABET_NO_SKIPS") == "1"
MARKS = {"postgres_url": "postgres", "postgres_database": "postgres", "chromium_path": "browser"}
OLDEST_POSTGRES = 15
# These databases need not outlive a power cut, so that they may be quick.
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "32MB", "max_connections": "60"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark a test by what it asks for, so that nobody can forget to."""
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if fixture in MARKS:
                item.add_marker(MARKS[fixture])


def refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure, where skips are refused; what is expected to fail (xfail) stays as it is."""
    if NO_SKIPS and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{reason}\nRABET_NO_SKIPS is set: a skipped test is a failure."


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    refuse_skip(report)
    return report


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """Chromium's program. Start it with --no-sandbox where the tests run as root."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("Chromium is missing. On Debian: apt-get install chromium")
    return Path(found)


@pytest.fixture(scope="session")
def postgres_database() -> Iterator[Callable[[], str]]:
    """A function that makes an empty database and returns its URL, with the rights of a superuser.

    The cluster behind it is private to this test process, listens on a Unix socket only and is gone afterwards.
    """
    programs = postgres_programs()
    if programs is None:
        pytest.skip(f"PostgreSQL >= {OLDEST_POSTGRES} is missing. On Debian: apt-get install postgresql-{OLDEST_POSTGRES}")
    with private_folder() as folder, cluster(programs, folder) as url:
        numbers = count(1)

        def make() -> str:
            name = f"rabet_{next(numbers)}"
            with psycopg.connect(url("postgres"), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}".encode())
            return url(name)

        yield make


@pytest.fixture(scope="session")
def postgres_url(postgres_database: Callable[[], str]) -> str:
    """One database for all tests of this process; who needs an untouched one asks for postgres_database."""
    return postgres_database()


def postgres_programs() -> Path | None:
    """The folder of the newest PostgreSQL's programs that is new enough, as Debian lays them out."""
    found = {int(path.parent.parent.name): path.parent for path in Path("/usr/lib/postgresql").glob("[0-9]*/bin/initdb")}
    return found[max(found)] if found and max(found) >= OLDEST_POSTGRES else None


def postgres_user() -> str | None:
    """PostgreSQL refuses to run as root: there, its own user does, or else nobody. None: as who we are."""
    if os.geteuid() != 0:
        return None
    with suppress(KeyError):
        return pwd.getpwnam("postgres").pw_name
    return "nobody"


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder of PostgreSQL's user, with a path short enough for a Unix socket."""
    folder = Path(tempfile.mkdtemp(prefix="rabet-pg-"))
    try:
        if (user := postgres_user()) is not None:
            shutil.chown(folder, user)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def cluster(programs: Path, folder: Path) -> Iterator[Callable[[str], str]]:
    """Make a cluster in the folder, run it, yield a function from a database's name to its URL."""
    data, user = folder / "data", postgres_user()
    initdb = ["initdb", "--pgdata", data, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    subprocess.run([programs / initdb[0], *initdb[1:]], check=True, capture_output=True, user=user, cwd=folder)
    settings = [f"--{name}={value}" for name, value in QUICK.items()]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, "-h", "", *settings],
            stdout=log,
            stderr=log,
            user=user,
            cwd=folder,
        )

    def url(database: str) -> str:
        return f"postgresql://postgres@/{database}?host={folder}"

    try:
        wait_until_ready(url("postgres"), server, folder / "log")
        yield url
    finally:
        server.send_signal(signal.SIGINT)  # "fast": does not wait for connections that a failed test left open
        with suppress(subprocess.TimeoutExpired):
            server.wait(10)
        server.kill()
        server.wait()


def wait_until_ready(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        with suppress(psycopg.OperationalError):
            psycopg.connect(url).close()
            return
        if server.poll() is not None:
            break
        time.sleep(0.1)
    pytest.fail(f"PostgreSQL did not start:\n{log.read_text()}")
