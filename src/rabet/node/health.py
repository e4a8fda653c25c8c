"""What will fail if nobody acts: certificates, disk, clock, database, processes, links. `rabet check` shows it, the worker raises it."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from rabet.exchange.tls import expires
from rabet.node.assembly import Node
from rabet.node.memory import node_memory, running
from rabet.node.sentences import say

WARN_DAYS = 30
LEAST_FREE, LEAST_SHARE = 1 << 30, 0.05  # bytes and share of the disk
GREATEST_SKEW = timedelta(minutes=5)
LONGEST_SILENCE = timedelta(minutes=15)
MOST_MEMORY = 512 << 20  # bytes
Level = Literal["ok", "warning", "failing"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. about: what; id: names the sentence; params: fill it."""

    about: str
    level: Level
    id: str
    params: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        """Say it, with what to do."""
        return say(self.id, language, **self.params)


def look(node: Node) -> tuple[Finding, ...]:
    """Look at everything."""
    now = node.clock.now()
    checks: tuple[Callable[[Node, datetime], Iterator[Finding]], ...] = (_certificates, _disk, _clock, _links, _processes)
    return tuple(finding for check in checks for finding in check(node, now))


def _certificates(node: Node, now: datetime) -> Iterator[Finding]:
    layout = node.settings.layout
    certificates = {"own": layout.tls_certificate.read_bytes(), "authority": layout.authority_certificate.read_bytes()}
    certificates |= {f"authority of {agency}": pem.encode() for agency, pem in node.peers.cards.authorities.items()}
    for name, pem in certificates.items():
        left = (expires(pem) - now).days
        level: Level = "failing" if left < 0 else "warning" if left < WARN_DAYS else "ok"
        yield Finding("certificate", level, f"certificate_{level}", {"name": name, "days": abs(left), "until": expires(pem).date()})


def _disk(node: Node, _now: datetime) -> Iterator[Finding]:
    disk = shutil.disk_usage(node.settings.layout.root)
    level: Level = "warning" if disk.free < LEAST_FREE or disk.free < disk.total * LEAST_SHARE else "ok"
    level = "failing" if disk.free < LEAST_FREE // 16 else level
    yield Finding("disk", level, f"disk_{level}", {"free": disk.free >> 20})


def _clock(node: Node, now: datetime) -> Iterator[Finding]:
    """A clock that stands before the last thing written here was set back; partners' clocks show in receipts."""
    with node.store.read() as uow:
        size, _ = uow.audit_head()
        latest = [at for _, at, _ in uow.audit_entries(after=max(size - 1, 0), limit=1)]
    ahead = max((at - now for at in latest), default=timedelta())
    level: Level = "failing" if ahead > GREATEST_SKEW else "ok"
    yield Finding("clock", level, f"clock_{level}", {"minutes": int(ahead.total_seconds() // 60)})


def _links(node: Node, now: datetime) -> Iterator[Finding]:
    with node.store.read() as uow:
        lanes = uow.lanes()
    for lane in lanes:
        waits = lane.direction == "out" and lane.oldest_waiting is not None and now - lane.oldest_waiting > LONGEST_SILENCE
        level: Level = "failing" if lane.trouble == "fork" else "warning" if waits else "ok"
        params = {"partner": lane.partner, "lane": lane.lane, "queued": lane.size - lane.through, "trouble": lane.trouble or "-"}
        if lane.direction == "out":
            yield Finding("link", level, f"link_{level}", params)


def _processes(node: Node, _now: datetime) -> Iterator[Finding]:
    layout = node.settings.layout
    if not dict(running(layout)):
        yield Finding("processes", "warning", "node_down")
        return
    size = sum(node_memory(layout).values())
    level: Level = "warning" if size > MOST_MEMORY else "ok"
    yield Finding("memory", level, f"memory_{level}", {"size": size >> 20})
