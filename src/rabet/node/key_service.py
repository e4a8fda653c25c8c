"""What the holder of the agency's private keys does for the rest of the node, in the same process (tests) or over a socket."""

from collections.abc import Sequence
from typing import Protocol

from rabet.exchange.sealed import Sealed
from rabet.records.signing import CLASSICAL, Algorithm, Purpose, Signature


class KeysRefused(Exception):
    """The holder of the keys will not do this. `reason` is a stable id, `details` the places it is about (never content)."""

    def __init__(self, reason: str, *details: str) -> None:
        self.reason, self.details = reason, details
        super().__init__(": ".join((reason, *details)))


class KeyService(Protocol):
    """Signs, seals, opens. Manifests are never signed as such: only together with the clear batch that is checked against the agreements."""

    def sign(self, purpose: Purpose, data: bytes, algorithms: Sequence[Algorithm] = CLASSICAL) -> tuple[Signature, ...]:
        """Sign one text: the Signer port.

        Raises:
            KeysRefused: a manifest, or a record of another author.
        """

    def sign_many(
        self, purpose: Purpose, texts: Sequence[bytes], algorithms: Sequence[Algorithm] = CLASSICAL
    ) -> tuple[tuple[Signature, ...], ...]:
        """Sign many texts for one purpose."""

    def seal(self, partner: str, manifest: str, messages: Sequence[str | None]) -> Sealed:
        """Check every message against the agreements as signed, sign the manifest, seal all to the partner.

        Raises:
            KeysRefused: unknown partner, or a manifest that does not describe the messages.
            MayNotLeave: the first message that the second gate stops.
        """

    def open(self, key_id: str, sealed: bytes, info: bytes) -> bytes:
        """Open what was sealed to this agency: the Opener port.

        Raises:
            CannotOpen: unknown key, altered text, other `info`.
        """

    def close(self) -> None:
        """Let go of what this thread holds."""
