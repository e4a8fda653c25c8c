"""Three nodes in one process, joined by hand: what a node queued is handed to the partner's `receive`."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rabet.agreements.document import Agreement
from rabet.casework.fields import Fields
from rabet.casework.receiving import Result, receive
from rabet.casework.reporting import Draft, Outcome, report
from rabet.casework.standing import agreements
from rabet.casework.values import Lane
from rabet.cli.world import bodies
from rabet.cli.world.agencies import AGENCIES, KHAZAR
from rabet.cli.world.world import Pact, World

CASPIAN = Pact("caspian", "multilateral", ("alborz", "khazar", "volga"), {})
BILATERAL = Pact("khazar-alborz", "bilateral", ("alborz", "khazar"), {("khazar", "alborz"): "persons"})
LANES: tuple[Lane, ...] = ("urgent", "normal")


class Nodes(World):
    """A world without processes."""

    def __init__(self, folder: Path, make_database: Callable[[], str] | None = None) -> None:
        super().__init__(folder, AGENCIES)
        self.make_database = make_database
        self.make([CASPIAN, BILATERAL])
        self.taken: dict[tuple[str, str, Lane], int] = {}

    def database_of(self, agency: str) -> str:
        """A database of its own, of the engine under test."""
        return self.make_database() if self.make_database else super().database_of(agency)

    def queued(self, sender: str, partner: str, lane: Lane = "normal") -> list[tuple[int, str | None]]:
        """Messages not yet handed over."""
        first = self.taken.get((sender, partner, lane), 0)
        found = self.node(sender).store.links.waiting(partner, lane, first) if self._size(sender, partner, lane) > first else ()
        return [(first + i, one.text) for i, one in enumerate(found)]

    def _size(self, sender: str, partner: str, lane: Lane) -> int:
        size: int = self.node(sender).store.links.sizes(partner)[lane][0]
        return size

    def hand_over(self, sender: str, partner: str) -> list[Result]:
        """Hand everything over, urgent first."""
        results: list[Result] = []
        for lane in LANES:
            messages = self.queued(sender, partner, lane)
            if messages:
                results += self.give(sender, partner, messages)
                self.taken[sender, partner, lane] = messages[-1][0] + 1
        return results

    def give(self, sender: str, partner: str, messages: list[tuple[int, str | None]]) -> tuple[Result, ...]:
        """Have the partner receive these messages."""
        with self.desk(partner).store.begin() as uow:
            return receive(self.desk(partner), uow, sender, messages)

    def documents(self) -> dict[str, Agreement]:
        """The agreements by id."""
        return {one.document.id: one.document for one in agreements(self.desk("khazar"))}

    def report(self, **more: object) -> Outcome:
        """Report a seizure with container, seal, driver, phone and plate at Khazar."""
        body = more.pop("body", None) or self.body()
        return report(self.desk("khazar"), self.officer("khazar", "duty"), [Draft(kind="seizure", body=body, **more)])[0]  # type: ignore[arg-type]

    def body(self, number: int = 1, **more: object) -> bodies.Body:
        """A body of the story."""
        plain = bodies.seizure(KHAZAR, self.desk("khazar").clock.now(), **more)  # type: ignore[arg-type]
        return bodies.with_driver(bodies.with_consignment(plain, number), KHAZAR, number)

    def held(self, agency: str, record: str) -> bodies.Body:
        """All fields held of the newest version."""
        with self.desk(agency).store.read() as uow:
            version = uow.version(record)
            return {} if version is None else Fields.of(version.header.kind, uow.content(version)).body()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def nodes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    make = request.getfixturevalue("postgres_database") if request.param == "postgres" else None
    made = Nodes(tmp_path_factory.mktemp("world"), make)
    yield made
    made.stop()
