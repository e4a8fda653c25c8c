"""Frames between the node's processes and its key process: a list of byte strings, each with its length.

A frame is `count` (4 bytes, big endian), then for each part its length (4 bytes) and its bytes. Part 0 of a request names the
call; part 0 of an answer is b"ok" or b"no" (then the reason).
"""

import socket
from collections.abc import Sequence
from struct import Struct

MAX_PARTS, MAX_FRAME = 65_536, 64 * 1024 * 1024
SIGN, SEAL, OPEN = b"sign", b"seal", b"open"
OK, NO = b"ok", b"no"
STOPPED = "may_not_leave"  # the reason that comes with a place and the ids of rules
_LENGTH = Struct(">I")


class BrokenFrame(ConnectionError):
    """The other side closed in the middle of a frame or announced more than the limit."""


class Channel:
    """One connection that carries frames."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._reader = connection.makefile("rb", buffering=256 * 1024)

    def send(self, parts: Sequence[bytes]) -> None:
        """Send one frame."""
        pieces = [_LENGTH.pack(len(parts))]
        for part in parts:
            pieces += (_LENGTH.pack(len(part)), part)
        self._connection.sendall(b"".join(pieces))

    def receive(self) -> list[bytes] | None:
        """Receive one frame; None when the other side closed between frames.

        Raises:
            BrokenFrame: closed within a frame, or larger than the limits.
        """
        first = self._reader.read(_LENGTH.size)
        if not first:
            return None
        (count,) = _LENGTH.unpack(_whole(first, _LENGTH.size))
        if count > MAX_PARTS:
            raise BrokenFrame(f"{count} parts")
        parts, room = [], MAX_FRAME
        for _ in range(count):
            (size,) = _LENGTH.unpack(self._read(_LENGTH.size))
            room -= size
            if room < 0:
                raise BrokenFrame("frame too large")
            parts.append(self._read(size))
        return parts

    def close(self) -> None:
        """Close the connection."""
        self._reader.close()
        self._connection.close()

    def _read(self, size: int) -> bytes:
        return _whole(self._reader.read(size), size)


def _whole(data: bytes, size: int) -> bytes:
    if len(data) != size:
        raise BrokenFrame("closed within a frame")
    return data
