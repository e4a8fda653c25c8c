"""Two nodes with real stores in one process, and browsers that sign in to their pages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.conf import settings
from tests.nodes.world import make_nodes
from tests.web.client import Browser

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
PASSWORD = "a long enough sentence"
SECRET = "only for tests " * 3


@dataclass
class Wake:
    """Stands for the datagram that node sends after a commit."""

    flag: Event = field(default_factory=Event)

    def wait(self, seconds: float) -> None:
        self.flag.wait(seconds)
        self.flag.clear()


@dataclass
class Pages:
    """A node with its web application."""

    node: Node
    application: Application
    wake: Wake
    people: dict[str, str]

    def browser(self, who: str = "", language: str = "en") -> Browser:
        """A browser, signed in by a one-time link when `who` is named."""
        browser = Browser(self.application, language=language)
        if who:
            self.node.store.people.set_language(self.people[who], language)
            secret = self.node.store.people.new_link(self.people[who])
            path = f"/sign-in/link/{secret}/"
            assert browser.post(path, start=path).status == 302
        return browser


def options(node: Node, **more: Any) -> WebOptions:
    return WebOptions(names=node.settings.names, zone=node.settings.zone, secret=SECRET, **more)


@pytest.fixture(scope="session", autouse=True)
def django() -> None:
    """Settings of the pages, also when tests of storage started Django before."""
    wanted = django_settings("tests", WebOptions(names={}, zone="UTC", secret=SECRET))
    configure_django(wanted)
    for name, value in wanted.items():
        setattr(settings, name, value)


@pytest.fixture(scope="session")
def open_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., tuple[Pages, ...]]]:
    made: list[Pages] = []

    def open_(*agencies: str, **more: Any) -> tuple[Pages, ...]:
        nodes = make_nodes(tmp_path_factory.mktemp("web"), *agencies)
        pages = tuple(_pages(node, more) for node in nodes)
        made.extend(pages)
        return pages

    yield open_
    for pages in made:
        pages.application.close()
        pages.node.close()


def _pages(node: Node, more: dict[str, Any]) -> Pages:
    wake = Wake()
    people = {
        name: node.store.people.create(
            name, f"{name.title()} (invented)", unit="far" if name == "elsewhere" else "desk", roles=roles, clearance="H2", password=PASSWORD
        ).key
        for name, roles in ROLES.items()
    }
    context = partial(node_context, node.store.alias)
    application = make_application(node.desk, node.store.people, options(node, **more), wait=wake.wait, context=context)
    return Pages(node, application, wake, people)


@pytest.fixture(scope="module")
def khazar(open_pages: Callable[..., tuple[Pages, ...]]) -> Pages:
    return open_pages("khazar", "alborz")[0]
