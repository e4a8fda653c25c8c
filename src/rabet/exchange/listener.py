"""The door for partners: TLS 1.3 with client certificates, two routes, and bounds on what any one partner can take up.

    POST /exchange/v1/batch   a sealed batch (exchange/envelope.py); the answer is a receipt or a refusal that says why
    GET  /exchange/v1/state   per lane how many of the asker's messages are held here

Work on a batch is done in two threads, one for cryptography and one for the database, never in the event loop: a database
connection inside a coroutine costs several times as much to begin a transaction.
"""

import asyncio
import json
import logging
import socket
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, ClassVar, Protocol, TypeVar

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from rabet.exchange.envelope import MAX_BODY
from rabet.exchange.tls import AgencyTable

BATCH, STATE = "/exchange/v1/batch", "/exchange/v1/state"
# Per partner: connections open, requests at work. Altogether: requests at work.
MAX_CONNECTIONS, MAX_AT_WORK, MAX_TOGETHER = 8, 4, 32
BODY_SECONDS, HEADER_SECONDS = 30.0, 15.0
RETRY_AFTER = 1  # seconds
_log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Opened = TypeVar("Opened")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: HTTP status, JSON text, further headers."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def refusal(status: int, reason: str, **more: object) -> Answer:
    """Refuse with a reason a program can read; `more` says what would help the other side."""
    headers = {"retry-after": str(RETRY_AFTER)} if status in (429, 503) else {}
    return Answer(status, json.dumps({"refused": reason, **more}).encode(), headers)


class Reception(Protocol[Opened]):
    """What stands behind the door. All methods block: `open` runs in the thread for cryptography, the others in that of the database."""

    def open(self, partner: str, body: bytes) -> Opened | Answer:
        """Open and verify a batch; an Answer refuses it."""

    def take(self, partner: str, opened: Opened) -> Answer:
        """Store the batch in one transaction and answer with the signed receipt."""

    def state(self, partner: str) -> Answer:
        """Say how much of the partner's lanes is held."""

    def refused(self, partner: str, answer: Answer) -> None:
        """Name in the audit what was turned away."""

    def close(self) -> None:
        """Let go of what the calling thread holds."""


class Door:
    """Who may come in: agencies by certificate, as many connections and requests of each as are allowed."""

    def __init__(self, table: AgencyTable) -> None:
        self.table = table
        self.connections: Counter[str] = Counter()
        self.at_work: Counter[str] = Counter()

    @contextmanager
    def place(self, partner: str) -> Iterator[bool]:
        """Take a place for one request; False when the partner, or all together, have too many at work."""
        free = self.at_work[partner] < MAX_AT_WORK and self.at_work.total() < MAX_TOGETHER
        self.at_work[partner] += free
        try:
            yield free
        finally:
            self.at_work[partner] -= free


class ExchangeApp:
    """The two routes as an ASGI application."""

    def __init__(self, reception: Reception[Any], door: Door) -> None:
        self._reception, self._door = reception, door
        self._crypto = ThreadPoolExecutor(1, thread_name_prefix="crypto")
        self._database = ThreadPoolExecutor(1, thread_name_prefix="database")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        partner = scope["state"]["partner"]
        with self._door.place(partner) as free:
            answer = await self._answer(partner, scope, receive) if free else refusal(429, "busy")
        await _send(send, answer)

    async def _answer(self, partner: str, scope: Scope, receive: Receive) -> Answer:
        match scope["method"], scope["path"]:
            case "POST", str(path) if path == BATCH:
                return await self._batch(partner, scope, receive)
            case "GET", str(path) if path == STATE:
                return await self._in(self._database, self._reception.state, partner)
            case _:
                return refusal(404, "no_such_route")

    async def _batch(self, partner: str, scope: Scope, receive: Receive) -> Answer:
        body = await read_body(scope, receive)
        opened = body if isinstance(body, Answer) else await self._in(self._crypto, self._reception.open, partner, body)
        answer = opened if isinstance(opened, Answer) else await self._in(self._database, self._reception.take, partner, opened)
        if answer.status >= 400 and answer.status not in (429, 503):
            await self._in(self._database, self._reception.refused, partner, answer)
        return answer

    async def _in(self, pool: ThreadPoolExecutor, work: Callable[..., Result], *arguments: object) -> Result | Answer:
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, work, *arguments)
        except Exception:  # noqa: BLE001 - one partner's trouble must not end the door
            _log.exception("work for a partner failed")
            return refusal(503, "failed")

    def close(self) -> None:
        """Wait for work begun and end the threads."""
        for pool in (self._crypto, self._database):
            pool.submit(self._reception.close)
            pool.shutdown()


async def read_body(scope: Scope, receive: Receive) -> bytes | Answer:
    """Read a body within the limits of size and time."""
    length = dict(scope["headers"]).get(b"content-length", b"0")
    if not length.isdigit() or int(length) > MAX_BODY:
        return refusal(413, "too_large", limit=MAX_BODY)
    parts: list[bytes] = []
    room = MAX_BODY
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while (message := await receive())["type"] == "http.request":
                parts.append(message.get("body", b""))
                room -= len(parts[-1])
                if room < 0:
                    return refusal(413, "too_large", limit=MAX_BODY)
                if not message.get("more_body"):
                    return b"".join(parts)
    except TimeoutError:
        return refusal(408, "too_slow")
    return refusal(400, "broken_off")


async def _send(send: Send, answer: Answer) -> None:
    headers = {"content-type": "application/json", "content-length": str(len(answer.body)), **answer.headers}
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    with suppress(OSError):
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": answer.body})


class DoorKeeper(HttpToolsProtocol):
    """Knows each connection's agency from its certificate, puts {"partner", "certificate"} into scope["state"], turns away who has none."""

    door: ClassVar[Door]
    partner = ""
    slow: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        leaf = transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
        partner = self.door.table.agency_of(leaf) if leaf else None
        if partner is None or self.door.connections[partner] >= MAX_CONNECTIONS:
            _log.warning("connection turned away", extra={"partner": partner or "unknown"})
            transport.abort()
            return
        self.partner = partner
        self.door.connections[partner] += 1
        self.app_state = {**self.app_state, "partner": partner, "certificate": sha256(leaf).hexdigest()}
        self._hurry()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._hurry()

    def on_headers_complete(self) -> None:
        self._in_time()
        super().on_headers_complete()

    def shutdown(self) -> None:
        """Leave an idle connection without TLS's farewell: the partner would answer that only when he next uses it."""
        super().shutdown()
        if self.transport.is_closing():
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._in_time()
        if self.partner:
            self.door.connections[self.partner] -= 1
        super().connection_lost(exc)

    def _hurry(self) -> None:
        """Close the connection when its next headers take too long."""
        self._in_time()
        self.slow = self.loop.call_later(HEADER_SECONDS, self.transport.abort)

    def _in_time(self) -> None:
        if self.slow is not None:
            self.slow.cancel()
            self.slow = None


def door_keeper(door: Door) -> type[DoorKeeper]:
    """Return the protocol class of one door."""
    return type("DoorKeeper", (DoorKeeper,), {"door": door})


def make_server(app: ExchangeApp, door: Door, context: ssl.SSLContext, keep_alive: int = 300) -> uvicorn.Server:
    """Return uvicorn with our context and protocol. keep_alive: seconds a partner's idle connection is kept."""
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=door_keeper(door),
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=keep_alive,
        timeout_graceful_shutdown=5,
        ssl_context_factory=lambda _config, _default: context,
    )
    return uvicorn.Server(config)


def bind(host: str, port: int) -> socket.socket:
    """Open the listening socket; it may outlive the process that serves it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    listening.listen(128)
    listening.setblocking(False)  # noqa: FBT003 - the name of the call says what is false
    return listening


def serve(server: uvicorn.Server, sockets: Sequence[socket.socket], every: Callable[[], None], seconds: float = 1.0) -> None:
    """Serve until told to stop; `every` is called in the loop each so many seconds (it looks for changed partners)."""

    async def main() -> None:
        ticking = asyncio.create_task(tick())
        await server.serve(sockets=list(sockets))
        ticking.cancel()

    async def tick() -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                every()
            except Exception:  # noqa: BLE001 - the next second tries again
                _log.exception("partners could not be read again")

    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(main())
