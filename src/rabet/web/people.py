"""Port: who signs in. Storage keeps accounts, links and failures; web only asks."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from rabet.casework.values import Officer, StepUp, Token


class Person(Protocol):
    """An account as pages see it.

    key: what the session holds; stamp: changes with the password; name: shown to its owner only; language: "" = not chosen yet.
    """

    @property
    def key(self) -> str: ...
    @property
    def stamp(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def officer(self) -> Officer: ...


class People(Protocol):
    """Accounts of one node (storage.people). Every secret is compared in constant time and counted; None never says what was wrong.

    After too many failures the secret is not looked at: an exception with `minutes`, how long still, is raised (see `attempt`).
    """

    def person(self, key: str) -> Person | None:
        """Return the account of a session, or None when it is gone or not active."""

    def link_owner(self, secret: str) -> Person | None:
        """Return whom a one-time link would sign in; the link stays good."""

    def by_link(self, secret: str) -> Person | None:
        """Use a one-time link up and return its owner."""

    def by_password(self, name: str, password: str) -> Person | None:
        """Return the account."""

    def step_up(self, key: str, secret: str, digest: str) -> StepUp | None:
        """Check password or fresh one-time link of this very account, and bind it to the digest."""

    def set_language(self, key: str, language: str) -> None: ...
    def token(self, secret: str) -> Token | None:
        """Return the active token of an agency system."""


T = TypeVar("T")


def attempt(act: Callable[[], T | None]) -> tuple[T | None, int]:
    """Try a secret. Return the answer and for how many minutes none is looked at (0 = it was)."""
    try:
        return act(), 0
    except Exception as error:
        minutes = getattr(error, "minutes", None)
        if not isinstance(minutes, int):
            raise
        return None, minutes
