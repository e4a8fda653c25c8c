"""A system follows the live feed while the process of the pages dies: it comes back with the number of the last event it has seen."""

import http.client
import json
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from tests.faults.flow import Flow
from tests.faults.outcome import check
from tests.faults.pair import SENDER, Pair, eventually

COUNT, PAUSE = 20, 0.02


class Follower:
    """Reads server-sent events as a browser does: what was told whole counts, and is the place to go on from."""

    def __init__(self, pair: Pair, after: int) -> None:
        self._port, self._secret = pair.node(SENDER).settings.web_port, pair.secret
        self._last = after
        self.told: list[tuple[int, str, str]] = []
        self.connections = 0

    @contextmanager
    def following(self) -> Iterator[None]:
        stop = Event()
        thread = Thread(target=self._follow, args=(stop,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(30)

    def _follow(self, stop: Event) -> None:
        while not stop.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=2)
            try:
                self._read(connection, stop)
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
            finally:
                connection.close()

    def _read(self, connection: http.client.HTTPConnection, stop: Event) -> None:
        headers = {"Authorization": f"Bearer {self._secret}", "Last-Event-ID": str(self._last)}
        connection.request("GET", "/api/v1/feed/stream", headers=headers)
        with connection.getresponse() as response:
            self.connections += response.status == 200
            lines: dict[str, str] = {}
            while not stop.is_set() and (line := response.readline()):
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name:
                    lines[name] = value
                elif "id" in lines:
                    self._last, event = int(lines["id"]), json.loads(lines["data"])
                    self.told.append((self._last, event["kind"], event["record"]))
                    lines = {}


def follow_and_check(pair: Pair, chance: random.Random, kills: Sequence[str]) -> None:
    flow = Flow(pair)
    follower = Follower(pair, int(pair.node(SENDER).store.tail.last()))
    with follower.following():
        with flow.running(COUNT, PAUSE):
            for name in kills:
                time.sleep(chance.uniform(0.1, 0.4))
                pair.kill(SENDER, name)
                if name == "supervisor":
                    pair.up(SENDER)
                flow.arrival(flow.by_program)
        records = {report.id for report in flow.ledger.reports}
        eventually(lambda: records <= {record for _, kind, record in follower.told if kind == "record"}, what="news of every report")
    numbers = [number for number, _, _ in follower.told]
    assert numbers == sorted(set(numbers)), "each event is told once and in order"
    assert len([record for _, kind, record in follower.told if kind == "record" and record in records]) == len(records)
    assert follower.connections > 1
    check(pair, flow.ledger)


def test_who_follows_the_feed_is_told_everything_once_although_pages_die(pair: Pair, chance: random.Random) -> None:
    follow_and_check(pair, chance, ["web", "web"])


@pytest.mark.long
def test_the_same_on_postgres(pair_on_postgres: Pair, chance: random.Random) -> None:
    follow_and_check(pair_on_postgres, chance, ["web", "supervisor", "web"])
