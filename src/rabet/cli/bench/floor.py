"""The floor of an exchange on this machine: two synchronised appends of 2 KB and one mutual TLS 1.3 round trip of the same size.

No durable exchange between two nodes can be quicker: both must have it on disk, and it must travel. It is paced like the reports,
because a processor that slept between two of them is slower than one in a tight loop.
"""

import os
import socket
import ssl
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rabet.cli.bench.beside import Pipe, beside, hear
from rabet.cli.bench.drafts import SIZE
from rabet.exchange.tls import client_context, server_context
from rabet.node.layout import Layout

_WITHIN = 10.0  # seconds


@dataclass(frozen=True, slots=True)
class Floor:
    """Medians in milliseconds. synced: one append; trip: one round trip; whole: two appends and a trip, measured together."""

    synced: float
    trip: float
    whole: float


def measure_floor(sender: Layout, receiver: Layout, samples: int, every: float) -> Floor:
    """Measure with the two nodes' own certificates, on the disk of the receiver. every: seconds between two samples."""
    context = client_context(sender.tls_certificate, sender.tls_key, receiver.authority_certificate.read_text(encoding="ascii"))
    with beside(_echo, receiver, sender) as pipe:
        port = hear(pipe, _WITHIN, "the floor's round trip")
        with socket.create_connection(("127.0.0.1", port)) as plain, context.wrap_socket(plain, server_hostname="127.0.0.1") as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return _sample(connection, receiver.root / "floor", samples, every)


def _sample(connection: ssl.SSLSocket, path: Path, samples: int, every: float) -> Floor:
    synced, trips, whole = [], [], []
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        begin = time.perf_counter()
        for i in range(samples):
            time.sleep(max(begin + i * every - time.perf_counter(), 0))
            marks = [time.perf_counter()]
            for act in (_append, _trip, _append):
                act(connection, file)
                marks.append(time.perf_counter())
            synced.append(marks[1] - marks[0])
            trips.append(marks[2] - marks[1])
            whole.append(marks[3] - marks[0])
    finally:
        os.close(file)
        path.unlink()
    return Floor(*(median(sample) * 1000 for sample in (synced, trips, whole)))


def _append(_connection: ssl.SSLSocket, file: int) -> None:
    os.write(file, bytes(SIZE))
    os.fdatasync(file)


def _trip(connection: ssl.SSLSocket, _file: int) -> None:
    connection.sendall(bytes(SIZE))
    _read(connection)


def _echo(pipe: Pipe, receiver: Layout, sender: Layout) -> None:
    """The other end: sends back as much as came."""
    authority = sender.authority_certificate.read_text(encoding="ascii")
    context = server_context(receiver.tls_certificate, receiver.tls_key, [authority])
    with socket.create_server(("127.0.0.1", 0)) as listening:
        pipe.send(listening.getsockname()[1])
        plain, _ = listening.accept()
        with context.wrap_socket(plain, server_side=True) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while _read(connection):
                connection.sendall(bytes(SIZE))


def _read(connection: ssl.SSLSocket) -> bool:
    left = SIZE
    while left:
        chunk = connection.recv(left)
        if not chunk:
            return False
        left -= len(chunk)
    return True
