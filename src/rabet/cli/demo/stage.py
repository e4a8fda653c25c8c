"""What the story looks up on each node: through the acts and lists of an officer, the API of a system, and the bytes on disk."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from rabet.casework import reading, standing
from rabet.casework.fields import Fields
from rabet.casework.values import Token
from rabet.cli.world.world import UNIT, World
from rabet.node.worker import heartbeat

PACTS = ("caspian", "khazar-alborz")
_QUIET_WITHIN, _QUIET_FOR = 10.0, 0.3


@dataclass(frozen=True, slots=True)
class Traces:
    """Everything a node could be told by: rows of its list, rows of its API, messages received, events, entries of its audit log."""

    listed: int
    by_api: int
    received: int
    events: int
    audited: int

    def sentence(self) -> str:
        """Say the counts."""
        return f"{self.listed} listed, {self.by_api} by API, {self.received} messages, {self.events} events, {self.audited} log entries"


@dataclass
class Stage(World):
    """A world that can be asked."""

    secrets: dict[str, str] = field(default_factory=dict)

    def now(self) -> datetime:
        """The time, as all nodes have it."""
        return next(iter(self.nodes.values())).clock.now()

    def give_tokens(self) -> None:
        """Give each agency's own system a token that reads."""
        for agency in self.agencies:
            secret = self.desk(agency.id).randomness.token(24).hex()
            token = Token(id=f"demo-{agency.id}", name="demonstration", digest=sha256(secret.encode()).hexdigest(),
                          scopes=frozenset({"read", "feed"}), unit=UNIT, clearance="H2")  # fmt: skip
            standing.set_token(self.desk(agency.id), self.officer(agency.id, "administrator"), token)
            self.secrets[agency.id] = secret

    def holds(self, agency: str, record: str) -> bool:
        """Does the node hold the record, not recalled?"""
        with self.desk(agency).store.read() as uow:
            version = uow.version(record)
            return version is not None and version.header.state == "current"

    def view(self, agency: str, record: str) -> Mapping[str, Any]:
        """All fields the node holds of the newest version, persons included: what it has, not what an officer is shown."""
        with self.desk(agency).store.read() as uow:
            version = uow.version(record)
            return {} if version is None else Fields.of(version.header.kind, uow.content(version)).body()

    def quantity(self, agency: str, record: str) -> str:
        """The quantity an officer's list shows."""
        rows = reading.list_records(self.desk(agency), self.officer(agency, "liaison"), limit=200)
        return next((row.quantity for row in rows if row.record == record), "")

    def alert_kinds(self, agency: str, record: str, other: str) -> set[str]:
        """The kinds of identifier that an alert between the two records names."""
        found, _ = reading.alerts(self.desk(agency), self.officer(agency, "duty"))
        return {kind for alert in found if {alert.record, alert.other} == {record, other} for _, kind, _ in alert.reasons}

    def gone(self, agency: str, record: str) -> bool:
        """Has a recalled record left lists, index and alerts, and can its content no longer be read?"""
        officer = self.officer(agency, "liaison")
        with self.desk(agency).store.read() as uow:
            versions = uow.versions(record)
            recalled = bool(versions) and max(versions, key=lambda v: v.header.version).header.state == "recalled"
            unread = all(uow.content(version) is None or not Fields.of("", uow.content(version)).leaves for version in versions)
            clear = not uow.rows([record]) and not uow.identifiers(record) and not uow.alerts(officer, in_force=PACTS, record=record)
        return recalled and unread and clear

    def receipts(self, agency: str, record: str) -> Sequence[tuple[int, str, str, str, datetime]]:
        """What partners said of a record."""
        with self.desk(agency).store.read() as uow:
            return uow.receipts(record)

    def arrivals(self, agency: str, records: Collection[str]) -> list[str]:
        """The records in the order in which the node's events tell of their arrival."""
        officer, after, found = self.officer(agency, "liaison"), 0, []
        with self.desk(agency).store.read() as uow:
            while events := uow.events(officer, in_force=PACTS, after=after, limit=500):
                found += [event.record for event in events if event.kind == "record" and event.record in records]
                after = events[-1].number
        return found

    def traces(self, agency: str) -> Traces:
        """Count what there is."""
        desk, officer = self.desk(agency), self.officer(agency, "liaison")
        with desk.store.read() as uow:
            listed = len(uow.listing(officer, in_force=PACTS, limit=5000))
            received = sum(lane.size for lane in uow.lanes() if lane.direction == "in")
            return Traces(listed, len(self._by_api(agency)), received, uow.last_event(), uow.audit_head()[0])

    def _by_api(self, agency: str) -> list[Any]:
        port = self.node(agency).settings.web_port
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/api/v1/records?limit=200", headers={"Authorization": f"Bearer {self.secrets[agency]}"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own node
            found = json.load(answer)
        return found["records"] if isinstance(found, dict) else found  # type: ignore[no-any-return]

    def settle(self, sender: str, partner: str) -> None:
        """Wait until nothing is on its way to the partner."""
        end = time.perf_counter() + _QUIET_WITHIN
        while time.perf_counter() < end:
            with self.desk(sender).store.read() as uow:
                if all(lane.through == lane.size for lane in uow.lanes() if (lane.partner, lane.direction) == (partner, "out")):
                    break
            time.sleep(0.02)
        time.sleep(_QUIET_FOR)

    def anything_of(self, agency: str, record: str) -> bool:
        """Does the record's id stand anywhere in the node's files, as text or as bytes?"""
        looked_for = (record.encode(), bytes.fromhex(record))
        files = (path for path in self.node(agency).settings.layout.root.rglob("*") if path.is_file())
        return any(needle in path.read_bytes() for path in files for needle in looked_for)

    def cut(self, agency: str) -> None:
        """Cut the line into an agency."""
        self.lines["", agency].cut()

    def mend(self, agency: str) -> None:
        """Restore it."""
        self.lines["", agency].mend()

    def heartbeat(self) -> None:
        """Have every partner witness every audit log now, instead of waiting for the minute."""
        for agency in self.agencies:
            heartbeat(self.node(agency.id))
        for sender in self.agencies:
            for partner in self.agencies:
                self.settle(sender.id, partner.id)

    def verify(self, agency: str) -> tuple[bool, str]:
        """Run `rabet verify` off line on the node's directory."""
        command = [
            sys.executable,
            "-m",
            "rabet.cli",
            "--node",
            str(self.node(agency).settings.layout.root),
            "--language",
            "en",
            "verify",
            "--json",
        ]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603 - ourselves
        try:
            found = json.loads(ended.stdout)
        except ValueError:
            return False, (ended.stderr or ended.stdout).strip()[-300:]
        return ended.returncode == 0, found.get("sentence", json.dumps(found)[:200])
