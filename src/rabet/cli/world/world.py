"""A small world of nodes on this machine: made, joined by agreements, started as real processes, looked into, taken down.

The demonstration and the benchmarks play in it. Everything is made the way an operator makes it: own directory, own keys, own
database, cards exchanged and confirmed, agreements signed by every party.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from rabet.agreements.document import Authority, Party, SignedAgreement
from rabet.agreements.drafting import DraftTerms, draft
from rabet.agreements.parsing import parse_agreement
from rabet.agreements.terms import Tier
from rabet.casework import standing
from rabet.casework.desk import Desk
from rabet.casework.values import Case, Officer, Partner
from rabet.cli.world.agencies import ACCOUNTS, Agency
from rabet.cli.world.line import Line
from rabet.exchange.card import SignedCard, read_signed_card
from rabet.node.assembly import Node, open_node
from rabet.node.clock import SystemClock
from rabet.node.documents import keep_agreement, with_signatures
from rabet.node.layout import Layout
from rabet.node.peers import write_card
from rabet.node.settings import Settings
from rabet.node.start import create_files, free_ports
from rabet.records.signing import Purpose

UNIT, CASE = "desk", "demonstration"
_UP_WITHIN, _DOWN_WITHIN = 30.0, 15.0


@dataclass(frozen=True, slots=True)
class Pact:
    """An agreement to be made. rights: human-rights condition per direction (from, to)."""

    id: str
    template: str
    parties: tuple[str, ...]
    rights: Mapping[tuple[str, str], Tier]


@dataclass
class World:
    """Nodes by agency id, and the lines between them. `lines` is keyed (from, to)."""

    folder: Path
    agencies: Sequence[Agency]
    nodes: dict[str, Node] = field(default_factory=dict)
    lines: dict[tuple[str, str], Line] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    framed_by: tuple[str, ...] = ()

    def make(self, pacts: Iterable[Pact]) -> None:
        """Create every node, exchange cards, sign agreements, add the accounts."""
        ports = free_ports(3 * len(self.agencies), "127.0.0.1")
        outside = {agency.id: ports[3 * i + 2] for i, agency in enumerate(self.agencies)}
        for i, agency in enumerate(self.agencies):
            self._create(agency, ports[3 * i], ports[3 * i + 1])
        cards = {agency.id: read_signed_card(self._layout(agency.id).card.read_bytes()) for agency in self.agencies}
        for agency in self.agencies:
            self._people(agency.id)
            self._meet(agency.id, [card for id_, card in cards.items() if id_ != agency.id])
        for pact in pacts:
            self._agree(pact, cards, outside)
        for agency in self.agencies:
            line = Line(outside[agency.id], self.node(agency.id).settings.exchange_port)
            line.mend()
            self.lines["", agency.id] = line

    def _layout(self, agency: str) -> Layout:
        return Layout((self.folder / agency).resolve())

    def _create(self, agency: Agency, exchange_port: int, web_port: int) -> None:
        settings = Settings(
            layout=self._layout(agency.id),
            agency=agency.id,
            names=agency.names,
            state=agency.state,
            zone=agency.zone,
            languages=(agency.language, *(one for one in ("fa", "az", "ru", "en") if one != agency.language)),
            host="127.0.0.1",
            exchange_port=exchange_port,
            web_host="127.0.0.1",
            web_port=web_port,
            database="sqlite:///node.sqlite3",
            handling="H1",
            purpose="investigation",
            offence="import_export",
            unit=UNIT,
            framed_by=self.framed_by,
        )
        create_files(settings, SystemClock())
        self.nodes[agency.id] = open_node(settings.layout.root, environment={})

    def _people(self, agency: str) -> None:
        """Accounts without passwords: they sign in by one-time links."""
        people = self.node(agency).store.people
        language = next(one.language for one in self.agencies if one.id == agency)
        for account in ACCOUNTS:
            made = people.create(
                account.name, f"{account.name} (simulated)", unit=UNIT, roles=account.roles, clearance=account.clearance,
                language=language, calendar="jalali" if language == "fa" else "gregorian",
            )  # fmt: skip
            people.change(made.key, cases=[CASE])
        review = (self.desk(agency).clock.now() + timedelta(days=90)).date().isoformat()
        case = Case(
            id=CASE, number="DEMO-1", offence="import_export", unit=UNIT, purpose="investigation", legal_basis="demonstration", review_on=review
        )
        standing.open_case(self.desk(agency), self.officer(agency, "supervisor"), case)

    def _meet(self, agency: str, cards: Iterable[SignedCard]) -> None:
        desk, officer = self.desk(agency), self.officer(agency, "administrator")
        for card in cards:
            digest = card.card.fingerprint().hex()
            write_card(self._layout(agency), card)
            standing.add_partner(desk, officer, Partner(agency=card.card.agency, card=card.to_text(), card_digest=digest, confirmed=False))
            standing.confirm_partner(desk, officer, card.card.agency, digest)

    def _agree(self, pact: Pact, cards: Mapping[str, SignedCard], ports: Mapping[str, int]) -> None:
        today = SystemClock().now().date()
        members = [agency for agency in self.agencies if agency.id in pact.parties]
        parties = [
            Party(
                id=agency.id, state=agency.state, name=agency.names, card=cards[agency.id].card.fingerprint().hex(), host="127.0.0.1",
                port=ports[agency.id], authorities=(Authority("competent_authority", agency.names), Authority("contact_point", agency.names)),
            )
            for agency in members
        ]  # fmt: skip
        terms = DraftTerms(
            id=pact.id, number=f"{pact.id}/{today.year}", signed_on=today, begins=today, ends=None,
            offices={agency.id: agency.names for agency in members}, rights=pact.rights,
        )  # fmt: skip
        signed = SignedAgreement(draft(pact.template, parties, terms), {})
        for agency in pact.parties:
            signed = with_signatures(signed, self._sign(agency, signed.data))
        for agency in pact.parties:
            keep_agreement(self._layout(agency), signed)
            standing.take_agreement(self.desk(agency), self.officer(agency, "administrator"), signed)

    def _sign(self, agency: str, data: bytes) -> SignedAgreement:
        made = self.node(agency).keys.sign(Purpose.AGREEMENT, data, parse_agreement(data).floor)
        return SignedAgreement(data, {agency: made})

    # running

    def start(self) -> None:
        """Run `rabet up` for every node and wait until each answers."""
        for agency in self.agencies:
            self.processes[agency.id] = self._up(agency.id)
        end = time.monotonic() + _UP_WITHIN
        for agency in self.agencies:
            self._await(agency.id, end)

    def _up(self, agency: str) -> subprocess.Popen[bytes]:
        log = (self.folder / f"{agency}.log").open("ab")
        command = [sys.executable, "-m", "rabet.cli", "--node", str(self._layout(agency).root), "up"]
        environment = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "RABET_NODE", "RABET_USER")}
        with log:
            return subprocess.Popen(  # noqa: S603 - ourselves
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment, start_new_session=True
            )

    def _await(self, agency: str, end: float) -> None:
        node = self.node(agency)
        while not (_listens(node.settings.web_port) and _listens(node.settings.exchange_port)):
            if self.processes[agency].poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the node {agency} did not start; see {self.folder / f'{agency}.log'}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End all processes and lines."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(_DOWN_WITHIN)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        for line in self.lines.values():
            line.cut()
        for node in self.nodes.values():
            node.close()

    # looking in

    def node(self, agency: str) -> Node:
        """The node of an agency, open in this process beside its own."""
        return self.nodes[agency]

    def desk(self, agency: str) -> Desk:
        """What acts work with."""
        return self.nodes[agency].desk

    def officer(self, agency: str, name: str) -> Officer:
        """A simulated officer by sign-in name."""
        account = self.nodes[agency].store.people.find(sign_in_name=name)
        officer: Officer = account.officer
        return officer


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
