"""The key process as a real process: who may ask, what it answers, and that callers live through its death."""

import json
import os
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.nodes.world import settings_of

from rabet.node.clock import SystemClock
from rabet.node.key_client import KeyClient
from rabet.node.key_process import listen, serve
from rabet.node.key_protocol import MAX_FRAME, Channel
from rabet.node.key_service import KeysRefused
from rabet.node.layout import Layout
from rabet.node.peers import read_cards
from rabet.node.start import create_files
from rabet.records.signing import ALGORITHMS, Purpose


def receipt(note: str = "") -> bytes:
    """A text that the key process signs: it says that it is a receipt of its agency."""
    return json.dumps({"format": "rabet-receipt/1", "from": "khazar", "note": note}).encode()


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    settings = settings_of("khazar", tmp_path)
    create_files(settings, SystemClock())
    return settings.layout


def start(layout: Layout) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-m", "rabet.node.key_process", str(layout.root)], stderr=subprocess.DEVNULL)
    client = KeyClient(layout.key_socket)
    end = time.monotonic() + 15
    while not client.answers():
        assert time.monotonic() < end, "the key process did not start"
        time.sleep(0.02)
    client.close()
    return process


@pytest.fixture
def process(layout: Layout) -> Iterator[subprocess.Popen[bytes]]:
    process = start(layout)
    yield process
    process.terminate()
    process.wait(10)


@pytest.fixture
def client(layout: Layout, process: subprocess.Popen[bytes]) -> Iterator[KeyClient]:
    client = KeyClient(layout.key_socket)
    yield client
    client.close()


def test_signatures_verify_with_the_card(layout: Layout, client: KeyClient) -> None:
    made = client.sign(Purpose.RECEIPT, receipt(), ALGORITHMS)
    read_cards(layout).keyring.verify("khazar", Purpose.RECEIPT, receipt(), made, ALGORITHMS)


def test_many_texts_are_signed_in_one_round_trip(layout: Layout, client: KeyClient) -> None:
    texts = [receipt(str(i)) for i in range(300)]
    made = client.sign_many(Purpose.RECEIPT, texts)
    assert len(made) == 300
    read_cards(layout).keyring.verify("khazar", Purpose.RECEIPT, texts[299], made[299])


def test_the_socket_belongs_to_its_owner_alone(layout: Layout, process: subprocess.Popen[bytes]) -> None:
    assert stat.S_IMODE(layout.key_socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(layout.key_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(layout.keys.stat().st_mode) == 0o700


def test_nothing_of_web_or_database_is_loaded(layout: Layout) -> None:
    code = (
        "import sys, rabet.node.key_process; print([m for m in ('django', 'sqlite3', 'uvicorn', 'psycopg', 'http.client') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter."""
    with tempfile.TemporaryDirectory(prefix="rabet-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def ask_as_stranger(path: Path) -> int:
    """Be another user. 0 when the line was closed without an answer, 2 when there was no line."""
    try:
        os.setuid(65534)
        caller = socket.socket(socket.AF_UNIX)
        caller.connect(str(path))
    except BaseException:  # noqa: BLE001 - the child must never return into the tests
        return 2
    try:
        caller.sendall(b"x" * 8)
        return len(caller.recv(1))
    except OSError:
        return 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can ask as another user")
def test_another_user_is_turned_away(open_folder: Path) -> None:
    """Even one who could open the socket: here the socket is opened for everybody on purpose."""

    class Unasked:
        """Fails the test when anything is asked of it."""

    path = open_folder / "keys.sock"
    listening = listen(path)
    path.chmod(0o777)
    thread = threading.Thread(target=serve, args=(listening, Unasked()))
    thread.start()
    child = os.fork()
    if child == 0:
        os._exit(ask_as_stranger(path))
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(5)


def test_a_caller_lives_through_the_death_of_the_key_process(layout: Layout) -> None:
    first = start(layout)
    client = KeyClient(layout.key_socket)
    client.sign(Purpose.RECEIPT, receipt())
    first.kill()
    first.wait(10)
    second: list[subprocess.Popen[bytes]] = []
    again = threading.Timer(0.3, lambda: second.append(start(layout)))
    again.start()
    assert client.sign(Purpose.RECEIPT, receipt())
    again.join()
    client.close()
    second[0].kill()
    second[0].wait(10)


def test_each_thread_has_its_own_connection(client: KeyClient) -> None:
    made: list[int] = []

    def work() -> None:
        made.extend(len(client.sign(Purpose.RECEIPT, receipt())) for _ in range(50))
        client.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert made == [1] * 200


def test_a_refusal_comes_back_with_its_reason(client: KeyClient) -> None:
    with pytest.raises(KeysRefused, match="manifest_alone"):
        client.sign(Purpose.MANIFEST, b"{}")
    assert client.sign(Purpose.RECEIPT, receipt())


@pytest.mark.parametrize("frame", [b"\xff" * 4, b"\x00\x00\x00\x01" + (MAX_FRAME + 1).to_bytes(4, "big"), b"\x00\x00"])
def test_a_broken_frame_ends_its_connection_only(layout: Layout, client: KeyClient, frame: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(str(layout.key_socket))
        caller.sendall(frame)
        caller.shutdown(socket.SHUT_WR)
        assert caller.recv(1) == b""
    assert client.sign(Purpose.RECEIPT, receipt())


def test_an_unknown_call_is_answered(layout: Layout, process: subprocess.Popen[bytes]) -> None:
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(str(layout.key_socket))
        channel = Channel(caller)
        channel.send([b"give me the keys"])
        answer = channel.receive()
        assert answer is not None
        assert answer[:2] == [b"no", b"call_failed"]
        channel.close()
