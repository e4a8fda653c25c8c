"""A browser without a screen: speaks ASGI to a node's application, keeps cookies, sends forms with their token."""

import asyncio
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

from rabet.web.application import Application, Message

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:  # noqa: ANN401 - JSON
        return json.loads(self.body)


@dataclass
class Browser:
    application: Application
    host: str = "127.0.0.1"
    language: str = "en"
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, b"", headers)

    def post(self, path: str, data: Mapping[str, str] | None = None, *, token: bool = True, start: str = "/sign-in/", **headers: str) -> Answer:
        """Send a form as a page would: with the token of a page of this node."""
        values = dict(data or {})
        if token:
            found = TOKEN.search(self.get(start).text)
            assert found, "no form on the page"
            values["csrfmiddlewaretoken"] = found[1]
        return self.ask("POST", path, urlencode(values).encode(), {"content-type": "application/x-www-form-urlencoded", **headers})

    def ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        return asyncio.run(self._ask(method, path, body, headers))

    async def stream(self, path: str, until: Callable[[bytes], bool], seconds: float = 10.0, **headers: str) -> bytes:
        """Read a live stream until it holds what is waited for."""
        sent: list[bytes] = []
        enough = asyncio.Event()

        async def receive() -> Message:
            if sent or enough.is_set():
                await enough.wait()
                return {"type": "http.disconnect"}
            sent.append(b"")
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message.get("body", b""))
            if until(b"".join(sent)):
                enough.set()

        scope = self.scope("GET", path, {"accept": "text/event-stream", **headers})
        async with asyncio.timeout(seconds):
            await self.application(scope, receive, send)
        return b"".join(sent)

    async def _ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self.application(self.scope(method, path, {**headers, "content-length": str(len(body))}), receive, send)
        start = sent[0]
        answered = [(name.decode(), value.decode("latin-1")) for name, value in start["headers"]]
        self._keep(value for name, value in answered if name == "set-cookie")
        return Answer(start["status"], dict(answered), b"".join(one.get("body", b"") for one in sent[1:]))

    def scope(self, method: str, path: str, headers: Mapping[str, str]) -> dict[str, Any]:
        parts = urlsplit(path)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        every = {"host": self.host, "accept-language": self.language, **({"cookie": cookie} if cookie else {}), **self.headers, **headers}
        return {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode("utf-8")) for name, value in every.items()],
            "server": (self.host, 80),
            "client": ("127.0.0.1", 1),
        }

    def _keep(self, cookies: Iterable[str]) -> None:
        for text in cookies:
            for name, morsel in SimpleCookie(text).items():
                if morsel["max-age"] == "0" or not morsel.value:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
