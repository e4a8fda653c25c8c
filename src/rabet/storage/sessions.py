"""Sign-in sessions of the pages. The database holds a digest of each session's key, so that a copy of it signs nobody in."""

from hashlib import sha256
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession

_LENGTH = 40  # of Django's column: 160 bits of the digest


def stored(session_key: str) -> str:
    """Return what stands in the database for the key in a browser's cookie."""
    return sha256(session_key.encode()).hexdigest()[:_LENGTH]


class SessionStore(db.SessionStore):
    """Django's own, but for the key by which a row is found."""

    def load(self) -> dict[str, Any]:
        shown = self.session_key
        if shown is None:
            return {}
        self._session_key = stored(shown)
        found = super().load()
        self._session_key = shown if self._session_key else None  # None: there is no such session
        return found

    def exists(self, session_key: str) -> bool:
        return super().exists(stored(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        made = super().create_model_instance(data)
        made.session_key = stored(made.session_key)
        return made

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            super().delete(stored(key))
