"""Nodes of invented agencies in one process, their cards exchanged, an agreement signed by all."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from rabet.agreements.document import SignedAgreement
from rabet.agreements.drafting import DraftTerms, draft
from rabet.casework.values import Officer
from rabet.node import partnership
from rabet.node.assembly import Node
from rabet.node.layout import Layout
from rabet.node.settings import Settings
from rabet.node.start import create_node, free_ports

STATES = {"khazar": "AZ", "alborz": "IR", "volga": "RU"}
ZONES = {"AZ": "Asia/Baku", "IR": "Asia/Tehran", "RU": "Europe/Moscow"}


def four(text: str) -> Mapping[str, str]:
    return dict.fromkeys(("en", "fa", "az", "ru"), text)


def settings_of(agency: str, folder: Path, **changes: Any) -> Settings:  # noqa: ANN401 - any setting
    exchange, web = free_ports(2, "127.0.0.1")
    state = STATES[agency]
    settings = Settings(
        layout=Layout((folder / agency).resolve()),
        agency=agency,
        names=four(f"{agency.title()} (invented)"),
        state=state,
        zone=ZONES[state],
        languages=("en", "fa"),
        host="127.0.0.1",
        exchange_port=exchange,
        web_host="127.0.0.1",
        web_port=web,
        database="sqlite:///node.sqlite3",
        handling="H1",
        purpose="investigation",
        offence="possession_for_trafficking",
        unit="desk",
    )
    return replace(settings, **changes)


def make_nodes(folder: Path, *agencies: str) -> tuple[Node, ...]:
    """New nodes that know each other and have one agreement in force."""
    nodes = tuple(create_node(settings_of(agency, folder), {}) for agency in agencies)
    introduce(nodes)
    agree(nodes)
    return nodes


def introduce(nodes: Sequence[Node]) -> None:
    """Exchange and confirm all cards."""
    for node in nodes:
        who = partnership.operator(node)
        for other in nodes:
            if other is not node:
                partnership.add_peer(node, who, partnership.card_text(other))
                partnership.confirm_peer(node, who, other.settings.agency)


def agree(nodes: Sequence[Node], **terms: Any) -> SignedAgreement:  # noqa: ANN401 - any term
    """Draft, have everybody sign, hand the document to everybody."""
    today = datetime.now(UTC).date()
    cards = [node.peers.cards.own for node in nodes]
    parties = [partnership.party_of(card) for card in cards]
    agencies = [card.agency for card in cards]
    asked = DraftTerms(
        id="-".join(agencies),
        number="1/2026",
        signed_on=today,
        begins=today - timedelta(days=1),
        ends=date(today.year + 2, 1, 1),
        offices={agency: four(f"Head of {agency}") for agency in agencies},
        rights={(giver, taker): "persons" for giver in agencies for taker in agencies if giver != taker},
    )
    document = draft("bilateral" if len(nodes) == 2 else "multilateral", parties, replace(asked, **terms))
    signed = SignedAgreement(document, {})
    for node in nodes:
        signed = partnership.sign_agreement(node, signed)
    for node in nodes:
        partnership.take_agreement(node, partnership.operator(node), signed)
    return signed


def officer(node: Node, *roles: str, unit: str = "desk", strong: bool = False) -> Officer:
    """An officer of the node with these roles."""
    return Officer(
        id=f"{roles[0]}-1", agency=node.settings.agency, unit=unit, roles=frozenset(roles), clearance="H2", strong=strong,
    )  # fmt: skip


def seizure(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    """A simulated seizure with consignment data only."""
    body: dict[str, Any] = {
        "circumstances": "control",
        "seized_at": {
            "from": "2026-11-20T08:00+04:00",
            "precision": "minute",
            "zone": "Asia/Baku",
            "calendar": "gregorian",
        },
        "place": {"country": "AZ", "post": "Astara"},
        "transport": "commercial_road",
        "exhibits": [{"type": "drug", "substance": "methamphetamine", "quantity": {"value": "12.5", "unit": "kg", "measure": "net"}}],
        "identifiers": [{"kind": "container", "value": "MSKU3456783", "nature": "company"}],
        "simulated": True,
    }
    return {**body, **changes}
