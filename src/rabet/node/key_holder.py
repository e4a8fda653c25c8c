"""Holds the agency's private keys and does what `KeyService` says: in the key process, or in the same process in tests."""

from collections.abc import Sequence

from rabet.casework.ports import Clock
from rabet.exchange.envelope import Draft, message_digest, read_manifest, seal_batch
from rabet.exchange.keys import AgencyKeys
from rabet.exchange.sealed import MayNotLeave, Sealed
from rabet.node.gate import RuleBook, objections
from rabet.node.key_service import KeysRefused
from rabet.node.layout import Layout
from rabet.node.own_texts import OwnTexts
from rabet.node.peers import Peers
from rabet.records.merkle import CompactRange
from rabet.records.signing import CLASSICAL, Algorithm, Purpose, Signature


class KeyHolder:
    """Signs in the agency's name; never signs a manifest but together with the batch it describes."""

    def __init__(self, agency: str, keys: AgencyKeys, layout: Layout, clock: Clock) -> None:
        self._agency, self._keys, self._clock = agency, keys, clock
        self._peers = Peers(layout)
        self._book = RuleBook(agency, layout, self._peers)
        self._own = OwnTexts(agency, lambda: self._peers.cards.own.fingerprint().hex())

    def sign(self, purpose: Purpose, data: bytes, algorithms: Sequence[Algorithm] = CLASSICAL) -> tuple[Signature, ...]:
        """Sign one text: the Signer port."""
        return self.sign_many(purpose, (data,), algorithms)[0]

    def sign_many(
        self, purpose: Purpose, texts: Sequence[bytes], algorithms: Sequence[Algorithm] = CLASSICAL
    ) -> tuple[tuple[Signature, ...], ...]:
        """Sign many texts for one purpose.

        Raises:
            KeysRefused: a manifest or card, or a text that is nothing of this purpose or speaks for another agency.
        """
        for text in texts:
            self._own.check(purpose, text)
        return tuple(self._keys.sign(purpose, text, algorithms) for text in texts)

    def seal(self, partner: str, manifest: str, messages: Sequence[str | None]) -> Sealed:
        """Check, sign, seal.

        Raises:
            KeysRefused: unknown partner, or a manifest that does not describe the messages.
            MayNotLeave: the first message that the second gate stops.
        """
        card = self._peers.cards.partners.get(partner)
        if card is None:
            raise KeysRefused("unknown_partner", partner)
        described = read_manifest(manifest)
        if (described.sender, described.receiver, len(described.messages)) != (self._agency, partner, len(messages)):
            raise KeysRefused("manifest_differs", "audience or count")
        now = self._clock.now()
        rules = self._book.at(now)
        for at, (text, digest) in enumerate(zip(messages, described.digests, strict=True), described.first):
            if (text is None) != (at in described.withdrawn) or (text is not None and message_digest(text) != digest):
                raise KeysRefused("manifest_differs", str(at))
            found = objections(rules, card, text, now) if text is not None else ()
            if found:
                raise MayNotLeave(at, found)
        signatures = self._keys.sign(Purpose.MANIFEST, manifest.encode(), rules.floor(partner))
        # The tree before is not needed to write a body: what it must be stands in the manifest and is the receiver's to check.
        return Sealed(seal_batch(Draft(described, manifest, tuple(messages), CompactRange()), signatures, card.keys), signatures)

    def open(self, key_id: str, sealed: bytes, info: bytes) -> bytes:
        """Open what was sealed to this agency.

        Raises:
            CannotOpen: unknown key, altered text, other `info`.
        """
        return self._keys.open(key_id, sealed, info)

    def close(self) -> None:
        """Nothing is held open."""
