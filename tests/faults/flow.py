"""Reports that flow from Khazar while things break, and the ledger of what was acknowledged.

A reporter does what a careful system does: it makes the id itself, and reports again under the same id until it is told that the
report was taken. So a report that was taken but never answered is reported twice, and must take effect once.
"""

import json
import os
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread

from tests.faults.pair import RECEIVER, SENDER, Pair, eventually

from rabet.casework import reading, reporting
from rabet.casework.reporting import Draft
from rabet.cli.world import bodies
from rabet.cli.world.agencies import ALBORZ, KHAZAR

URGENT_EACH, ALERT_EACH = 4, 5


@dataclass(frozen=True)
class Report:
    """A report and what is to become of it. by: who reports; other: the record at Alborz that shares its container, if any."""

    id: str
    by: str
    urgent: bool
    other: str
    body: bodies.Body

    def draft(self) -> Draft:
        return Draft(kind="seizure", body=self.body, id=self.id, urgent=self.urgent)

    def text(self) -> str:
        """As a program sends it or a file holds it."""
        return json.dumps({"kind": "seizure", "id": self.id, "urgent": self.urgent, "body": self.body})


@dataclass
class Ledger:
    """What was acknowledged, in order per reporter; what an officer of Alborz was shown; what had to be done again and why.

    before: messages that each node had sent earlier.
    """

    before: Mapping[str, int]
    acknowledged: dict[str, list[Report]] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)
    troubles: Counter[str] = field(default_factory=Counter)

    @property
    def reports(self) -> Sequence[Report]:
        return [report for reports in self.acknowledged.values() for report in reports]

    def note(self, report: Report) -> None:
        self.acknowledged.setdefault(report.by, []).append(report)


class Flow:
    """Makes reports of a pair. Numbers go up, so that no two reports share a container by accident."""

    def __init__(self, pair: Pair) -> None:
        self.pair, self.ledger = pair, Ledger(pair.messages())
        self.by_act, self.by_program = act(pair), program(pair)

    def reports(self, by: str, count: int, *, urgent: bool | None = None) -> list[Report]:
        """Make reports; every fifth shares container and seal with a record that Alborz has and tells nobody of."""
        first, self.pair.made = self.pair.made, self.pair.made + count
        shared = [number for number in range(first, first + count) if number % ALERT_EACH == 0]
        others = dict(zip(shared, self._plant(shared), strict=True))
        now = self.pair.node(SENDER).clock.now()
        return [
            Report(
                id=os.urandom(16).hex(),
                by=by,
                urgent=number % URGENT_EACH == 0 if urgent is None else urgent,
                other=others.get(number, ""),
                body=bodies.with_consignment(bodies.seizure(KHAZAR, now, value=str(number + 1)), number),
            )
            for number in range(first, first + count)
        ]

    def _plant(self, numbers: Sequence[int]) -> Sequence[str]:
        if not numbers:
            return []
        now, desk = self.pair.node(RECEIVER).clock.now(), self.pair.desk(RECEIVER)
        drafts = [Draft(kind="seizure", body=bodies.with_consignment(bodies.seizure(ALBORZ, now), number)) for number in numbers]
        return [one.record for one in reporting.report(desk, self.pair.officer(RECEIVER, "duty"), drafts, share=False)]

    def report(self, reports: Sequence[Report], way: "Way", pause: float = 0.0, stop: Event | None = None) -> None:
        """Report them one after the other, each until it is acknowledged."""
        for report in reports:
            if self.until_done(lambda report=report: way(report), stop):  # type: ignore[misc]
                self.ledger.note(report)
            time.sleep(pause)

    def until_done(self, act: Callable[[], object], stop: Event | None = None) -> bool:
        """Try until it is done, or nobody waits for it any more."""
        while not (stop and stop.is_set()):
            try:
                act()
            except Exception as trouble:  # noqa: BLE001 - whatever it was, there is no acknowledgement
                self.ledger.troubles[f"{type(trouble).__name__}: {trouble}"[:120]] += 1
                time.sleep(0.05)
            else:
                return True
        return False

    def arrival(self, way: "Way") -> float:
        """Report once more; return the seconds until that report is at the partner."""
        begin, probe = time.monotonic(), self.reports("probe", 1)
        self.report(probe, way)
        eventually(lambda: self.pair.holds(RECEIVER, probe[0].id), what="arrival of a report")
        return time.monotonic() - begin

    @contextmanager
    def running(self, count: int, pause: float) -> Iterator[None]:
        """Two reporters, one who acts in the node and one program over the API, and an officer of Alborz who opens every report.

        They run from entering to leaving; all is acknowledged and opened at the end.
        """
        stop = Event()
        acts, programs = self.reports("act", count), self.reports("program", count)
        opened = [report.id for pair in zip(acts, programs, strict=True) for report in pair]
        threads = [
            Thread(target=self._alone, args=(lambda: self.report(acts, self.by_act, pause, stop),), daemon=True),
            Thread(target=self._alone, args=(lambda: self.report(programs, self.by_program, pause, stop),), daemon=True),
            Thread(target=self._alone, args=(lambda: self.open(opened, stop),), daemon=True),
        ]
        for thread in threads:
            thread.start()
        try:
            yield
            for thread in threads:
                thread.join(60)
                assert not thread.is_alive(), self.ledger.troubles
        finally:
            stop.set()
            for thread in threads:
                thread.join(60)

    def _alone(self, work: Callable[[], object]) -> None:
        """Run in a thread of its own, that leaves no connection behind: not to a database, not to a key process that is long gone."""
        work()
        for node in self.pair.opened:
            node.let_go()

    def open(self, records: Sequence[str], stop: Event) -> None:
        """Let an officer of Alborz open each record as soon as it is there, and once more: its author learns of the first time only."""
        officer = self.pair.officer(RECEIVER, "liaison")
        for record in records:
            self.until_done(lambda record=record: self._arrived(record, stop), stop)  # type: ignore[misc]
            for _ in range(2):
                self.until_done(lambda record=record: reading.show(self.pair.desk(RECEIVER), officer, record), stop)  # type: ignore[misc]
            self.ledger.shown.add(record)

    def _arrived(self, record: str, stop: Event) -> None:
        while not (stop.is_set() or self.pair.holds(RECEIVER, record)):
            time.sleep(0.02)


Way = Callable[[Report], object]


def act(pair: Pair) -> Way:
    """Report through the act itself, in this process."""
    officer = pair.officer(SENDER, "duty")
    return lambda report: reporting.report(pair.desk(SENDER), officer, [report.draft()])


def program(pair: Pair) -> Way:
    """Report through the API, as the agency's own system does."""
    headers: Mapping[str, str] = {"Authorization": f"Bearer {pair.secret}", "Content-Type": "application/json"}
    address = f"http://127.0.0.1:{pair.node(SENDER).settings.web_port}/api/v1/reports"

    def send(report: Report) -> None:
        request = urllib.request.Request(address, report.text().encode(), dict(headers))
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:  # noqa: S310 - our own node
                assert answer.status == 201
        except urllib.error.HTTPError as refused:
            with refused:
                raise OSError(f"{refused.code} {refused.read()[:80]!r}") from None

    return send
