"""What the other processes of a node see of its keys: they ask the key process over its Unix socket.

One connection a thread, kept open; when the key process was restarted in between, the call is made once more on a fresh one.
"""

import socket
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from rabet.exchange.keys import CannotOpen
from rabet.exchange.sealed import MayNotLeave, Sealed
from rabet.node.key_protocol import NO, OPEN, SEAL, SIGN, STOPPED, BrokenFrame, Channel
from rabet.node.key_service import KeysRefused
from rabet.node.socket_name import name_of
from rabet.records.signing import ALGORITHMS, CLASSICAL, Algorithm, Purpose, Signature

_RETRY_FOR, _RETRY_EVERY = 5.0, 0.05  # seconds: a key process that died is back well within this
_LONGEST_CALL = 60.0


class KeyClient:
    """The key process as `KeyService`. Safe for threads and across a fork (connections are made when first used)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()

    def sign(self, purpose: Purpose, data: bytes, algorithms: Sequence[Algorithm] = CLASSICAL) -> tuple[Signature, ...]:
        """Sign one text: the Signer port."""
        return self.sign_many(purpose, (data,), algorithms)[0]

    def sign_many(
        self, purpose: Purpose, texts: Sequence[bytes], algorithms: Sequence[Algorithm] = CLASSICAL
    ) -> tuple[tuple[Signature, ...], ...]:
        """Sign many texts in one round trip."""
        answer = self._call([SIGN, purpose.encode(), ",".join(algorithms).encode(), *texts])
        return read_signatures(answer, len(algorithms))

    def seal(self, partner: str, manifest: str, messages: Sequence[str | None]) -> Sealed:
        """Have a batch checked, signed and sealed."""
        parts = (b"-" if text is None else b"+" + text.encode() for text in messages)
        try:
            body, *signatures = self._call([SEAL, partner.encode(), manifest.encode(), *parts])
        except KeysRefused as refusal:
            if refusal.reason == STOPPED:
                raise MayNotLeave(int(refusal.details[0]), refusal.details[1:]) from None
            raise
        return Sealed(body, read_signatures(signatures, len(signatures))[0])

    def open(self, key_id: str, sealed: bytes, info: bytes) -> bytes:
        """Open what was sealed to this agency: the Opener port."""
        try:
            return self._call([OPEN, key_id.encode(), sealed, info])[0]
        except KeysRefused as refusal:
            raise CannotOpen(str(refusal)) from None

    def answers(self) -> bool:
        """Is there a key process at all?"""
        try:
            self._channel()
        except OSError:
            return False
        return True

    def _call(self, request: Sequence[bytes]) -> list[bytes]:
        end = time.monotonic() + _RETRY_FOR
        while True:
            try:
                verdict, *rest = self._exchange(request)
            except OSError:
                self.close()
                if time.monotonic() > end:
                    raise
                time.sleep(_RETRY_EVERY)
                continue
            if verdict == NO:
                raise KeysRefused(*(part.decode() for part in rest))
            return rest

    def _exchange(self, request: Sequence[bytes]) -> list[bytes]:
        channel = self._channel()
        channel.send(request)
        answer = channel.receive()
        if not answer:
            raise BrokenFrame("the key process closed the connection")
        return answer

    def _channel(self) -> Channel:
        channel: Channel | None = getattr(self._local, "channel", None)
        if channel is None:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(_LONGEST_CALL)
            try:
                with name_of(self._path) as name:
                    connection.connect(name)
            except OSError:
                connection.close()
                raise
            channel = self._local.channel = Channel(connection)
        return channel

    def close(self) -> None:
        """Close this thread's connection."""
        channel: Channel | None = getattr(self._local, "channel", None)
        if channel is not None:
            channel.close()
            self._local.channel = None


def write_signatures(signed: Sequence[Sequence[Signature]]) -> list[bytes]:
    """Three parts a signature: algorithm, key id, value."""
    flat = (signature for signatures in signed for signature in signatures)
    return [part for s in flat for part in (s.algorithm.encode(), s.key_id.encode(), s.value)]


def read_signatures(parts: Sequence[bytes], each: int) -> tuple[tuple[Signature, ...], ...]:
    """Undo `write_signatures` where every text carries `each` signatures."""
    names = {name.encode(): name for name in ALGORITHMS}
    flat = [Signature(names[parts[i]], parts[i + 1].decode(), parts[i + 2]) for i in range(0, len(parts), 3)]
    return tuple(tuple(flat[i : i + each]) for i in range(0, len(flat), each))
