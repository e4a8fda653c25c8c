"""Whoever reaches the socket of the key process has nothing signed but what is this agency's to say."""

import json
from datetime import UTC, datetime

import pytest
from tests.casework.conftest import Nodes

from rabet.agreements.drafting import DraftTerms, draft
from rabet.node.key_service import KeysRefused
from rabet.node.partnership import party_of
from rabet.records.checkpoint import Checkpoint, audit_origin, link_origin
from rabet.records.signing import Purpose

ROOT = b"\1" * 32


def _refused(nodes: Nodes, purpose: Purpose, text: str | bytes) -> str:
    with pytest.raises(KeysRefused) as refused:
        nodes.node("khazar").keys.sign(purpose, text if isinstance(text, bytes) else text.encode())
    return refused.value.reason


@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize("text", [b"", b"anything", b"{}", b"\xff", b'{"format":"rabet-receipt/1","from":"alborz"}', b"rabet/audit/volga\n1\n"])
def test_a_text_that_is_not_what_its_purpose_says_is_not_signed(nodes: Nodes, purpose: Purpose, text: bytes) -> None:
    assert _refused(nodes, purpose, text)


@pytest.mark.parametrize(
    "origin",
    [audit_origin("alborz"), link_origin("alborz", "volga", "normal"), link_origin("alborz", "khazar", "normal"), "example.org/log"],
)
def test_no_head_of_a_foreign_log_is_signed_as_its_own(nodes: Nodes, origin: str) -> None:
    assert _refused(nodes, Purpose.CHECKPOINT, Checkpoint(origin, 5, ROOT).text()) == "other_author"


@pytest.mark.parametrize("origin", [audit_origin("khazar"), link_origin("khazar", "volga", "normal"), link_origin("alborz", "volga", "urgent")])
def test_nobody_is_witnessed_but_partners_towards_this_node(nodes: Nodes, origin: str) -> None:
    assert _refused(nodes, Purpose.CHECKPOINT, f"cosignature/v1\ntime 1700000000\n{Checkpoint(origin, 5, ROOT).text()}") == "other_author"


@pytest.mark.parametrize(
    "text",
    [
        Checkpoint(audit_origin("khazar"), 5, ROOT).text(),
        Checkpoint(link_origin("khazar", "volga", "urgent"), 5, ROOT).text(),
        f"cosignature/v1\ntime 1700000000\n{Checkpoint(link_origin('volga', 'khazar', 'normal'), 5, ROOT).text()}",
    ],
    ids=["own audit", "own lane", "witness"],
)
def test_own_logs_and_the_partners_lanes_are_signed(nodes: Nodes, text: str) -> None:
    assert nodes.node("khazar").keys.sign(Purpose.CHECKPOINT, text.encode())


def test_no_receipt_is_signed_for_another_agency(nodes: Nodes) -> None:
    text = json.dumps({"format": "rabet-receipt/1", "from": "alborz", "to": "khazar"})
    assert _refused(nodes, Purpose.RECEIPT, text) == "other_author"


def test_no_card_is_signed_by_a_running_node(nodes: Nodes) -> None:
    own = json.loads(nodes.node("khazar").settings.layout.card.read_text(encoding="utf-8"))["card"]
    assert _refused(nodes, Purpose.CARD, own) == "card_alone"


@pytest.mark.parametrize("parties", [("alborz", "volga"), ("khazar", "volga")])
def test_no_agreement_is_signed_of_others_or_with_another_card(nodes: Nodes, parties: tuple[str, str]) -> None:
    today = datetime.now(UTC).date()
    four = dict.fromkeys(("en", "fa", "az", "ru"), "Head")
    terms = DraftTerms(
        id="-".join(parties), number="1", signed_on=today, begins=today, ends=None, offices=dict.fromkeys(parties, four), rights={}
    )
    document = draft("bilateral", [party_of(nodes.node(agency).peers.cards.own) for agency in parties], terms)
    if "khazar" in parties:
        own, other = (party_of(nodes.node(agency).peers.cards.own).card.encode() for agency in ("khazar", "alborz"))
        document = document.replace(own, other)
    assert _refused(nodes, Purpose.AGREEMENT, document) == "not_a_party"
