"""Partners as this node's directory holds them: the cards whose fingerprint people compared, and the keys and authorities in them.

The database also knows partners; what counts for signatures, sealing and the door is this folder, which only `rabet peer confirm`
writes: a program that can change the database cannot put another key in a partner's place.
"""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock

from rabet.exchange.card import Card, SignedCard, read_signed_card
from rabet.exchange.keys import KeyringVerifier, PublicKeys
from rabet.node.files import write_whole
from rabet.node.layout import Layout
from rabet.records.signing import CLASSICAL, Algorithm, Purpose, Signature


@dataclass(frozen=True)
class Cards:
    """The node's own card and those of its partners at one moment; `generation` tells one reading from another."""

    own: Card
    partners: Mapping[str, Card]
    generation: tuple[int, ...]

    @cached_property
    def keyring(self) -> KeyringVerifier:
        """Public keys of all agencies known here."""
        everybody = {self.own.agency: self.own, **self.partners}
        return KeyringVerifier({agency: [card.keys] for agency, card in everybody.items()})

    @cached_property
    def authorities(self) -> Mapping[str, str]:
        """Agency -> PEM of its certificate authority."""
        return {agency: card.ca for agency, card in self.partners.items()}


class Peers:
    """Reads the cards when they changed; is the Verifier port for the rest of the node."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._watched = (str(layout.peers), str(layout.card))
        self._lock = Lock()
        self._cards: Cards | None = None

    @property
    def cards(self) -> Cards:
        """The cards now."""
        generation = _generation(self._watched)
        with self._lock:
            if self._cards is None or self._cards.generation != generation:
                self._cards = read_cards(self._layout, generation)
            return self._cards

    def keys_of(self, partner: str) -> PublicKeys | None:
        """Public keys of a partner; None when his card is not held."""
        card = self.cards.partners.get(partner)
        return card.keys if card else None

    def verify(
        self, agency: str, purpose: Purpose, data: bytes, signatures: Sequence[Signature], floor: Collection[Algorithm] = CLASSICAL
    ) -> None:
        """As `KeyringVerifier.verify`, with the keys known now."""
        self.cards.keyring.verify(agency, purpose, data, signatures, floor)

    def public_key(self, agency: str, key_id: str) -> bytes:
        """As `KeyringVerifier.public_key`, with the keys known now."""
        return self.cards.keyring.public_key(agency, key_id)


def read_cards(layout: Layout, generation: tuple[int, ...] = ()) -> Cards:
    """Read and check every card of the directory.

    Raises:
        BadInput, BadSignature: a card was damaged or altered.
    """
    partners = {path.stem: _read(path).card for path in sorted(layout.peers.glob("*.json"))}
    return Cards(_read(layout.card).card, {card.agency: card for card in partners.values()}, generation)


def write_card(layout: Layout, card: SignedCard) -> None:
    """Keep a partner's card: from now on its keys count."""
    write_whole(layout.peers / f"{card.card.agency}.json", card.to_text().encode())


def remove_card(layout: Layout, agency: str) -> None:
    """Forget a partner's keys: nothing of his is believed and the door is shut."""
    (layout.peers / f"{agency}.json").unlink(missing_ok=True)


def _read(path: Path) -> SignedCard:
    return read_signed_card(path.read_bytes())


def _generation(watched: Sequence[str]) -> tuple[int, ...]:
    """Changes whenever a card is added, replaced or removed: files are always replaced whole, so the folder changes too."""
    return tuple(os.stat(path).st_mtime_ns for path in watched)  # noqa: PTH116 - asked for every signature, and Path is slow
