"""The node's own jobs: heartbeats that partners witness, and looking after what will fail."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.node.test_two_nodes import eventually
from tests.nodes.link import Link, LinkTransport
from tests.nodes.world import officer, seizure

from rabet.casework import reporting
from rabet.casework.reporting import Draft
from rabet.exchange.tls import Credential, make_leaf
from rabet.node import health, proof
from rabet.node.assembly import Node
from rabet.node.health import Finding, look
from rabet.node.links import make_pusher, make_reception
from rabet.node.projections import rebuild
from rabet.node.worker import Worker, check, heartbeat, plan


def exchange(khazar: Node, alborz: Node) -> None:
    """Let everything that waits at Khazar reach Alborz."""
    pusher = make_pusher(khazar, "alborz", lambda: LinkTransport(Link(), "khazar", make_reception(alborz)))
    pusher.start()
    eventually(lambda: all(size == through for size, through in khazar.store.links.sizes("alborz").values()))
    pusher.stop()


def report(node: Node) -> str:
    return reporting.report(node.desk, officer(node, "duty_officer"), [Draft(kind="seizure", body=seizure())])[0].record


def test_a_heartbeat_has_the_audit_log_witnessed(nodes: tuple[Node, Node]) -> None:
    khazar, alborz = nodes
    report(khazar)
    heartbeat(khazar)
    exchange(khazar, alborz)
    audit, *lanes = proof.prove(khazar)
    assert audit.proven
    assert 0 < audit.witnessed < audit.size
    assert [(lane.proven, lane.size, lane.witnessed) for lane in lanes] == [(True, 2, 2)]
    assert [(one.proven, one.size) for one in proof.prove(alborz)[1:]] == [(True, 2)]


def test_what_was_changed_before_the_witness_is_found(nodes: tuple[Node, Node]) -> None:
    khazar, alborz = nodes
    report(khazar)
    heartbeat(khazar)
    exchange(khazar, alborz)
    from rabet.storage.transactions import run, writing  # noqa: PLC0415

    with writing(khazar.store.alias):
        run(khazar.store.alias, "UPDATE audit_entry SET entry = %s WHERE id = 3", [b"{}"])
    audit = proof.prove(khazar)[0]
    assert not audit.proven
    assert [(problem.kind, problem.index) for problem in audit.problems] == [("altered", 2)]


def test_a_partner_who_takes_nothing_gets_no_heartbeats_on_top(nodes: tuple[Node, Node]) -> None:
    khazar, _ = nodes
    heartbeat(khazar)
    assert khazar.store.links.sizes("alborz")["normal"] == (1, 0)
    late = replace(khazar, clock=Later(timedelta(minutes=3)))
    heartbeat(late)
    assert khazar.store.links.sizes("alborz")["normal"] == (1, 0)


class Later:
    """A clock that is ahead."""

    def __init__(self, ahead: timedelta) -> None:
        self._ahead = ahead

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead


def test_regular_jobs_are_planned_once(nodes: tuple[Node, Node]) -> None:
    khazar, _ = nodes
    plan(khazar)
    first = khazar.store.jobs.next_due()
    plan(khazar)
    assert khazar.store.jobs.next_due() == first
    assert first is not None
    assert first - khazar.clock.now() <= timedelta(minutes=1)


def test_a_job_that_is_due_is_done_and_planned_again(nodes: tuple[Node, Node], monkeypatch: pytest.MonkeyPatch) -> None:
    khazar, _ = nodes
    plan(khazar)
    monkeypatch.setattr(khazar.store.jobs, "_clock", Later(timedelta(minutes=2)))
    worker = Worker(khazar)
    assert worker.work_once()
    with khazar.store.read() as uow:
        assert "heartbeat" in [entry.act for _, _, entry in uow.audit_entries()]
    assert khazar.store.jobs.next_due() is not None


def found(node: Node, about: str) -> list[Finding]:
    return [finding for finding in look(node) if finding.about == about]


def test_a_sound_node_has_no_warnings_but_that_it_is_down(nodes: tuple[Node, Node]) -> None:
    assert {finding.id for finding in look(nodes[0]) if finding.level != "ok"} <= {"node_down", "disk_warning"}


@pytest.mark.parametrize(("days", "level"), [(400, "failing"), (380, "warning"), (10, "ok")])
def test_a_certificate_is_told_of_thirty_days_before_it_ends(nodes: tuple[Node, Node], days: int, level: str) -> None:
    layout = nodes[0].settings.layout
    authority = Credential(layout.authority_key.read_bytes(), layout.authority_certificate.read_bytes())
    leaf = make_leaf(authority, "khazar", ["localhost"], datetime.now(UTC) - timedelta(days=days))
    layout.tls_certificate.write_bytes(leaf.certificate)
    assert [one.level for one in found(nodes[0], "certificate") if one.params["name"] == "own"] == [level]


def test_a_clock_that_was_set_back_is_told(nodes: tuple[Node, Node]) -> None:
    early = replace(nodes[0], clock=Later(timedelta(hours=-2)))
    assert [one.level for one in found(early, "clock")] == ["failing"]


def test_a_full_disk_is_told(nodes: tuple[Node, Node], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(100 << 30, 99 << 30, 1 << 29))
    assert [one.level for one in found(nodes[0], "disk")] == ["warning"]


def test_messages_that_wait_for_long_are_told(nodes: tuple[Node, Node]) -> None:
    khazar, _ = nodes
    report(khazar)
    late = replace(khazar, clock=Later(timedelta(minutes=20)))
    assert [one.level for one in found(late, "link")] == ["warning"]


@pytest.mark.parametrize("language", ["en", "fa", "az", "ru"])
def test_every_finding_is_a_sentence_in_every_language(nodes: tuple[Node, Node], language: str) -> None:
    for finding in look(nodes[0]):
        assert len(finding.sentence(language)) > 10


def test_warnings_reach_people_as_events(nodes: tuple[Node, Node]) -> None:
    khazar, _ = nodes
    check(khazar)
    with khazar.store.read() as uow:
        reasons = [event.detail.get("reason") for event in uow.events(officer(khazar, "liaison_officer"))]
    assert "check_processes" in reasons


def test_lists_made_again_are_the_same(nodes: tuple[Node, Node]) -> None:
    khazar, _ = nodes
    record = report(khazar)
    with khazar.store.read() as uow:
        before = uow.rows([record]), uow.identifiers(record)
    assert rebuild(khazar, "operator") == 1
    with khazar.store.read() as uow:
        assert (uow.rows([record]), uow.identifiers(record)) == before
