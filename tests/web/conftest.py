"""Two nodes with real stores in one process, and browsers that sign in to their pages."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.conf import settings
from tests.nodes.world import make_nodes, seizure
from tests.web.client import Browser

from rabet.casework import reporting, standing
from rabet.casework.receiving import receive
from rabet.casework.reporting import Draft, Outcome
from rabet.casework.values import Case, Lane, Officer, Token
from rabet.node.assembly import Node
from rabet.storage.setup import configure_django, node_context
from rabet.web.application import Application, make_application
from rabet.web.configuration import django_settings
from rabet.web.site import WebOptions

ROLES = {
    "duty": {"duty_officer"},
    "liaison": {"liaison_officer"},
    "supervisor": {"supervisor"},
    "elsewhere": {"duty_officer"},
    "administrator": {"administrator"},
    "protection": {"data_protection_officer"},
}
NAMES = {
    "khazar": {
        "en": "Khazar Drug Control (invented)",
        "fa": "مبارزه با مواد مخدر خزر (ساختگی)",
        "az": "Xəzər Narkotik Nəzarəti (uydurma)",
        "ru": "Борьба с наркотиками «Хазар» (вымышлено)",
    }
}
PASSWORD = "a long enough sentence"
SECRET = "only for tests " * 3
CASE = "case-1"
LANES: tuple[Lane, ...] = ("urgent", "normal")
PERSON = {"nature": "natural", "name": "رسول محمدی", "category": "suspect", "status_class": "suspect", "adult": True, "simulated": True}


@dataclass
class Wake:
    """Stands for the datagram that node sends after a commit."""

    flag: Event = field(default_factory=Event)

    def __call__(self, seconds: float) -> None:
        self.flag.wait(seconds)
        self.flag.clear()


@dataclass
class Pages:
    """A node with its web application. people: sign-in name -> key."""

    node: Node
    application: Application
    wake: Wake
    people: Mapping[str, str]
    handed: dict[tuple[str, Lane], int] = field(default_factory=dict)

    def browser(self, who: str = "", language: str = "en") -> Browser:
        """A browser, signed in by a one-time link when `who` is named."""
        browser = Browser(self.application, language=language)
        if who:
            self.node.store.people.set_language(self.people[who], language)
            path = f"/sign-in/link/{self.link(who)}/"
            assert browser.post(path, start=path).status == 302
        return browser

    def link(self, who: str) -> str:
        secret: str = self.node.store.people.new_link(self.people[who])
        return secret

    def officer(self, who: str) -> Officer:
        officer: Officer = self.node.store.people.person(self.people[who]).officer
        return officer

    def report(self, who: str = "duty", *, urgent: bool = False, **changes: object) -> Outcome:
        """Report a simulated seizure and wake the pages, as the node does after a commit."""
        draft = Draft(kind="seizure", body=seizure(**changes), offence="transport", urgent=urgent)
        (outcome,) = reporting.report(self.node.desk, self.officer(who), [draft])
        self.wake.flag.set()
        return outcome

    def token(self, *scopes: str, unit: str = "desk") -> str:
        """A new token of a system; its secret."""
        secret = f"token-{self.node.desk.new_id()}"
        digest = sha256(secret.encode()).hexdigest()
        token = Token(id=secret[6:22], name="a system", digest=digest, scopes=frozenset(scopes), unit=unit, clearance="H1")
        standing.set_token(self.node.desk, self.officer("administrator"), token)
        return secret

    def hand_over(self, to: "Pages") -> None:
        """Give the partner what is queued, urgent first."""
        mine, partner = self.node.desk.agency, to.node.desk.agency
        for lane in LANES:
            first = self.handed.get((partner, lane), 0)
            size = self.node.store.links.sizes(partner)[lane][0]
            waiting = self.node.store.links.waiting(partner, lane, first) if size > first else ()
            messages = [(first + place, one.text) for place, one in enumerate(waiting)]
            with to.node.desk.store.begin() as uow:
                results = receive(to.node.desk, uow, mine, messages)
            assert all(result.status == "accepted" for result in results)
            self.handed[partner, lane] = first + len(messages)
        to.wake.flag.set()


def options(node: Node, more: Mapping[str, Any]) -> WebOptions:
    names = NAMES.get(node.settings.agency, node.settings.names)
    return WebOptions(names=names, zone=node.settings.zone, secret=SECRET, **more)


@pytest.fixture(scope="session", autouse=True)
def django() -> None:
    """Settings of the pages, also when tests of storage started Django before."""
    wanted = django_settings("tests", WebOptions(names={}, zone="UTC", secret=SECRET))
    configure_django(wanted)
    for name, value in wanted.items():
        setattr(settings, name, value)


def open_pages(folder: Path, *agencies: str, **more: object) -> tuple[Pages, ...]:
    return tuple(_pages(node, more) for node in make_nodes(folder, *agencies))


def close_pages(*pages: Pages) -> None:
    for one in pages:
        one.application.close()
        one.node.close()


def _pages(node: Node, more: Mapping[str, object]) -> Pages:
    wake = Wake()
    accounts = node.store.people
    people = {
        name: accounts.create(
            name, f"{name.title()} (invented)", unit="far" if name == "elsewhere" else "desk", roles=roles, clearance="H2", password=PASSWORD
        ).key
        for name, roles in ROLES.items()
    }
    context = partial(node_context, node.store.alias)
    pages = Pages(node, make_application(node.desk, accounts, options(node, more), wait=wake, context=context), wake, people)
    case = Case(
        id=CASE, number="AZ-2026/114", offence="transport", unit="desk", purpose="investigation", legal_basis="law", review_on="2030-01-01"
    )
    standing.open_case(node.desk, pages.officer("supervisor"), case)
    for name in ("duty", "supervisor"):
        accounts.change(people[name], cases=[CASE])
    return pages


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Pages, Pages]]:
    """Khazar and Alborz with an agreement in force, for the tests of one file."""
    pages = open_pages(tmp_path_factory.mktemp("web"), "khazar", "alborz")
    yield pages[0], pages[1]
    close_pages(*pages)


@pytest.fixture
def khazar(two: tuple[Pages, Pages]) -> Pages:
    return two[0]


@pytest.fixture
def alborz(two: tuple[Pages, Pages]) -> Pages:
    return two[1]


def eventually(holds: Callable[[], object], patience: float = 10.0) -> None:
    end = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)
