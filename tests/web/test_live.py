"""The live feed tells each reader what his rights let him see, once, in order, at once, and goes on after a break."""

import asyncio
import re
import threading
import time
from functools import partial
from statistics import median

from tests.web.conftest import Pages, eventually

READERS = 100


def numbers(stream: bytes) -> list[int]:
    return [int(one) for one in re.findall(rb"^id: (\d+)$", stream, re.MULTILINE)]


def head(pages: Pages) -> int:
    with pages.node.desk.store.read() as uow:
        return uow.last_event()


def joined(pages: Pages, count: int) -> None:
    """Wait until so many readers are connected."""
    live = pages.application.site.live
    eventually(lambda: sum(len(one.readers) for one in live._audiences.values()) >= count)


def test_an_event_appears_by_itself_and_a_break_is_caught_up(khazar: Pages) -> None:
    browser, start = khazar.browser("duty"), head(khazar)

    async def run() -> tuple[bytes, str]:
        reading = asyncio.create_task(browser.stream(f"/feed/stream/?after={start}", lambda seen: b"event: entry" in seen))
        await asyncio.to_thread(joined, khazar, 1)
        outcome = await asyncio.to_thread(khazar.report, place={"country": "AZ", "post": "Live post"})
        return await reading, outcome.record

    seen, record = asyncio.run(run())
    assert record.encode() in seen
    assert b"Live post" in seen
    missed = [khazar.report().record for _each in range(3)]
    last = {"last-event-id": str(numbers(seen)[-1])}
    again = asyncio.run(browser.stream("/feed/stream/?after=0", lambda found: all(one.encode() in found for one in missed), **last))
    assert record.encode() not in again
    assert numbers(again) == sorted(set(numbers(again)))
    assert min(numbers(again)) > numbers(seen)[-1]


def test_what_a_reader_may_not_see_is_not_sent_to_him(khazar: Pages) -> None:
    far = khazar.browser("elsewhere")

    async def run() -> tuple[bytes, str]:
        reading = asyncio.create_task(far.stream("/feed/stream/", lambda seen: b"For far eyes" in seen))
        await asyncio.to_thread(joined, khazar, 1)
        own = await asyncio.to_thread(khazar.report, place={"country": "AZ", "post": "For own eyes"})
        await asyncio.to_thread(khazar.report, "elsewhere", place={"country": "AZ", "post": "For far eyes"})
        return await reading, own.record

    seen, record = asyncio.run(run())
    assert b"For own eyes" not in seen
    assert record.encode() not in seen


def test_the_stream_is_refused_to_who_is_not_signed_in_or_reads_no_records(khazar: Pages) -> None:
    assert khazar.browser().get("/feed/stream/", accept="text/event-stream").status == 401
    assert khazar.browser("administrator").get("/feed/stream/").status == 404


def test_a_hundred_readers_are_told_at_once(khazar: Pages) -> None:
    browsers = [khazar.browser("duty" if number % 2 else "supervisor", ("en", "fa", "az", "ru")[number % 4]) for number in range(4)]
    before, arrived = threading.active_count(), dict[int, float]()

    def hears(reader: int, seen: bytes) -> bool:
        if b"Everybody hears" not in seen:
            return False
        arrived.setdefault(reader, time.perf_counter())
        return True

    async def run() -> float:
        readers = [
            asyncio.create_task(browsers[number % 4].stream("/feed/stream/?after=999999999", partial(hears, number), 30))
            for number in range(READERS)
        ]
        await asyncio.to_thread(joined, khazar, READERS)
        assert threading.active_count() - before < 30, "a reader costs no thread"
        await asyncio.to_thread(khazar.report, place={"country": "AZ", "post": "Everybody hears"})
        began = time.perf_counter()
        await asyncio.gather(*readers)
        return began

    began = asyncio.run(run())
    assert len(arrived) == READERS
    assert median(arrived.values()) - began < 0.5
    eventually(lambda: not khazar.application.site.live._audiences)


def test_an_event_reaches_a_reader_within_milliseconds_of_the_wake(khazar: Pages) -> None:
    """On a quiet machine about 2 ms; the bound is wide for a busy one."""
    browser, took = khazar.browser("duty"), list[float]()

    async def once(number: int) -> None:
        mark = f"Mark {number}".encode()
        reading = asyncio.create_task(browser.stream("/feed/stream/?after=999999999", lambda found: mark in found))
        await asyncio.to_thread(joined, khazar, 1)
        await asyncio.to_thread(khazar.report, place={"country": "AZ", "post": f"Mark {number}"})
        began = time.perf_counter()
        await reading
        took.append(time.perf_counter() - began)

    for number in range(5):
        asyncio.run(once(number))
    assert min(took) < 0.05
