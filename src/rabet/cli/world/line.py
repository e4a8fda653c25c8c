"""A line between two nodes that can be cut: a small TCP relay in front of a partner's port. TLS runs through it untouched."""

import socket
import threading
from contextlib import suppress

_CHUNK = 65_536


class Line:
    """Relays from `port` on the loopback to `target`. cut() drops what is open and refuses what comes; mend() lets it through again."""

    def __init__(self, port: int, target: int) -> None:
        self.port, self.target = port, target
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listening: socket.socket | None = None

    def mend(self) -> None:
        """Listen, and relay every connection."""
        if self._listening is not None:
            return
        self._listening = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def cut(self) -> None:
        """Stop listening and drop every connection."""
        listening, self._listening = self._listening, None
        with self._lock:
            cut = [*self._open, *([listening] if listening else [])]
            self._open.clear()
        for one in cut:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self, listening: socket.socket) -> None:
        while self._listening is listening:
            try:
                near, _ = listening.accept()
            except OSError:
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self.target), timeout=5)
            except OSError:
                near.close()  # nobody there: who called is told at once
                continue
            far.settimeout(None)
            for one in (near, far):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open |= {near, far}
            for a, b in ((near, far), (far, near)):
                threading.Thread(target=self._relay, args=(a, b), daemon=True).start()

    def _relay(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(_CHUNK):
                sink.sendall(chunk)
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        with self._lock:
            self._open -= {source, sink}
