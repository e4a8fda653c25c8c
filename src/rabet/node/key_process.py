"""The key process: alone reads the private keys, and looks at the clear bytes of every batch once more before they leave.

It answers on a Unix socket that only the node's own user may open; the kernel names the caller (SO_PEERCRED) and another user is
turned away. One thread a connection: the caller's threads each keep one. Nothing of the web, the database or the network is loaded.
"""

import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from struct import Struct

from rabet.exchange.keys import AgencyKeys, CannotOpen
from rabet.exchange.sealed import MayNotLeave
from rabet.node.clock import SystemClock
from rabet.node.key_client import write_signatures
from rabet.node.key_holder import KeyHolder
from rabet.node.key_protocol import NO, OK, OPEN, SEAL, SIGN, STOPPED, Channel
from rabet.node.key_service import KeyService, KeysRefused
from rabet.node.layout import Layout
from rabet.node.log import start_log
from rabet.node.settings import read_settings
from rabet.node.socket_name import name_of
from rabet.records.signing import ALGORITHMS, Purpose

_CREDENTIALS = Struct("3i")  # pid, uid, gid
_BACKLOG = 64
_log = logging.getLogger(__name__)


def serve(listening: socket.socket, keys: KeyService) -> None:
    """Answer until the socket is closed."""
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        if _caller(connection) != os.geteuid():
            _log.warning("caller of another user turned away")
            connection.close()
            continue
        threading.Thread(target=_converse, args=(Channel(connection), keys), daemon=True).start()


def listen(path: Path) -> socket.socket:
    """Open the socket, readable and writable by its owner only from the first moment."""
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        with name_of(path) as name:
            listening.bind(name)
    finally:
        os.umask(before)
    listening.listen(_BACKLOG)
    return listening


def _caller(connection: socket.socket) -> int:
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return int(_CREDENTIALS.unpack(raw)[1])


def _converse(channel: Channel, keys: KeyService) -> None:
    try:
        while (request := channel.receive()) is not None:
            channel.send(_answer(request, keys))
    except OSError:
        _log.info("caller went away")
    finally:
        channel.close()


def _answer(request: Sequence[bytes], keys: KeyService) -> list[bytes]:
    try:
        call, *parts = request
        return [OK, *_CALLS[call](keys, parts)]
    except KeysRefused as refusal:
        _log.warning("refused", extra={"reason": refusal.reason, "details": refusal.details})
        return [NO, refusal.reason.encode(), *(detail.encode() for detail in refusal.details)]
    except MayNotLeave as stopped:
        _log.warning("message may not leave", extra={"reasons": stopped.reasons})
        return [NO, STOPPED.encode(), str(stopped.seq).encode(), *(reason.encode() for reason in stopped.reasons)]
    except CannotOpen as trouble:
        return [NO, b"cannot_open", str(trouble).encode()]
    except Exception as error:  # noqa: BLE001 - the caller must get an answer, whatever it sent
        _log.exception("call failed")
        return [NO, b"call_failed", type(error).__name__.encode()]


def _sign(keys: KeyService, parts: Sequence[bytes]) -> Sequence[bytes]:
    purpose, wanted, *texts = parts
    names = {name.encode(): name for name in ALGORITHMS}
    algorithms = [names[name] for name in wanted.split(b",")]
    return write_signatures(keys.sign_many(Purpose(purpose.decode()), texts, algorithms))


def _seal(keys: KeyService, parts: Sequence[bytes]) -> Sequence[bytes]:
    partner, manifest, *messages = parts
    texts = [None if part == b"-" else part[1:].decode() for part in messages]
    sealed = keys.seal(partner.decode(), manifest.decode(), texts)
    return [sealed.body, *write_signatures([sealed.signatures])]


def _open(keys: KeyService, parts: Sequence[bytes]) -> Sequence[bytes]:
    key_id, sealed, info = parts
    return [keys.open(key_id.decode(), sealed, info)]


_CALLS: Mapping[bytes, Callable[[KeyService, Sequence[bytes]], Sequence[bytes]]] = {SIGN: _sign, SEAL: _seal, OPEN: _open}


def main(directory: Path) -> None:
    """Serve one node's keys until SIGTERM."""
    layout = Layout(directory.resolve())
    settings = read_settings(directory, {})
    keys = KeyHolder(settings.agency, AgencyKeys.load(layout.key_file.read_bytes()), layout, SystemClock())
    listening = listen(layout.key_socket)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    serve(listening, keys)


if __name__ == "__main__":
    start_log("keys")
    main(Path(sys.argv[1]))
