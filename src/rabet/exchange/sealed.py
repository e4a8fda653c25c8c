"""What the holder of the agency's keys gives for a clear batch: a sealed body, or the message that may not leave."""

from collections.abc import Sequence
from dataclasses import dataclass

from rabet.records.signing import Signature


class MayNotLeave(Exception):
    """A message of the batch was stopped before it was sealed. seq: its place in the lane; reasons: stable ids."""

    def __init__(self, seq: int, reasons: Sequence[str]) -> None:
        self.seq, self.reasons = seq, tuple(reasons)
        super().__init__(f"{seq}: {', '.join(reasons)}")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A body ready to post, and the signatures over its manifest."""

    body: bytes
    signatures: tuple[Signature, ...]
