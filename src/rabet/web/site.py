"""What one node's pages work with: its desk, its people, its settings. Each request carries it; nothing is global."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from django.http import HttpRequest

from rabet.casework.desk import Desk
from rabet.casework.values import Officer
from rabet.web.people import People, Person

if TYPE_CHECKING:
    from rabet.web.live import Live

NODE_COLOURS = 6
PERSON_KEY, STAMP_KEY, STRONG_KEY = "person", "stamp", "strong_until"
LANGUAGE_COOKIE = "rabet_language"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebOptions:
    """What the node's settings say about its pages.

    names: agency's name per language; zone: IANA zone of the node; language: for those who have not chosen; hosts: Host headers that
    are answered; secret: at least 32 characters, the node's own; secure: pages are reached by HTTPS; framed_by: origins that may frame
    the feed.
    """

    names: Mapping[str, str]
    zone: str
    secret: str = field(repr=False)
    language: str = "en"
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    secure: bool = False
    framed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One node as its pages see it. context: entered around every use of accounts and sessions (storage.setup.node_context)."""

    desk: Desk
    people: People
    options: WebOptions
    live: "Live"
    context: Callable[[], AbstractContextManager[None]]

    @property
    def colour(self) -> int:
        """Number of the bar's colour, so that windows of two nodes are told apart."""
        return sha256(self.desk.agency.encode()).digest()[5] % NODE_COLOURS


class Request(HttpRequest):
    """A request inside the frame: which node, who asks (None before sign-in), in which language.

    strong: he signed in again lately; too_large: the body was not read.
    """

    node: Site
    person: Person | None
    strong: bool
    language: str
    too_large: bool


def signed_in(request: Request) -> Person:
    """Return who asks; only for routes that ask for sign-in."""
    if request.person is None:
        raise PermissionError("not signed in")
    return request.person


def officer_of(request: Request) -> Officer:
    """Return the officer who acts; `strong` while a second sign-in holds."""
    return replace(signed_in(request).officer, strong=request.strong)
