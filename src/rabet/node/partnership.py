"""Partners and agreements, kept twice: in the database for the acts, in the node's directory for the key process and the door.

The directory's copy is written only here, by a person at the node's own command line; a suspension made on the pages reaches it
through the worker (`copy_stops`).
"""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from rabet.agreements.document import Authority, Party, SignedAgreement
from rabet.agreements.parsing import parse_agreement
from rabet.agreements.standing import HeldAgreement
from rabet.casework import standing
from rabet.casework.refusal import NotFound
from rabet.casework.values import AuditEntry, Event, Officer, Partner
from rabet.exchange.card import Card, SignedCard, read_signed_card
from rabet.node.assembly import Node
from rabet.node.documents import Stopped, held_agreement, keep_agreement, with_signatures, write_stopped
from rabet.node.peers import remove_card, write_card
from rabet.node.sentences import CannotDo
from rabet.records.signing import ALGORITHMS, Purpose

OPERATOR = "operator"
_HTTPS_PORT = 443


def operator(node: Node) -> Officer:
    """Who acts at the command line when no user is named: the owner of the node's directory, as administrator, under audit."""
    return Officer(
        id=OPERATOR,
        agency=node.settings.agency,
        unit="",
        roles=frozenset({"administrator"}),
        clearance="H0",
        language=node.settings.language,
    )


def card_text(node: Node) -> str:
    """Return this agency's own signed card, as it is handed over."""
    return node.settings.layout.card.read_text(encoding="utf-8")


def own_fingerprint(node: Node) -> bytes:
    """SHA-256 over this agency's keys and authority: what is compared."""
    return node.peers.cards.own.fingerprint()


def add_peer(node: Node, officer: Officer, text: str | bytes) -> SignedCard:
    """Keep a partner's card. Nothing of him is believed before `confirm_peer`.

    Raises:
        BadInput, BadSignature: not a card, or not signed by the keys it names.
        Refused: not for this officer.
    """
    signed = read_signed_card(text)
    card = signed.card
    if card.agency == node.settings.agency:
        raise CannotDo("own_card")
    partner = Partner(agency=card.agency, card=signed.to_text(), card_digest=digest_of(card), confirmed=False)
    standing.add_partner(node.desk, officer, partner)
    return signed


def confirm_peer(node: Node, officer: Officer, agency: str) -> Card:
    """Two people have compared the fingerprint: from now on the card's keys count.

    Raises:
        NotFound: no card of this agency was added.
    """
    signed = _kept_card(node, agency)
    standing.confirm_partner(node.desk, officer, agency, digest_of(signed.card))
    write_card(node.settings.layout, signed)
    return signed.card


def forget_peer(node: Node, officer: Officer, agency: str) -> None:
    """Shut the door for an agency and believe nothing of it any more; what the logs hold stays.

    Raises:
        NotFound: no card of this agency was added.
    """
    with node.store.begin() as uow:
        found = next((one for one in uow.partners() if one.agency == agency), None)
        if found is None:
            raise NotFound(agency)
        uow.set_partner(replace(found, confirmed=False))
        uow.audit(AuditEntry(act="partner.forgotten", officer=officer.id, role="administrator", about=agency))
        uow.event(Event(kind="partner", partner=agency))
    remove_card(node.settings.layout, agency)


def kept_card(node: Node, agency: str) -> Card:
    """Return the card of a partner, confirmed or not."""
    return _kept_card(node, agency).card


def _kept_card(node: Node, agency: str) -> SignedCard:
    found = next((one for one in standing.partners(node.desk) if one.agency == agency), None)
    if found is None:
        raise NotFound(agency)
    return read_signed_card(found.card)


def digest_of(card: Card) -> str:
    """Hex of the fingerprint: what an agreement names a party's card by."""
    return card.fingerprint().hex()


def party_of(card: Card) -> Party:
    """Return a card's agency as a party of an agreement; the agency itself stands as contact point until a draft names offices."""
    address = urlsplit(card.url)
    return Party(
        id=card.agency,
        state=card.state,
        name=card.names,
        card=digest_of(card),
        host=address.hostname or "",
        port=address.port or _HTTPS_PORT,
        authorities=(Authority("contact_point", card.names),),
    )


def sign_agreement(node: Node, signed: SignedAgreement) -> SignedAgreement:
    """Add this agency's signatures, with both algorithms.

    Raises:
        BadInput: not an agreement.
        CannotDo: this agency is no party, or another card of it or of a known partner is named.
    """
    _check_parties(node, signed)
    made = node.keys.sign(Purpose.AGREEMENT, signed.data, ALGORITHMS)
    return SignedAgreement(signed.data, {**signed.signatures, node.settings.agency: made})


def _check_parties(node: Node, signed: SignedAgreement) -> None:
    document = parse_agreement(signed.data)
    if document.party(node.settings.agency) is None:
        raise CannotDo("not_a_party", agency=node.settings.agency)
    cards = {node.settings.agency: node.peers.cards.own, **node.peers.cards.partners}
    for party in document.parties:
        if party.id in cards and party.card != digest_of(cards[party.id]):
            raise CannotDo("other_card", agency=party.id)


def take_agreement(node: Node, officer: Officer, signed: SignedAgreement) -> HeldAgreement:
    """Keep an agreement with the signatures it carries, joined to those held already.

    Raises:
        BadInput: not an agreement, or of others.
        CannotDo: a party's card was not confirmed yet, so that its signature cannot be verified.
        Refused: not for this officer.
    """
    _check_parties(node, signed)
    unknown = {party.id for party in parse_agreement(signed.data).parties} - {node.settings.agency, *node.peers.cards.partners}
    if unknown & set(signed.signatures):
        raise CannotDo("partner_not_confirmed", agency=min(unknown))
    earlier = held_agreement(node.settings.layout, signed.digest)
    joined = with_signatures(earlier, signed) if earlier else signed
    held = standing.take_agreement(node.desk, officer, joined)
    keep_agreement(node.settings.layout, joined)
    return held


def suspend(node: Node, officer: Officer, agreement: str, *, stop: bool) -> None:
    """Stop or resume an agreement at once, for the acts and for the key process."""
    standing.suspend(node.desk, officer, agreement, stop=stop)
    copy_stops(node)


def copy_stops(node: Node) -> None:
    """Tell the key process what the database says is stopped."""
    with node.store.read() as uow:
        breaches = frozenset(partner.agency for partner in uow.partners() if partner.breach)
        write_stopped(node.settings.layout, Stopped(uow.suspended(), breaches))


def partners_to_serve(node: Node) -> Sequence[str]:
    """Agencies to which messages are pushed: confirmed, open, and known to the directory."""
    known = node.peers.cards.partners
    return [one.agency for one in standing.partners(node.desk) if one.confirmed and one.state == "open" and one.agency in known]
