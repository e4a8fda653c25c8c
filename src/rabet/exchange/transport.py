"""One kept HTTPS connection to a partner, opened at start and again when it broke. No redirects, no proxies, no retries of its own."""

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from rabet.exchange.answer import MAX_ANSWER

CONNECT_SECONDS, ANSWER_SECONDS = 10.0, 60.0
_HTTPS_PORT = 443


class NoAnswer(Exception):
    """The partner could not be reached or did not answer in time."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer. headers: names in lower case; body: cut where it is longer than any answer may be."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    """Asks one partner. Used by one thread at a time."""

    def ask(self, method: str, path: str, body: bytes = b"") -> Reply:
        """Send and wait.

        Raises:
            NoAnswer: refused connection, broken TLS, time-out.
        """

    def close(self) -> None: ...


class HttpsTransport:
    """TLS 1.3 with the context of this partner (exchange/tls.py)."""

    def __init__(self, url: str, context: ssl.SSLContext) -> None:
        parts = urlsplit(url)
        self._prefix = parts.path.rstrip("/")
        self._connection = http.client.HTTPSConnection(parts.hostname or "", parts.port or _HTTPS_PORT, timeout=CONNECT_SECONDS, context=context)

    def ask(self, method: str, path: str, body: bytes = b"") -> Reply:
        """Send over the kept connection; one that went stale while idle is opened again once."""
        fresh = self._connection.sock is None
        try:
            return self._ask(method, path, body)
        except (OSError, http.client.HTTPException) as trouble:
            self._connection.close()
            if fresh or isinstance(trouble, TimeoutError):
                raise NoAnswer(_describe(trouble)) from None
        try:
            return self._ask(method, path, body)
        except (OSError, http.client.HTTPException) as trouble:
            self._connection.close()
            raise NoAnswer(_describe(trouble)) from None

    def _ask(self, method: str, path: str, body: bytes) -> Reply:
        if self._connection.sock is None:
            self._connection.connect()
        if self._connection.sock is not None:
            self._connection.sock.settimeout(ANSWER_SECONDS)
        self._connection.request(method, self._prefix + path, body, {"content-type": "application/octet-stream"})
        response = self._connection.getresponse()
        data = response.read(MAX_ANSWER + 1)
        if not response.isclosed():
            self._connection.close()
        return Reply(response.status, {name.lower(): value for name, value in response.getheaders()}, data)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _describe(trouble: Exception) -> str:
    return f"{type(trouble).__name__}: {trouble}"[:200]
