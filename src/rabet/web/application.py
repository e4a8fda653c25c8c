"""The node's web application: Django's request handling on a few steady threads, and event streams that cost no thread.

Django's own ASGI handler takes a fresh thread, and with it a fresh database connection, for every request. Here each request runs as
plain synchronous code on one of few threads that keep their connections; only a live stream lives on the event loop.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from io import BytesIO
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.base import BaseHandler
from django.db import close_old_connections
from django.http import HttpResponseBase
from django.urls import set_script_prefix

from rabet.casework.desk import Desk
from rabet.web.configuration import BODY_LIMIT
from rabet.web.live import Live, LiveResponse
from rabet.web.people import People
from rabet.web.site import Site, WebOptions

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
THREADS = 4


class Gone(Exception):
    """The client left before it had sent its whole request."""


def make_application(
    desk: Desk,
    people: People,
    options: WebOptions,
    *,
    wait: Callable[[float], object],
    context: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> "Application":
    """Put the pages of a node together. Django must have been configured with `configuration.django_settings`.

    wait: returns when a commit woke this process, or after so many seconds; context: entered around each use of accounts and sessions.
    """
    live = Live(desk, wait, context)
    return Application(Site(desk=desk, people=people, options=options, live=live, context=context))


class Application(BaseHandler):
    """An ASGI application. One request = one call of Django on a thread of the pool."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self.site = site
        self.load_middleware(is_async=False)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="page")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            phase = (await receive())["type"]
            if phase == "lifespan.shutdown":
                self.close()
            await send({"type": f"{phase}.complete"})
            if phase == "lifespan.shutdown":
                return

    def close(self) -> None:
        """End all streams and threads."""
        self.site.live.close()
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await read_body(scope, receive)
        except Gone:
            return
        loop = asyncio.get_running_loop()
        response = await loop.run_in_executor(self._pool, self.answer, scope, body)
        if isinstance(response, LiveResponse):
            await self._stream(response, receive, send)
        else:
            await send({"type": "http.response.start", "status": response.status_code, "headers": headers_of(response)})
            await send({"type": "http.response.body", "body": response.content})  # type: ignore[attr-defined]

    def answer(self, scope: Scope, body: bytes | None) -> HttpResponseBase:
        """Answer one request. body: None when it was too large to be read."""
        close_old_connections()
        set_script_prefix(scope.get("root_path", "") or "/")
        if self.site.options.secure:  # the proxy before this node ends HTTPS
            scope = {**scope, "scheme": "https"}
        request = ASGIRequest(scope, BytesIO(body or b""))
        request.node = self.site  # type: ignore[attr-defined]
        request.too_large = body is None  # type: ignore[attr-defined]
        with self.site.context():
            response = self.get_response(request)
            response.close()  # here, where the connections are that Django then looks after
            return response

    async def _stream(self, response: LiveResponse, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": response.status_code, "headers": headers_of(response)})
        with response.subscription as subscription:
            flow = asyncio.create_task(_pour(subscription.frames(), send))
            left = asyncio.create_task(_until_left(receive))
            _, open_still = await asyncio.wait({flow, left}, return_when=asyncio.FIRST_COMPLETED)
            for task in open_still:
                task.cancel()
            await asyncio.gather(*open_still, return_exceptions=True)


async def _pour(frames: Any, send: Send) -> None:  # noqa: ANN401 - an asynchronous iterator of bytes
    async for frame in frames:
        await send({"type": "http.response.body", "body": frame, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _until_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def read_body(scope: Scope, receive: Receive) -> bytes | None:
    """Return the whole body, or None as soon as it is more than this node takes.

    Raises:
        Gone: the client went away.
    """
    if _announced(scope) > BODY_LIMIT:
        return None
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > BODY_LIMIT:
            return None
        if not message.get("more_body"):
            return b"".join(parts)


def _announced(scope: Scope) -> int:
    value = dict(scope["headers"]).get(b"content-length", b"0")
    return int(value) if value.isdigit() else 0


def headers_of(response: HttpResponseBase) -> Sequence[tuple[bytes, bytes]]:
    """Return the response's headers and cookies as ASGI wants them."""
    headers = [(name.lower().encode("ascii"), value.encode("latin-1")) for name, value in response.items()]
    if not isinstance(response, LiveResponse) and "content-length" not in response.headers:
        headers.append((b"content-length", str(len(response.content)).encode()))  # type: ignore[attr-defined]
    return [*headers, *((b"set-cookie", cookie.output(header="").strip().encode("ascii")) for cookie in response.cookies.values())]
