"""The holder of the keys signs nothing it should not, and stops what may not leave though the caller says it may (T3)."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.nodes.world import officer, seizure

from rabet.casework import reporting, standing
from rabet.casework.messages import AuditMessage, write_audit
from rabet.casework.reporting import Draft
from rabet.exchange.envelope import Queued, draft_batch, message_digest, open_batch
from rabet.exchange.sealed import MayNotLeave, Sealed
from rabet.node import partnership
from rabet.node.assembly import Node
from rabet.node.key_service import KeysRefused
from rabet.records.merkle import CompactRange
from rabet.records.signing import CLASSICAL, Purpose

NOW = datetime.now(UTC)
SUSPECT = {"nature": "natural", "category": "suspect", "status_class": "accused", "adult": True, "name": "Simulated Person"}


def queued(node: Node, **changes: object) -> list[str]:
    """Texts that casework put into the lane towards Alborz."""
    reporting.report(node.desk, officer(node, "duty_officer"), [Draft(kind="seizure", body=seizure(**changes))])
    return [message.text for message in node.store.links.waiting("alborz", "normal", 0)]


def seal(node: Node, *texts: str | None, to: str = "alborz") -> Sealed:
    messages = [Queued("khazar-alborz", message_digest(text) if text else bytes(32), text) for text in texts]
    draft = draft_batch("khazar", to, "normal", CompactRange(), messages, NOW)
    return node.keys.seal(to, draft.manifest_text, draft.messages)


def forged(text: str, **changes: object) -> str:
    """The same message as a program would write it that skips the first decision."""
    return json.dumps({**json.loads(text), **changes})


def test_what_the_agreement_allows_is_sealed_and_opens_at_the_partner(nodes: tuple[Node, Node]) -> None:
    khazar, alborz = nodes
    texts = queued(khazar)
    sealed = seal(khazar, *texts)
    floor = alborz.floor("khazar")
    batch = open_batch(sealed.body, partner="khazar", me="alborz", opener=alborz.keys, verifier=alborz.peers, floor=floor)
    assert list(batch.messages) == texts
    assert {signature.algorithm for signature in sealed.signatures} == set(floor)


def test_a_person_does_not_leave_without_two_approvals(nodes: tuple[Node, Node]) -> None:
    """The whole record, as only its author could disclose it, with nobody's approval beside it."""
    khazar, _ = nodes
    outcome = reporting.report(khazar.desk, officer(khazar, "duty_officer"), [Draft(kind="seizure", body=seizure(parties=[SUSPECT]))])[0]
    with khazar.store.read() as uow:
        version = uow.version(outcome.record)
        assert version is not None
        fields = reporting.Fields.of("seizure", uow.content(version))
    everything = fields.disclose(leaf.path for leaf in fields.leaves)
    text = khazar.store.links.waiting("alborz", "normal", 0)[0].text
    whole = forged(text, fields=everything.fields, positions=everything.positions, proof=everything.proof)
    with pytest.raises(MayNotLeave) as stopped:
        seal(khazar, whole)
    assert "gate_approval" in stopped.value.reasons
    assert stopped.value.seq == 0


def test_invented_approvals_do_not_open_the_gate(nodes: tuple[Node, Node]) -> None:
    khazar, _ = nodes
    (text,) = queued(khazar)
    marks = {"approvals": [{"role": "supervisor", "officer": "x", "digest": "0" * 64, "at": "2026-11-22T00:00:00Z"}], "neutral": True}
    seal(khazar, forged(text, **marks))  # they open nothing, and nothing here needs them


def test_a_suspended_agreement_stops_releases_at_the_keys(nodes: tuple[Node, Node]) -> None:
    khazar, _ = nodes
    (text,) = queued(khazar)
    partnership.suspend(khazar, partnership.operator(khazar), "khazar-alborz", stop=True)
    with pytest.raises(MayNotLeave, match="gate_"):
        seal(khazar, text)
    partnership.suspend(khazar, partnership.operator(khazar), "khazar-alborz", stop=False)
    seal(khazar, text)


def test_an_agreement_that_only_the_database_knows_opens_nothing(nodes: tuple[Node, Node]) -> None:
    """Whoever can write the database cannot make an agreement: the keys read signed files, and check the signatures."""
    khazar, _ = nodes
    (text,) = queued(khazar)
    for path in khazar.settings.layout.agreements.glob("*.json"):
        path.unlink()
    assert [one.status for one in standing.agreements(khazar.desk)] == ["in_force"]
    with pytest.raises(MayNotLeave, match="gate_parties"):
        seal(khazar, text)


def test_an_agreement_whose_signature_was_taken_from_other_bytes_opens_nothing(nodes: tuple[Node, Node]) -> None:
    khazar, _ = nodes
    (text,) = queued(khazar)
    (path,) = khazar.settings.layout.agreements.glob("*.json")
    path.write_text(path.read_text(encoding="utf-8").replace('\\"number\\": \\"1/2026\\"', '\\"number\\": \\"2/2026\\"'), encoding="utf-8")
    with pytest.raises(MayNotLeave):
        seal(khazar, text)


def test_what_is_no_message_does_not_leave(nodes: tuple[Node, Node]) -> None:
    khazar, _ = nodes
    with pytest.raises(MayNotLeave, match="gate_message"):
        seal(khazar, "all our secrets")


@pytest.mark.parametrize(
    "changes",
    [
        {"note": "our informant is called"},
        {"salt": "our informant is called"},
        {"proof": ["our informant is called"]},
        {"signatures": [{"algorithm": "ed25519", "key": "0" * 16, "value": "AA==", "note": "our informant"}]},
        {"approvals": [{"role": "our informant is called", "officer": "x", "digest": "0" * 64, "at": "2026-11-22T00:00:00Z"}]},
        {"approvals": [{"role": "supervisor", "officer": "Our Informant", "digest": "0" * 64, "at": "2026-11-22T00:00:00Z"}]},
    ],
)
def test_a_message_holds_nothing_beside_what_its_form_names(nodes: tuple[Node, Node], changes: dict[str, object]) -> None:
    khazar, _ = nodes
    (text,) = queued(khazar)
    with pytest.raises(MayNotLeave, match="gate_message"):
        seal(khazar, forged(text, **changes))


def test_a_header_holds_nothing_beside_what_its_form_names(nodes: tuple[Node, Node]) -> None:
    khazar, _ = nodes
    (text,) = queued(khazar)
    header = json.loads(json.loads(text)["header"])
    for changed in ({**header, "note": "our informant"}, {**header, "purpose": "our_informant_is_called"}, {**header, "kind": "informant"}):
        with pytest.raises(MayNotLeave, match="gate_message"):
            seal(khazar, forged(text, header=json.dumps(changed, separators=(",", ":"))))


def test_a_salt_is_no_place_for_text(nodes: tuple[Node, Node]) -> None:
    khazar, _ = nodes
    (text,) = queued(khazar)
    first, *rest = json.loads(text)["fields"]
    for leaf in (first.replace(first[2:34], "our informant is called"), first + " "):
        with pytest.raises(MayNotLeave, match="gate_message"):
            seal(khazar, forged(text, fields=[leaf, *rest]))


def test_one_field_does_not_stand_twice(nodes: tuple[Node, Node]) -> None:
    """Else a second value could hide behind the one that is judged."""
    khazar, _ = nodes
    (text,) = queued(khazar)
    fields = json.loads(text)["fields"]
    with pytest.raises(MayNotLeave, match="gate_message"):
        seal(khazar, forged(text, fields=[*fields, fields[0]]))


def test_a_heartbeat_carries_a_root_and_nothing_else(nodes: tuple[Node, Node]) -> None:
    khazar, _ = nodes
    seal(khazar, write_audit(AuditMessage("khazar-alborz", "ab" * 32), khazar.randomness))
    with pytest.raises(MayNotLeave):
        seal(khazar, write_audit(AuditMessage("khazar-alborz", "a name"), khazar.randomness))


def test_a_manifest_must_describe_the_batch(nodes: tuple[Node, Node]) -> None:
    khazar, _ = nodes
    (text,) = queued(khazar)
    draft = draft_batch("khazar", "alborz", "normal", CompactRange(), [Queued("khazar-alborz", bytes(32), text)], NOW)
    with pytest.raises(KeysRefused, match="manifest_differs"):
        khazar.keys.seal("alborz", draft.manifest_text, draft.messages)
    with pytest.raises(KeysRefused, match="manifest_differs"):
        khazar.keys.seal("alborz", draft.manifest_text, ())


def test_nothing_is_sealed_to_a_partner_whose_card_was_not_confirmed(nodes: tuple[Node, Node]) -> None:
    khazar, _ = nodes
    (text,) = queued(khazar)
    partnership.forget_peer(khazar, partnership.operator(khazar), "alborz")
    with pytest.raises(KeysRefused, match="unknown_partner"):
        seal(khazar, text)


def test_a_manifest_alone_is_not_signed(nodes: tuple[Node, Node]) -> None:
    with pytest.raises(KeysRefused, match="manifest_alone"):
        nodes[0].keys.sign(Purpose.MANIFEST, b"{}", CLASSICAL)


def test_a_record_of_another_author_is_not_signed(nodes: tuple[Node, Node]) -> None:
    khazar, alborz = nodes
    queued(khazar)
    with khazar.store.read() as uow:
        row = uow.listing(officer(khazar, "liaison_officer"))[0]
        version = uow.version(row.record)
    assert version is not None
    with pytest.raises(KeysRefused, match="other_author"):
        alborz.keys.sign(Purpose.RECORD, version.header_text.encode(), CLASSICAL)
    with pytest.raises(KeysRefused, match="not_a_record"):
        alborz.keys.sign(Purpose.RECORD, b"\xff", CLASSICAL)


def test_a_breach_that_was_reported_narrows_to_consignments(nodes: tuple[Node, Node]) -> None:
    khazar, _ = nodes
    with khazar.store.begin() as uow:
        (partner,) = uow.partners()
        uow.set_partner(replace(partner, breach=True))
        uow.audit(reporting.AuditEntry(act="partner.breach", officer="", role=""))
    partnership.copy_stops(khazar)
    seal(khazar, *queued(khazar))
