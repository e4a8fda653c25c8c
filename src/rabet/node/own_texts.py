"""What the key process signs: only a text that says what its purpose says, in this agency's own name.

Whoever reaches its socket could else have anything signed: a receipt of another agency, an agreement with another card, a note of no log.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rabet.agreements.parsing import parse_agreement
from rabet.exchange.receipt import MAX_RECEIPT, RECEIPT_FORMAT
from rabet.node.key_service import KeysRefused
from rabet.records.bad_input import BadInput
from rabet.records.checkpoint import audit_origin, read_checkpoint
from rabet.records.header import read_header
from rabet.records.signing import Purpose
from rabet.records.strict_json import read_json

_LINK = re.compile(r"rabet/link/(?P<sender>[a-z][a-z0-9-]{1,31})/(?P<receiver>[a-z][a-z0-9-]{1,31})/(urgent|normal)")
_WITNESSED = re.compile(r"cosignature/v1\ntime \d{1,19}\n", re.ASCII)


@dataclass(frozen=True, slots=True)
class OwnTexts:
    """agency: in whose name; card: gives the fingerprint of its own card, in hex."""

    agency: str
    card: Callable[[], str]

    def check(self, purpose: Purpose, text: bytes) -> None:
        """Look at a text before it is signed.

        Raises:
            KeysRefused: the text is nothing of this purpose, or speaks for somebody else.
        """
        try:
            _CHECKS[purpose](self, text.decode())
        except (BadInput, UnicodeDecodeError):
            raise KeysRefused(f"not_a_{purpose.name.lower()}") from None

    def _manifest(self, _: str) -> None:
        raise KeysRefused("manifest_alone")

    def _card(self, _: str) -> None:
        """A card is signed once, when the node is made and before there is a key process."""
        raise KeysRefused("card_alone")

    def _record(self, text: str) -> None:
        self._is_ours(read_header(text).author)

    def _receipt(self, text: str) -> None:
        data = read_json(text, max_bytes=MAX_RECEIPT, max_depth=4)
        if not isinstance(data, dict) or data.get("format") != RECEIPT_FORMAT:
            raise KeysRefused("not_a_receipt")
        self._is_ours(str(data.get("from")))

    def _agreement(self, text: str) -> None:
        party = parse_agreement(text.encode()).party(self.agency)
        if party is None or party.card != self.card():
            raise KeysRefused("not_a_party")

    def _checkpoint(self, text: str) -> None:
        """As log: of the own audit or of a lane from here. As witness: of a lane to here."""
        note = _WITNESSED.sub("", text, count=1) if text.startswith("cosignature/v1\n") else text
        origin = read_checkpoint(note).origin
        link = _LINK.fullmatch(origin)
        if origin == audit_origin(self.agency) and note is text:
            return
        self._is_ours((link["receiver"] if note is not text else link["sender"]) if link else origin)

    def _is_ours(self, agency: str) -> None:
        if agency != self.agency:
            raise KeysRefused("other_author", agency[:80])


_CHECKS: Mapping[Purpose, Callable[[OwnTexts, str], None]] = {
    Purpose.RECORD: OwnTexts._record,  # noqa: SLF001 - its own
    Purpose.MANIFEST: OwnTexts._manifest,  # noqa: SLF001
    Purpose.RECEIPT: OwnTexts._receipt,  # noqa: SLF001
    Purpose.CHECKPOINT: OwnTexts._checkpoint,  # noqa: SLF001
    Purpose.CARD: OwnTexts._card,  # noqa: SLF001
    Purpose.AGREEMENT: OwnTexts._agreement,  # noqa: SLF001
}
