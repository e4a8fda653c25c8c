"""One page that shows the three nodes' feeds beside each other, each in a frame of its own node."""

import html
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Rabet: three nodes side by side</title>
<style>
body {{ margin: 0; font: 15px/1.4 system-ui, sans-serif; background: #eef1f4; color: #17212b; }}
h1 {{ font-size: 1rem; font-weight: 600; margin: 0; padding: .6rem 1rem; }}
main {{ display: grid; grid-template-columns: repeat(3, 1fr); gap: .5rem; padding: 0 .5rem .5rem; height: calc(100vh - 3rem); }}
section {{ display: flex; flex-direction: column; background: #fff; border: 1px solid #c9d1d9; border-radius: 4px; overflow: hidden; }}
h2 {{ font-size: .9rem; margin: 0; padding: .4rem .7rem; border-bottom: 1px solid #c9d1d9; }}
iframe {{ flex: 1; border: 0; width: 100%; }}
</style></head>
<body><h1>Rabet: three nodes of three invented agencies. Sign in once in each frame; persons are simulated.</h1>
<main>{frames}</main></body></html>
"""
_FRAME = '<section><h2>{name}</h2><iframe title="{name}" src="{address}"></iframe></section>'


class Board:
    """The page's small server on the loopback."""

    def __init__(self) -> None:
        self._body = b""
        board = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200 if self.path == "/" else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(board.page if self.path == "/" else b"")

            def log_message(self, *_: object) -> None:
                """Say nothing: the terminal belongs to the story."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def page(self) -> bytes:
        """What is served."""
        return self._body

    @property
    def origin(self) -> str:
        """Its address; the nodes allow this origin, and no other, to frame their feed."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def show(self, frames: Mapping[str, str]) -> None:
        """Put the frames on the page. frames: name -> address."""
        made = "".join(_FRAME.format(name=html.escape(name), address=html.escape(address)) for name, address in frames.items())
        self._body = _PAGE.format(frames=made).encode()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
