"""A PostgreSQL of the benchmark's own: a cluster made in the benchmark's folder, synchronising every commit, gone afterwards."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from rabet.cli.bench.beside import BenchFailed

OLDEST = 15
_WITHIN = 30.0  # seconds


@contextmanager
def cluster(folder: Path, names: Sequence[str]) -> Iterator[Mapping[str, str]]:
    """Run a cluster with one database per name; yield name -> URL.

    Raises:
        BenchFailed: PostgreSQL is not installed or does not start.
    """
    programs, user = _programs(), _user()
    folder.mkdir()
    folder.parent.chmod(0o711)  # PostgreSQL's own user must get in, where root measures
    shutil.chown(folder, user)
    with _socket_folder(user) as sockets, _running(programs, folder, sockets, user):
        yield {name: _create(sockets, name) for name in names}


@contextmanager
def _socket_folder(user: str) -> Iterator[Path]:
    """A folder with a short name: that of a Unix socket may have 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="rabet-pg-"))
    shutil.chown(folder, user)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(programs: Path, folder: Path, sockets: Path, user: str) -> Iterator[None]:
    _run(programs / "initdb", "-D", folder / "data", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", user=user)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(  # noqa: S603 - Debian's own program
            [programs / "postgres", "-D", folder / "data", "-k", sockets, "-h", ""],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, user=user, start_new_session=True, cwd=folder,
        )  # fmt: skip
    try:
        _await(server, _url(sockets, "postgres"))
        yield
    finally:
        server.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            server.wait(10)
        server.kill()
        server.wait()


def _programs() -> Path:
    found = {int(path.parent.parent.name): path.parent for path in Path("/usr/lib/postgresql").glob("[0-9]*/bin/initdb")}
    if not found or max(found) < OLDEST:
        raise BenchFailed(f"PostgreSQL >= {OLDEST} is missing. On Debian: apt-get install postgresql-{OLDEST}")
    return found[max(found)]


def _user() -> str:
    """PostgreSQL refuses to run as root: there its own user does."""
    return "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def _run(*command: str | Path, user: str) -> None:
    made = subprocess.run(command, check=False, capture_output=True, text=True, user=user, cwd="/")  # noqa: S603 - as above
    if made.returncode:
        raise BenchFailed(f"{command[0]} failed: {made.stderr.strip()[-400:]}")


def _await(server: "subprocess.Popen[bytes]", url: str) -> None:
    end = time.monotonic() + _WITHIN
    while server.poll() is None and time.monotonic() < end:
        with suppress(psycopg.OperationalError):
            psycopg.connect(url).close()
            return
        time.sleep(0.05)
    raise BenchFailed("PostgreSQL did not start.")


def _url(sockets: Path, name: str) -> str:
    return f"postgresql://postgres@/{name}?host={sockets}"


def _create(sockets: Path, name: str) -> str:
    with psycopg.connect(_url(sockets, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return _url(sockets, name)
