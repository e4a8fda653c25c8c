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
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path

from rabet.agreements.document import SignedAgreement
from rabet.agreements.drafting import DraftTerms, draft
from rabet.agreements.terms import Tier
from rabet.casework import standing
from rabet.casework.desk import Desk
from rabet.casework.values import Case, Officer
from rabet.cli.world.agencies import ACCOUNTS, Agency
from rabet.cli.world.line import Line
from rabet.node import partnership
from rabet.node.assembly import Node, open_node
from rabet.node.clock import SystemClock
from rabet.node.layout import Layout
from rabet.node.settings import Settings
from rabet.node.start import create_node, free_ports

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
    """Nodes by agency id, and the lines between them. `lines` is keyed (from, to); cuttable: each node is reached over a line."""

    folder: Path
    agencies: Sequence[Agency]
    nodes: dict[str, Node] = field(default_factory=dict)
    lines: dict[tuple[str, str], Line] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    framed_by: tuple[str, ...] = ()
    cuttable: bool = True

    def make(self, pacts: Iterable[Pact]) -> None:
        """Create every node, exchange cards, sign agreements, add the accounts."""
        ports = free_ports(3 * len(self.agencies), "127.0.0.1")
        outside = {agency.id: ports[3 * i + 2 if self.cuttable else 3 * i] for i, agency in enumerate(self.agencies)}
        for i, agency in enumerate(self.agencies):
            self._create(agency, ports[3 * i], ports[3 * i + 1])
        for agency in self.agencies:
            self._people(agency.id)
            self._meet(agency.id)
        for pact in pacts:
            self._agree(pact, outside)
        for agency in self.agencies if self.cuttable else ():
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
            database=self.database_of(agency.id),
            handling="H1",
            purpose="investigation",
            offence="import_export",
            unit=UNIT,
            framed_by=self.framed_by,
        )
        self.nodes[agency.id] = create_node(settings, {})

    def database_of(self, agency: str) -> str:
        """URL of a node's database: a SQLite file in its folder."""
        del agency
        return "sqlite:///node.sqlite3"

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

    def _meet(self, agency: str) -> None:
        """Take every other agency's card, and confirm its fingerprint."""
        node, officer = self.node(agency), self.officer(agency, "administrator")
        for other, there in self.nodes.items():
            if other != agency:
                partnership.add_peer(node, officer, partnership.card_text(there))
                partnership.confirm_peer(node, officer, other)

    def _agree(self, pact: Pact, ports: Mapping[str, int]) -> None:
        """Draft from the template, have every party sign, hand the document to all. Parties are reached over the lines."""
        today = SystemClock().now().date()
        members = [agency for agency in self.agencies if agency.id in pact.parties]
        parties = [replace(partnership.party_of(self.node(one.id).peers.cards.own), port=ports[one.id]) for one in members]
        terms = DraftTerms(
            id=pact.id,
            number=f"{pact.id}/{today.year}",
            signed_on=today,
            begins=today,
            ends=None,
            offices={agency.id: agency.names for agency in members},
            rights=pact.rights,
        )
        signed = SignedAgreement(draft(pact.template, parties, terms), {})
        for agency in pact.parties:
            signed = partnership.sign_agreement(self.node(agency), signed)
        for agency in pact.parties:
            partnership.take_agreement(self.node(agency), self.officer(agency, "administrator"), signed)

    # running

    def start(self) -> None:
        """Run `rabet up` for every node, wait until each answers, and from then on ask its key process, as any command does."""
        for agency in self.agencies:
            self.processes[agency.id] = self._up(agency.id)
        end = time.monotonic() + _UP_WITHIN
        for agency in self.agencies:
            self._await(agency.id, end)
            self.nodes[agency.id] = open_node(self._layout(agency.id).root, environment={})

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
        while not (_answers(node.settings.web_port) and _listens(node.settings.exchange_port)):
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


def _answers(port: int) -> bool:
    """Does a page come? The port alone is open before the process that serves it."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/sign-in/")
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
