"""What one partner can take up of a node is bounded (T17), and what comes in is bounded too."""

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine, MutableMapping
from typing import Any

import pytest

from rabet.exchange import listener
from rabet.exchange.listener import BATCH, MAX_AT_WORK, MAX_BODY, STATE, Answer, Door, ExchangeApp, refusal
from rabet.exchange.tls import AgencyTable

Messages = list[MutableMapping[str, Any]]


class Slow:
    """A reception whose database waits until it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.noted: list[tuple[str, int]] = []

    def open(self, partner: str, body: bytes) -> bytes | Answer:
        return refusal(403, "bad_signature") if body == b"forged" else body

    def take(self, partner: str, opened: bytes) -> Answer:
        self.go.wait(5)
        if opened == b"break":
            raise OSError("the disk is full")
        return Answer(200, b"{}")

    def state(self, partner: str) -> Answer:
        return Answer(200, b'{"held":{}}')

    def refused(self, partner: str, answer: Answer) -> None:
        self.noted.append((partner, answer.status))

    def close(self) -> None: ...


@pytest.fixture
def slow() -> Slow:
    return Slow()


def asked(slow: Slow, script: Callable[[ExchangeApp], Coroutine[Any, Any, None]]) -> None:
    app = ExchangeApp(slow, Door(AgencyTable({})))
    try:
        asyncio.run(script(app))
    finally:
        slow.go.set()
        app.close()


async def ask(
    app: ExchangeApp, *parts: bytes, partner: str = "khazar", path: str = BATCH, method: str = "POST", length: int | None = None
) -> tuple[int, dict[str, Any], dict[str, str]]:
    """One request in parts; status, JSON and headers of the answer."""
    waiting = [{"type": "http.request", "body": part, "more_body": i + 1 < len(parts)} for i, part in enumerate(parts)]
    said: Messages = []

    async def receive() -> MutableMapping[str, Any]:
        return waiting.pop(0) if waiting else await asyncio.Future[MutableMapping[str, Any]]()

    async def send(message: MutableMapping[str, Any]) -> None:
        said.append(message)

    headers = [(b"content-length", str(sum(map(len, parts)) if length is None else length).encode())]
    scope = {"type": "http", "method": method, "path": path, "headers": headers, "state": {"partner": partner}}
    await app(scope, receive, send)
    told = {name.decode(): value.decode() for name, value in said[0]["headers"]}
    return said[0]["status"], json.loads(said[1]["body"]), told


def test_too_many_requests_of_one_partner_are_put_off_and_others_served(slow: Slow) -> None:
    async def script(app: ExchangeApp) -> None:
        busy = [asyncio.create_task(ask(app, b"x")) for _ in range(MAX_AT_WORK)]
        await asyncio.sleep(0.05)
        status, told, headers = await ask(app, b"x")
        assert (status, told["refused"], headers["retry-after"]) == (429, "busy", "1")
        other = asyncio.create_task(ask(app, b"x", partner="volga"))
        slow.go.set()
        assert [(await task)[0] for task in busy] == [200] * MAX_AT_WORK
        assert (await other)[0] == 200
        assert (await ask(app, b"x"))[0] == 200

    asked(slow, script)
    assert slow.noted == []


@pytest.mark.parametrize("length", [MAX_BODY + 1, 10**30])
def test_an_announced_body_that_is_too_large_is_not_read(slow: Slow, length: int) -> None:
    async def script(app: ExchangeApp) -> None:
        assert (await ask(app, length=length))[:2] == (413, {"refused": "too_large", "limit": MAX_BODY})

    asked(slow, script)
    assert slow.noted == [("khazar", 413)]


def test_a_body_that_grows_beyond_what_was_announced_is_cut_off(slow: Slow) -> None:
    async def script(app: ExchangeApp) -> None:
        assert (await ask(app, b"x" * (MAX_BODY // 2), b"x" * MAX_BODY, length=10))[0] == 413

    asked(slow, script)


def test_a_body_that_comes_too_slowly_is_given_up(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "BODY_SECONDS", 0.05)

    async def script(app: ExchangeApp) -> None:
        assert (await ask(app, length=100))[0] == 408

    asked(slow, script)
    assert slow.noted == [("khazar", 408)]


def test_what_is_refused_is_named_to_the_audit(slow: Slow) -> None:
    async def script(app: ExchangeApp) -> None:
        assert (await ask(app, b"forged"))[:2] == (403, {"refused": "bad_signature"})

    asked(slow, script)
    assert slow.noted == [("khazar", 403)]


def test_a_fault_of_ours_asks_the_partner_to_come_again(slow: Slow) -> None:
    slow.go.set()

    async def script(app: ExchangeApp) -> None:
        status, told, headers = await ask(app, b"break")
        assert (status, told["refused"], headers["retry-after"]) == (503, "failed", "1")

    asked(slow, script)


@pytest.mark.parametrize(("method", "path"), [("GET", BATCH), ("POST", STATE), ("GET", "/"), ("DELETE", BATCH)])
def test_there_are_two_routes_and_no_others(slow: Slow, method: str, path: str) -> None:
    async def script(app: ExchangeApp) -> None:
        assert (await ask(app, b"", method=method, path=path))[0] == 404

    asked(slow, script)


def test_the_state_is_told_while_a_batch_is_at_work_elsewhere(slow: Slow) -> None:
    slow.go.set()

    async def script(app: ExchangeApp) -> None:
        assert (await ask(app, method="GET", path=STATE))[0] == 200

    asked(slow, script)
