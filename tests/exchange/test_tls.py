"""The door refuses whoever cannot show a certificate of a pinned authority over TLS 1.3 (T5)."""

import http.client
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rabet.exchange import listener
from rabet.exchange.listener import Answer, Door, ExchangeApp, bind, make_server, serve
from rabet.exchange.tls import AgencyTable, Credential, client_context, expires, make_authority, make_leaf, server_context

NOW = datetime.now(UTC)


class Echo:
    """A reception that answers with who asked and what he sent."""

    def open(self, partner: str, body: bytes) -> bytes | Answer:
        return body

    def take(self, partner: str, opened: bytes) -> Answer:
        return Answer(200, json.dumps({"partner": partner, "size": len(opened)}).encode())

    def state(self, partner: str) -> Answer:
        return Answer(200, json.dumps({"partner": partner}).encode())

    def refused(self, partner: str, answer: Answer) -> None: ...
    def close(self) -> None: ...


class Agency:
    """An authority, its leaf and files with both."""

    def __init__(self, name: str, folder: Path, now: datetime = NOW) -> None:
        self.name, self.folder = name, folder / name
        self.folder.mkdir()
        self.authority = make_authority(name, now)
        self.show(make_leaf(self.authority, name, ["127.0.0.1", "localhost"], now))

    def show(self, leaf: Credential) -> None:
        (self.folder / "cert.pem").write_bytes(leaf.certificate)
        (self.folder / "key.pem").write_bytes(leaf.key)

    @property
    def files(self) -> tuple[Path, Path]:
        return self.folder / "cert.pem", self.folder / "key.pem"

    @property
    def ca(self) -> str:
        return self.authority.certificate.decode()


@pytest.fixture
def khazar(tmp_path: Path) -> Agency:
    return Agency("khazar", tmp_path)


@pytest.fixture
def alborz(tmp_path: Path) -> Agency:
    return Agency("alborz", tmp_path)


@pytest.fixture
def port(alborz: Agency, khazar: Agency) -> Iterator[int]:
    door = Door(AgencyTable({"khazar": khazar.ca}))
    app = ExchangeApp(Echo(), door)
    server = make_server(app, door, server_context(*alborz.files, [khazar.ca]))
    listening = bind("127.0.0.1", 0)
    thread = threading.Thread(target=serve, args=(server, [listening], lambda: None))
    thread.start()
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join(10)
    app.close()


def ask(port: int, context: ssl.SSLContext) -> dict[str, object]:
    with closing(http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=5)) as connection:
        connection.request("POST", "/exchange/v1/batch", b"x" * 1000)
        found = json.loads(connection.getresponse().read())
    assert isinstance(found, dict)
    return found


def test_a_partner_is_known_by_the_authority_of_its_certificate(port: int, alborz: Agency, khazar: Agency) -> None:
    assert ask(port, client_context(*khazar.files, alborz.ca)) == {"partner": "khazar", "size": 1000}


def refused(port: int, context: ssl.SSLContext) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError, http.client.HTTPException)):
        ask(port, context)


def test_without_a_certificate_nobody_comes_in(port: int, alborz: Agency) -> None:
    context = ssl.create_default_context(cadata=alborz.ca)
    refused(port, context)


def test_a_foreign_authority_does_not_count(port: int, alborz: Agency, tmp_path: Path) -> None:
    stranger = Agency("volga", tmp_path)
    refused(port, client_context(*stranger.files, alborz.ca))


def test_an_expired_certificate_does_not_count(port: int, alborz: Agency, khazar: Agency) -> None:
    khazar.show(make_leaf(khazar.authority, "khazar", ["localhost"], NOW - timedelta(days=500)))
    refused(port, client_context(*khazar.files, alborz.ca))


def test_tls_1_2_is_refused(port: int, alborz: Agency, khazar: Agency) -> None:
    context = client_context(*khazar.files, alborz.ca)
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    refused(port, context)


def test_an_authority_vouches_for_its_own_agency_only(port: int, alborz: Agency, khazar: Agency) -> None:
    khazar.show(make_leaf(khazar.authority, "volga", ["localhost"], NOW))
    refused(port, client_context(*khazar.files, alborz.ca))


def test_a_leaf_cannot_act_as_an_authority(port: int, alborz: Agency, khazar: Agency) -> None:
    leaf = Credential(khazar.files[1].read_bytes(), khazar.files[0].read_bytes())
    khazar.show(make_leaf(leaf, "khazar", ["localhost"], NOW))
    refused(port, client_context(*khazar.files, alborz.ca))


def test_the_pusher_refuses_a_server_of_another_authority(port: int, khazar: Agency) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        ask(port, client_context(*khazar.files, khazar.ca))


def test_a_certificate_lasts_thirteen_months(khazar: Agency) -> None:
    assert timedelta(days=396) < expires(khazar.files[0].read_bytes()) - NOW < timedelta(days=398)


def test_one_partner_holds_so_many_connections_and_no_more(port: int, alborz: Agency, khazar: Agency) -> None:
    context = client_context(*khazar.files, alborz.ca)
    with ExitStack() as held:
        silent = [held.enter_context(closing(http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=5))) for _ in range(8)]
        for connection in silent:
            connection.connect()
        time.sleep(0.2)
        refused(port, context)
    time.sleep(0.2)
    assert ask(port, context)["partner"] == "khazar"


def test_a_connection_that_says_nothing_is_closed(port: int, alborz: Agency, khazar: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "HEADER_SECONDS", 0.2)
    context = client_context(*khazar.files, alborz.ca)
    with closing(http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=5)) as connection:
        connection.connect()
        assert connection.sock is not None
        connection.sock.sendall(b"POST /exchange/v1/batch HTTP/1.1\r\nHost:")
        try:
            assert connection.sock.recv(1) == b""
        except ConnectionResetError:
            return
