"""One kept HTTPS connection to a partner, opened at start and again when it broke. No redirects, no proxies, no retries of its own."""

import http.client
import ssl
from collections.abc import Callable, Mapping
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
    """TLS 1.3 with the context of this partner (exchange/tls.py), made anew for each connection: a renewed certificate is shown at once."""

    def __init__(self, url: str, context: Callable[[], ssl.SSLContext]) -> None:
        parts = urlsplit(url)
        self._host, self._port, self._prefix = parts.hostname or "", parts.port or _HTTPS_PORT, parts.path.rstrip("/")
        self._context = context
        self._kept: http.client.HTTPSConnection | None = None

    def ask(self, method: str, path: str, body: bytes = b"") -> Reply:
        """Send over the kept connection; one that went stale while idle is opened again once."""
        fresh = self._kept is None
        try:
            return self._ask(method, path, body)
        except (OSError, http.client.HTTPException) as trouble:
            self.close()
            if fresh or isinstance(trouble, TimeoutError):
                raise NoAnswer(_describe(trouble)) from None
        try:
            return self._ask(method, path, body)
        except (OSError, http.client.HTTPException) as trouble:
            self.close()
            raise NoAnswer(_describe(trouble)) from None

    def _ask(self, method: str, path: str, body: bytes) -> Reply:
        connection = self._kept or self._open()
        connection.request(method, self._prefix + path, body, {"content-type": "application/octet-stream"})
        response = connection.getresponse()
        data = response.read(MAX_ANSWER + 1)
        if connection.sock is None or not response.isclosed():  # the partner hung up, or goes on talking beyond any answer
            self.close()
        return Reply(response.status, {name.lower(): value for name, value in response.getheaders()}, data)

    def _open(self) -> http.client.HTTPSConnection:
        connection = http.client.HTTPSConnection(self._host, self._port, timeout=CONNECT_SECONDS, context=self._context())
        self._kept = connection
        connection.connect()
        if connection.sock is not None:
            connection.sock.settimeout(ANSWER_SECONDS)
        return connection

    def close(self) -> None:
        """Close the connection."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None


def _describe(trouble: Exception) -> str:
    return f"{type(trouble).__name__}: {trouble}"[:200]
