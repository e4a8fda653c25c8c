"""A live client of a node, in a process of its own: it reads the stream of events as a page does and notes when it saw which record."""

import http.client
import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rabet.cli.bench.beside import BenchFailed, Pipe, beside, hear

_WITHIN, _ASK_EVERY = 30.0, 0.05  # seconds


@dataclass(frozen=True, slots=True)
class Seen:
    """taken: when the node stored the record, by its own clock; seen: when the client had read the event, perf_counter seconds."""

    taken: datetime
    seen: float


class Watcher:
    """What the live client saw so far."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self._seen: dict[str, Seen] = {}

    def await_all(self, records: Sequence[str]) -> Mapping[str, Seen]:
        """Wait until every record was seen.

        Raises:
            BenchFailed: not all came in time.
        """
        end = time.monotonic() + _WITHIN
        while missing := [record for record in records if record not in self._seen]:
            if time.monotonic() > end:
                raise BenchFailed(f"{len(missing)} of {len(records)} records never reached the live client.")
            time.sleep(_ASK_EVERY)
            self._pipe.send("tell")
            self._seen |= hear(self._pipe, _WITHIN, "the live client")
        return {record: self._seen[record] for record in records}


@contextmanager
def watching(port: int, token: str, after: int) -> Iterator[Watcher]:
    """Run a live client of the node whose API is at `port`. after: number of the last event it need not see."""
    with beside(_watch, port, token, after) as pipe:
        hear(pipe, _WITHIN, "the live client")
        yield Watcher(pipe)


def _watch(pipe: Pipe, port: int, token: str, after: int) -> None:
    notes = _Notes(pipe)
    for event in _events(port, token, after):
        seen = time.perf_counter()
        if event is None:
            notes.begin()
        elif event["kind"] == "record":
            notes.add(event["record"], Seen(datetime.fromisoformat(event["at"]), seen))


class _Notes:
    """Kept until they are asked for, so that nothing is sent while the clock runs."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe, self._lock = pipe, threading.Lock()
        self._noted: dict[str, Seen] = {}
        self._begun = False

    def begin(self) -> None:
        """Say once that the client is connected, and answer from then on."""
        if not self._begun:
            self._begun = True
            threading.Thread(target=self._answer, daemon=True).start()

    def add(self, record: str, seen: Seen) -> None:
        with self._lock:
            self._noted[record] = seen

    def _answer(self) -> None:
        with suppress(EOFError, OSError):
            self._pipe.send("connected")
            while self._pipe.recv():
                with self._lock:
                    told, self._noted = self._noted, {}
                self._pipe.send(told)


def _events(port: int, token: str, after: int) -> Iterator[dict[str, Any] | None]:
    """Yield every event after a number, and None whenever connected: a node ends a stream after some minutes, and it is taken up again."""
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", f"/api/v1/feed/stream?after={after}", headers={"Authorization": f"Bearer {token}"})
        response = connection.getresponse()
        if response.status != 200:
            raise BenchFailed(f"The stream of events answers {response.status}: {response.read()[:200]!r}")
        yield None
        for line in response:
            if line.startswith(b"data: "):
                event = json.loads(line[6:])
                after = event["number"]
                yield event
        connection.close()
