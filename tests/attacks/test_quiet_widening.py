"""What widens by itself: a correction that forgets to say, a mark that counts as an approval, a suspension that keeps wrong data alive."""

from dataclasses import replace
from typing import Any

import pytest
from tests.attacks.forge import PLAIN, Forger, commit
from tests.casework.conftest import Nodes

from rabet.casework.approving import approve, clear_text, digest_to_approve
from rabet.casework.correcting import correct
from rabet.casework.reading import show
from rabet.casework.recalling import recall
from rabet.casework.refusal import NotFound
from rabet.casework.reporting import Draft, report
from rabet.casework.standing import suspend
from rabet.casework.values import Officer, StepUp, Version


def _officer(nodes: Nodes, name: str, **changes: Any) -> Officer:  # noqa: ANN401 - any attribute
    return replace(nodes.officer("khazar", name), **changes)


def _newest(nodes: Nodes, agency: str, record: str) -> Version:
    with nodes.desk(agency).store.read() as uow:
        found = uow.version(record)
    assert found is not None
    return found


def test_a_correction_that_does_not_say_keeps_handling_case_evaluation_and_retention(nodes: Nodes) -> None:
    """An H2 record needs two people for every field; as H1, by the node's default, its consignment part left by itself."""
    desk, strong = nodes.desk("khazar"), _officer(nodes, "supervisor", strong=True, clearance="H3")
    said = {"handling": "H2", "evaluation": "B2", "retain_until": "2027-03-01", "offence": "cultivation", "purpose": "detection"}
    (made,) = report(desk, strong, [Draft(kind="seizure", body=nodes.body(), case="demonstration", **said)])
    changed = correct(desk, strong, made.record, Draft(kind="seizure", body=nodes.body(value="7")))
    assert changed.sent == ()
    header, version = _newest(nodes, "khazar", made.record).header, _newest(nodes, "khazar", made.record)
    assert {name: getattr(header, name) for name in said} == said
    assert version.case == "demonstration"


def test_a_correction_by_another_unit_does_not_move_the_record_there(nodes: Nodes) -> None:
    desk = nodes.desk("khazar")
    made = nodes.report()
    correct(desk, _officer(nodes, "supervisor", unit="headquarters"), made.record, Draft(kind="seizure", body=nodes.body(value="3")))
    assert show(desk, _officer(nodes, "duty"), made.record).version.header.version == 2
    with pytest.raises(NotFound):
        show(desk, _officer(nodes, "duty", id="other", unit="headquarters"), made.record)


def test_marking_free_text_clear_is_no_approval_of_persons(nodes: Nodes) -> None:
    """Who marks a text has not looked at the persons: two people who stand for them are still needed."""
    desk, system = nodes.desk("khazar"), _officer(nodes, "duty", id="system-1", roles=frozenset({"system"}))
    body = {**nodes.body(), "text": {"summary": "names nobody"}}
    (made,) = report(desk, system, [Draft(kind="seizure", body=body)])
    again = clear_text(desk, _officer(nodes, "supervisor"), made.record)
    ((_, release),) = again.waiting
    waiting, _ = digest_to_approve(desk, _officer(nodes, "liaison"), release)
    assert waiting.approvals == ()
    step_up = StepUp(_officer(nodes, "liaison", strong=True), waiting.digest, desk.clock.now())
    assert approve(desk, step_up, release).sent == ()


def test_marking_free_text_clear_keeps_the_reporter_as_first_person(nodes: Nodes) -> None:
    desk = nodes.desk("khazar")
    made = nodes.report(body={**nodes.body(), "text": {"summary": "names nobody"}})
    ((_, release),) = clear_text(desk, _officer(nodes, "supervisor"), made.record).waiting
    waiting, _ = digest_to_approve(desk, _officer(nodes, "supervisor"), release)
    assert [approval.officer for approval in waiting.approvals] == [nodes.officer("khazar", "duty").id]
    step_up = StepUp(_officer(nodes, "supervisor", strong=True), waiting.digest, desk.clock.now())
    assert approve(desk, step_up, release).sent == ("alborz",)


def test_a_correction_reaches_a_holder_although_the_agreement_is_suspended(nodes: Nodes) -> None:
    """Else who was cleared stays a suspect at the partner for as long as the two agencies quarrel."""
    desk, supervisor = nodes.desk("khazar"), _officer(nodes, "supervisor")
    made = nodes.report()
    nodes.hand_over("khazar", "volga")
    assert nodes.held("volga", made.record)
    for agency in ("khazar", "volga"):
        suspend(nodes.desk(agency), nodes.officer(agency, "supervisor"), "caspian", stop=True)
    try:
        correct(desk, supervisor, made.record, Draft(kind="seizure", body=nodes.body(value="9")))
        assert [result.status for result in nodes.hand_over("khazar", "volga")] == ["accepted"]
        assert nodes.held("volga", made.record) == {}
    finally:
        for agency in ("khazar", "volga"):
            suspend(nodes.desk(agency), nodes.officer(agency, "supervisor"), "caspian", stop=False)


def _laboratory(nodes: Nodes, record: str) -> str:
    body = {"about": {"kind": "seizure", "id": record}, "says": "laboratory_result", "laboratory": {"substance": "heroin", "purity": "61"}}
    return report(nodes.desk("khazar"), _officer(nodes, "duty"), [Draft(kind="statement", body=body)])[0].record


@pytest.mark.parametrize("agency", ["khazar", "volga"])
def test_a_recalled_laboratory_result_leaves_the_list(nodes: Nodes, agency: str) -> None:
    made = nodes.report()
    result = _laboratory(nodes, made.record)
    nodes.hand_over("khazar", "volga")
    assert _row(nodes, agency, made.record) == "heroin 61 %"
    recall(nodes.desk("khazar"), _officer(nodes, "duty"), result, "error")
    nodes.hand_over("khazar", "volga")
    assert _row(nodes, agency, made.record) == ""


def _row(nodes: Nodes, agency: str, record: str) -> str:
    with nodes.desk(agency).store.read() as uow:
        return uow.rows([record])[record].laboratory


def test_a_statement_about_a_withheld_record_does_not_tell_that_it_exists(nodes: Nodes) -> None:
    strong = _officer(nodes, "supervisor", strong=True, clearance="H3")
    (hidden,) = report(nodes.desk("khazar"), strong, [Draft(kind="seizure", body=nodes.body(), handling="H3")])
    nodes.hand_over("khazar", "volga")
    _laboratory(nodes, hidden.record)
    assert nodes.queued("khazar", "volga") == []


def test_an_older_version_that_arrives_late_does_not_bring_back_what_was_narrowed(forger: Forger) -> None:
    first, second = commit(PLAIN), commit(PLAIN)
    old = forger.header(first)
    new = forger.header(second, id=old.id, version=2)
    narrow = forger.text(new, second, show=[], approvals=0)
    assert [one.status for one in forger.send(narrow, forger.text(old, first))] == ["accepted", "accepted"]
    assert _contents(forger, old.id) == []


def _contents(forger: Forger, record: str) -> list[str]:
    """All fields that the victim holds of any version."""
    with forger.nodes.desk(forger.victim).store.read() as uow:
        contents = [uow.content(version) for version in uow.versions(record)]
    return [leaf for content in contents if content for leaf in content.leaves]


def test_a_tombstone_below_what_is_held_is_rejected(forger: Forger) -> None:
    """It confirmed, signed, that content was destroyed which stayed."""
    made = commit(PLAIN)
    header = forger.header(made, version=5)
    forger.send(forger.text(header, made))
    grave = replace(header, version=3, state="recalled", leaves=0, root="")
    (result,) = forger.send(forger.text(grave))
    assert (result.status, result.reason) == ("rejected", "tombstone_of_the_past")


def test_more_fields_of_a_version_whose_content_is_gone_bring_nothing_back_and_stop_nothing(forger: Forger) -> None:
    """An approved part in flight, overtaken by a narrowing: its key was destroyed, and the whole lane stood still."""
    first, second = commit((*PLAIN, ("place/post", "Astara"))), commit(PLAIN)
    old = forger.header(first)
    assert forger.send(forger.text(old, first, show=["place/country"], approvals=0))[0].status == "accepted"
    narrow = forger.text(forger.header(second, id=old.id, version=2), second, show=[], approvals=0)
    assert forger.send(narrow)[0].status == "accepted"
    assert forger.send(forger.text(old, first, show=["place/post"], approvals=0))[0].status == "accepted"
    assert _contents(forger, old.id) == []


def test_history_that_was_imported_is_not_shared_by_a_correction_or_a_mark(nodes: Nodes) -> None:
    desk, supervisor = nodes.desk("khazar"), _officer(nodes, "supervisor")
    draft = Draft(kind="seizure", body=nodes.body())
    (made,) = report(desk, supervisor, [draft], share=False, imported=True)
    assert correct(desk, supervisor, made.record, replace(draft, body=nodes.body(value="5"))).sent == ()
    assert clear_text(desk, supervisor, made.record).sent == ()
