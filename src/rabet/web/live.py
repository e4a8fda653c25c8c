"""The live feed: one thread reads the event table when a commit wakes it and hands each reader what his rights let him see.

Readers whose rights and language are the same share one reading and one rendering; a reader costs a queue and no thread. The event
table is the only source: what a reader missed during a break he gets from it by number (Last-Event-ID), then the live ones.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from threading import Event as Flag
from threading import Lock, Thread
from types import TracebackType
from typing import Self

from django.db import close_old_connections
from django.http import HttpResponse

from rabet.casework import reading
from rabet.casework.desk import Desk
from rabet.casework.values import Event, ListRow, Officer

PAGE = 200
MOST_MISSED = 500
MOST_QUEUED = 1_000
BREATH = 15.0  # seconds between signs of life, so that proxies and browsers keep the line
LASTS = 300.0  # seconds; then the browser comes back by itself and its sign-in is looked at again
_log = logging.getLogger(__name__)

Seen = tuple[Event, ListRow | None]
Frame = tuple[int, bytes]
Render = Callable[[Sequence[Event], Mapping[str, ListRow], str], Sequence[Frame]]


@dataclass(eq=False)
class Audience:
    """Readers with the same rights, served in the same form. officer: any of them; last: number of the last event read for them."""

    officer: Officer
    render: Render
    form: str
    last: int
    readers: list["Subscription"] = field(default_factory=list)


class Live:
    """Fan-out of the event table. The thread starts with the first reader and waits without work while there is none."""

    def __init__(self, desk: Desk, wait: Callable[[float], object], context: Callable[[], AbstractContextManager[None]]) -> None:
        self._desk, self._wait, self._context = desk, wait, context
        self._audiences: dict[tuple[Officer, str], Audience] = {}
        self._lock, self._closed = Lock(), Flag()
        self._thread: Thread | None = None

    def subscribe(self, officer: Officer, render: Render, form: str, after: int) -> "Subscription":
        """Join an officer's audience. form: names what `render` makes (language and kind); after: last event number the reader has."""
        head = self._head()
        after = min(after, head)  # a number beyond the end comes from another table: what follows now is still new to the reader
        reader = Subscription(self, officer, render, form, after)
        key = (_rights(officer), form)
        with self._lock:
            audience = self._audiences.get(key)
            if audience is None:
                audience = self._audiences[key] = Audience(officer, render, form, head)
            audience.readers.append(reader)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="live", daemon=True)
                self._thread.start()
        reader.catch_up(self._read(officer, max(after, head - MOST_MISSED), render, form)[0])
        return reader

    def leave(self, reader: "Subscription") -> None:
        key = (_rights(reader.officer), reader.form)
        with self._lock:
            audience = self._audiences.get(key)
            if audience and reader in audience.readers:
                audience.readers.remove(reader)
                if not audience.readers:
                    del self._audiences[key]

    def close(self) -> None:
        """Let the thread end and every reader with it."""
        self._closed.set()
        with self._lock:
            for audience in self._audiences.values():
                for reader in audience.readers:
                    reader.end()

    def _head(self) -> int:
        with self._desk.store.read() as uow:
            return uow.last_event()

    def _run(self) -> None:
        while not self._closed.is_set():
            self._wait(BREATH)
            close_old_connections()
            with self._lock:
                audiences = list(self._audiences.values())
            for audience in audiences:
                self._serve(audience)

    def _serve(self, audience: Audience) -> None:
        """Give an audience what happened since it was last served. One that cannot be served must not keep the others waiting."""
        try:
            with self._context():
                frames = self._news(audience)
        except Exception:  # noqa: BLE001 - whatever it was, the other audiences and the next commit must find the feed alive
            _log.exception("the live feed could not be read for an audience; its readers come back and try again")
            for reader in tuple(audience.readers):
                reader.end()
            return
        for reader in tuple(audience.readers):
            reader.give(frames)

    def _news(self, audience: Audience) -> Sequence[Frame]:
        head = self._head()
        if audience.last >= head:
            return ()
        frames, last = self._read(audience.officer, audience.last, audience.render, audience.form)
        audience.last = max(last, head)
        return frames

    def _read(self, officer: Officer, after: int, render: Render, form: str) -> tuple[Sequence[Frame], int]:
        frames: list[Frame] = []
        while True:
            events, rows = reading.feed(self._desk, officer, after=after, limit=PAGE)
            frames.extend(render(events, rows, form))
            after = events[-1].number if events else after
            if len(events) < PAGE:
                return frames, after


def _rights(officer: Officer) -> Officer:
    """Return the officer without what no rule for lists looks at (who he is), so that equal rights compare equal."""
    return replace(officer, id="", language="")


class Subscription:
    """One reader's queue. Made on a page thread, read on the event loop, filled by the live thread."""

    def __init__(self, live: Live, officer: Officer, render: Render, form: str, after: int) -> None:
        self.officer, self.render, self.form = officer, render, form
        self._live, self._last = live, after
        self._lock = Lock()
        self._early: list[Frame] = []
        self._missed: Sequence[Frame] = ()
        self._queue: asyncio.Queue[Frame | None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._live.leave(self)

    def catch_up(self, frames: Sequence[Frame]) -> None:
        """Keep what happened before the first live event; numbers that also arrive live are told once."""
        self._missed = frames

    def give(self, frames: Sequence[Frame]) -> None:
        """Hand over frames from any thread."""
        with self._lock:
            if self._loop is None:
                self._early.extend(frames)
                return
        if frames:
            self._on_loop(lambda: self._put(frames))

    def end(self) -> None:
        """Close the stream from any thread."""
        self._ended = True
        if self._loop is not None:
            self._on_loop(lambda: self._queue.put_nowait(None) if self._queue else None)

    def _on_loop(self, act: Callable[[], None]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(act)

    def _put(self, frames: Sequence[Frame]) -> None:
        """A reader too slow to keep up is sent away: it comes back and catches up from the table."""
        if self._queue is None:
            return
        slow = self._queue.qsize() + len(frames) > MOST_QUEUED
        for frame in (None,) if slow else frames:
            self._queue.put_nowait(frame)

    async def frames(self) -> AsyncIterator[bytes]:
        """Yield bytes of the stream until the reader leaves, the node stops, or it is time to look at the sign-in again."""
        queue = self._attach()
        until = asyncio.get_running_loop().time() + LASTS
        yield b"retry: 1000\n\n"
        for number, data in self._missed:
            self._last = number
            yield data
        while not self._ended and (left := until - asyncio.get_running_loop().time()) > 0:
            try:
                async with asyncio.timeout(min(left, BREATH)):
                    frame = await queue.get()
            except TimeoutError:
                yield b": \n\n"
                continue
            if frame is None:
                return
            if frame[0] > self._last:
                self._last = frame[0]
                yield frame[1]

    def _attach(self) -> asyncio.Queue[Frame | None]:
        queue: asyncio.Queue[Frame | None] = asyncio.Queue()
        with self._lock:
            self._queue, self._loop = queue, asyncio.get_running_loop()
            for frame in self._early:
                queue.put_nowait(frame)
            self._early.clear()
        return queue


class LiveResponse(HttpResponse):
    """A view's answer that the application turns into a stream."""

    def __init__(self, subscription: Subscription) -> None:
        super().__init__(content_type="text/event-stream; charset=utf-8")
        self.subscription = subscription
        self.headers["Cache-Control"] = "no-store"
        self.headers["X-Accel-Buffering"] = "no"


def frame(number: int, kind: str, data: str) -> Frame:
    """Return one server-sent event; line breaks inside the data would end it, so each line is told as one."""
    lines = "".join(f"data: {line}\n" for line in data.splitlines())
    return number, f"id: {number}\nevent: {kind}\n{lines}\n".encode()
