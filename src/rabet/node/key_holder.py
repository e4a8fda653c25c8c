"""Holds the agency's private keys and does what `KeyService` says: in the key process, or in the same process in tests."""

from collections.abc import Sequence
from datetime import datetime
from threading import Lock

from rabet.casework.ports import Clock
from rabet.exchange.envelope import Draft, message_digest, read_manifest, seal_batch
from rabet.exchange.keys import AgencyKeys
from rabet.node.documents import read_agreements, read_stopped
from rabet.node.gate import Rules, objections
from rabet.node.key_service import KeysRefused
from rabet.node.layout import Layout
from rabet.node.peers import Peers
from rabet.records.bad_input import BadInput
from rabet.records.header import read_header
from rabet.records.merkle import CompactRange
from rabet.records.signing import CLASSICAL, Algorithm, Purpose, Signature


class KeyHolder:
    """Signs in the agency's name; never signs a manifest but together with the batch it describes."""

    def __init__(self, agency: str, keys: AgencyKeys, layout: Layout, clock: Clock) -> None:
        self._agency, self._keys, self._layout, self._clock = agency, keys, layout, clock
        self._peers = Peers(layout)
        self._lock = Lock()
        self._rules: tuple[tuple[object, ...], Rules] | None = None

    def sign(self, purpose: Purpose, data: bytes, algorithms: Sequence[Algorithm] = CLASSICAL) -> tuple[Signature, ...]:
        """Sign one text: the Signer port."""
        return self.sign_many(purpose, (data,), algorithms)[0]

    def sign_many(
        self, purpose: Purpose, texts: Sequence[bytes], algorithms: Sequence[Algorithm] = CLASSICAL
    ) -> tuple[tuple[Signature, ...], ...]:
        """Sign many texts for one purpose.

        Raises:
            KeysRefused: a manifest, or a record of another author.
        """
        if purpose is Purpose.MANIFEST:
            raise KeysRefused("manifest_alone")
        if purpose is Purpose.RECORD:
            for text in texts:
                self._check_author(text)
        return tuple(self._keys.sign(purpose, text, algorithms) for text in texts)

    def _check_author(self, text: bytes) -> None:
        try:
            author = read_header(text.decode()).author
        except (BadInput, UnicodeDecodeError):
            raise KeysRefused("not_a_record") from None
        if author != self._agency:
            raise KeysRefused("other_author", author)

    def seal(self, partner: str, manifest: str, messages: Sequence[str | None]) -> bytes:
        """Check, sign, seal.

        Raises:
            KeysRefused: unknown partner, a manifest that does not describe the messages, or a message that may not leave.
        """
        card = self._peers.cards.partners.get(partner)
        if card is None:
            raise KeysRefused("unknown_partner", partner)
        described = read_manifest(manifest)
        if (described.sender, described.receiver, len(described.messages)) != (self._agency, partner, len(messages)):
            raise KeysRefused("manifest_differs", "audience or count")
        now = self._clock.now()
        rules = self._rules_at(now)
        for at, (text, (agreement, digest)) in enumerate(zip(messages, described.messages, strict=True), described.first):
            if (text is None) != (at in described.withdrawn) or (text is not None and message_digest(text) != digest):
                raise KeysRefused("manifest_differs", str(at))
            found = objections(rules, card, text, now) if text is not None else ()
            if found:
                raise KeysRefused("may_not_leave", str(at), *found)
        signatures = self._keys.sign(Purpose.MANIFEST, manifest.encode(), rules.floor({agreement for agreement, _ in described.messages}))
        # The tree before is not needed to write a body: what it must be stands in the manifest and is the receiver's to check.
        return seal_batch(Draft(described, manifest, tuple(messages), CompactRange()), signatures, card.keys)

    def _rules_at(self, now: datetime) -> Rules:
        """The agreements as they lie on disk, worked out again when a file, a card or the date changed."""
        folder = self._layout.agreements
        mark = (folder.stat().st_mtime_ns, self._peers.cards.generation, now.date())
        with self._lock:
            if self._rules is None or self._rules[0] != mark:
                documents, stopped = read_agreements(self._layout), read_stopped(self._layout)
                self._rules = (mark, Rules.of(self._agency, documents, self._peers, stopped, now))
            return self._rules[1]

    def open(self, key_id: str, sealed: bytes, info: bytes) -> bytes:
        """Open what was sealed to this agency.

        Raises:
            CannotOpen: unknown key, altered text, other `info`.
        """
        return self._keys.open(key_id, sealed, info)
