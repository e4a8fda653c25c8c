"""What a partner does with what arrives: take once, keep order of versions, refuse what is broken, destroy what is recalled."""

import json
import os

import pytest
from tests.casework.conftest import Nodes

from rabet.casework import reading, reporting
from rabet.casework.correcting import correct
from rabet.casework.messages import StatusMessage, write_record, write_status
from rabet.casework.objecting import outside_agreement
from rabet.casework.recalling import recall
from rabet.casework.refusal import NotFound, Refused
from rabet.casework.reporting import Draft, report
from rabet.cli.world import bodies
from rabet.cli.world.agencies import ALBORZ
from rabet.records.bad_input import BadInput


def _id() -> str:
    return os.urandom(16).hex()


def test_a_repeated_report_takes_no_second_effect(nodes: Nodes) -> None:
    record, body = _id(), nodes.body()
    first = nodes.report(id=record, body=body)
    before = nodes.queued("khazar", "volga")
    second = nodes.report(id=record, body=body)
    assert (first.repeated, second.repeated, second.version) == (False, True, 1)
    assert nodes.queued("khazar", "volga") == before
    with pytest.raises(BadInput) as error:
        nodes.report(id=record, body=nodes.body(value="9"))
    assert error.value.problems[0].id == "id_taken"


def test_a_hit_raises_an_alert_for_a_person_and_tells_the_partner_nothing(nodes: Nodes) -> None:
    body = bodies.with_consignment(bodies.seizure(ALBORZ, nodes.desk("alborz").clock.now()), 77)
    (older,) = report(nodes.desk("alborz"), nodes.officer("alborz", "duty"), [Draft(kind="seizure", body=body)], share=False)
    before = nodes.queued("alborz", "khazar"), nodes.queued("alborz", "khazar", "urgent")
    made = nodes.report(body=nodes.body(77))
    nodes.hand_over("khazar", "alborz")
    assert (nodes.queued("alborz", "khazar"), nodes.queued("alborz", "khazar", "urgent")) == before
    (alert,) = reading.show(nodes.desk("alborz"), nodes.officer("alborz", "duty"), made.record).alerts
    assert {alert.record, alert.other} == {made.record, older.record}
    assert [reason for reason, _, _ in alert.reasons] == ["same_container", "same_seal"]


def test_a_correction_replaces_and_the_old_version_stays_as_history(nodes: Nodes) -> None:
    made = nodes.report()
    nodes.hand_over("khazar", "volga")
    outcome = correct(nodes.desk("khazar"), nodes.officer("khazar", "duty"), made.record, Draft(kind="seizure", body=nodes.body(value="7.5")))
    assert outcome.version == 2
    nodes.hand_over("khazar", "volga")
    kept = reading.history(nodes.desk("volga"), nodes.officer("volga", "liaison"), made.record)
    assert [(number, body["exhibits"][0]["quantity"]["value"]) for number, _, _, body in kept] == [(2, "7.5"), (1, "184.5")]


def test_a_correction_that_a_partner_may_not_have_empties_what_he_held(nodes: Nodes) -> None:
    made = nodes.report()
    nodes.hand_over("khazar", "volga")
    correct(nodes.desk("khazar"), nodes.officer("khazar", "duty"), made.record, Draft(kind="seizure", body=nodes.body(), handling="H3"))
    nodes.hand_over("khazar", "volga")
    assert nodes.held("volga", made.record) == {}
    with nodes.desk("volga").store.read() as uow:
        assert all(uow.content(version) is None for version in uow.versions(made.record) if version.header.version == 1)


def test_a_recalled_record_leaves_every_list_index_and_alert_and_cannot_be_read_again(nodes: Nodes) -> None:
    made = nodes.report(body=nodes.body(55))
    again = nodes.report(body=nodes.body(55))
    nodes.hand_over("khazar", "alborz")
    recall(nodes.desk("khazar"), nodes.officer("khazar", "duty"), made.record, "error")
    nodes.hand_over("khazar", "alborz")
    officer = nodes.officer("alborz", "liaison")
    with nodes.desk("alborz").store.read() as uow:
        assert not uow.rows([made.record])
        assert not uow.identifiers(made.record)
        assert not [one for one in uow.alerts(officer, in_force=("caspian", "khazar-alborz")) if made.record in (one.record, one.other)]
        assert all(uow.content(v) is None for v in uow.versions(made.record) if v.header.state == "current")
        assert uow.identifiers(again.record)
    nodes.hand_over("alborz", "khazar")
    with nodes.desk("khazar").store.read() as uow:
        assert [(who, state) for _, who, state, _, _ in uow.receipts(made.record)] == [("alborz", "recalled")]


def test_a_tombstone_that_arrives_first_wins(nodes: Nodes) -> None:
    made = nodes.report()
    messages = nodes.queued("khazar", "volga")
    recall(nodes.desk("khazar"), nodes.officer("khazar", "duty"), made.record, "error")
    nodes.give("khazar", "volga", nodes.queued("khazar", "volga", "urgent"))
    nodes.give("khazar", "volga", messages[-1:])
    with nodes.desk("volga").store.read() as uow:
        version = uow.version(made.record)
        assert version is not None
        assert version.header.state == "recalled"
        assert not uow.rows([made.record])
    assert nodes.held("volga", made.record) == {}


def test_a_record_recalled_while_it_waited_leaves_as_its_tombstone_only(nodes: Nodes) -> None:
    made = nodes.report()
    nodes.report()
    recall(nodes.desk("khazar"), nodes.officer("khazar", "duty"), made.record, "error")
    texts = [text for _, text in nodes.queued("khazar", "volga")]
    assert None in texts
    assert not any(made.record in (text or "") for text in texts)
    assert any(made.record in (text or "") for _, text in nodes.queued("khazar", "volga", "urgent"))


def test_a_danger_warning_takes_the_urgent_lane(nodes: Nodes) -> None:
    before = len(nodes.queued("khazar", "volga", "urgent"))
    nodes.report(body=bodies.with_danger(nodes.body()))
    assert len(nodes.queued("khazar", "volga", "urgent")) == before + 1


def _changed(text: str, **changes: object) -> str:
    return json.dumps({**json.loads(text), **changes})


def test_one_broken_message_is_rejected_and_the_others_are_taken(nodes: Nodes) -> None:
    nodes.hand_over("khazar", "volga")
    first, second = nodes.report(), nodes.report()
    (n, good), (_, other) = nodes.queued("khazar", "volga")
    assert good is not None
    header = json.loads(json.loads(good)["header"])
    broken = {
        "{": "not_json",
        _changed(good, type="unheard_of"): "unknown_message",
        _changed(good, agreement="no-such"): "unknown_agreement",
        _changed(good, agreement="khazar-alborz"): "unknown_agreement",
        _changed(good, fields=json.loads(good)["fields"][:-1]): "disclosure_broken",
        _changed(good, header=json.dumps({**header, "handling": "H0"})): "signature",
        _changed(good, header=json.dumps({**header, "author": "alborz"})): "onward_without_consent",
        good[:-1] + ',"type":"record"}': "duplicate_key",
    }
    results = nodes.give("khazar", "volga", [*((n, text) for text in broken), (n, good), (n + 1, other)])
    reasons = [result.reason for result in results[:-2]]
    assert [result.status for result in results] == ["rejected"] * len(broken) + ["accepted"] * 2
    assert [a if b != "signature" else b for a, b in zip(reasons, broken.values(), strict=True)] == list(broken.values())
    nodes.taken["khazar", "volga", "normal"] = n + 2
    for made in (first, second):
        assert nodes.held("volga", made.record)["place"]["post"] == "Astara"


def test_two_versions_under_one_number_are_refused(nodes: Nodes) -> None:
    nodes.hand_over("khazar", "volga")
    record = _id()
    nodes.report(id=record)
    ((n, _),) = nodes.queued("khazar", "volga")
    nodes.hand_over("khazar", "volga")
    twin = _forged_twin(nodes, record)
    (result,) = nodes.give("khazar", "volga", [(n + 1, twin)])
    assert (result.status, result.reason) == ("rejected", "two_versions_under_one_number")


class NoKeys:
    """Stands for the unit of work where nothing is stored."""

    def new_key(self) -> int:
        return -1


def _forged_twin(nodes: Nodes, record: str) -> str:
    """Another version 1 of the same record, signed by its author: what a lying partner could send."""
    desk, officer = nodes.desk("khazar"), nodes.officer("khazar", "duty")
    item = reporting.prepare(desk, officer, Draft(kind="seizure", id=record, body=nodes.body(value="1")))
    (item,) = reporting.sign(desk, [item])

    version = reporting.own_version(desk, NoKeys(), officer, item)  # type: ignore[arg-type]
    shown = [path for path, kind in item.fields.classes.items() if kind == "consignment"]
    return write_record(version, item.fields.disclose(shown), "caspian", (), desk.randomness)


def test_a_partner_that_sends_more_than_the_agreement_allows_is_refused(nodes: Nodes) -> None:
    desk, officer = nodes.desk("khazar"), nodes.officer("khazar", "duty")
    (item,) = reporting.sign(desk, [reporting.prepare(desk, officer, Draft(kind="seizure", body=nodes.body()))])

    version = reporting.own_version(desk, NoKeys(), officer, item)  # type: ignore[arg-type]
    text = write_record(version, item.fields.disclose(item.fields.values), "caspian", (), desk.randomness)
    (result,) = nodes.give("khazar", "volga", [(10_000, text)])
    assert (result.status, result.reason) == ("rejected", "outside_agreement")
    assert nodes.held("volga", item.header.id) == {}


def test_the_first_showing_to_an_officer_is_told_once_by_role(nodes: Nodes) -> None:
    made = nodes.report()
    nodes.hand_over("khazar", "volga")
    nodes.hand_over("volga", "khazar")
    for _ in range(2):
        reading.show(nodes.desk("volga"), nodes.officer("volga", "liaison"), made.record)
    nodes.hand_over("volga", "khazar")
    with nodes.desk("khazar").store.read() as uow:
        assert [(who, state, role) for _, who, state, role, _ in uow.receipts(made.record)] == [("volga", "delivered", "liaison_officer")]


def test_a_word_about_a_record_the_partner_never_got_is_refused(nodes: Nodes) -> None:
    made = nodes.report(handling="H2")
    desk = nodes.desk("volga")
    text = write_status(StatusMessage("caspian", made.record, 1, "delivered", "liaison_officer", desk.clock.now().isoformat()), desk.randomness)
    (result,) = nodes.give("volga", "khazar", [(10_000, text)])
    assert (result.status, result.reason) == ("rejected", "unknown_record")


def test_a_laboratory_result_comes_as_a_statement_and_updates_what_both_lists_show(nodes: Nodes) -> None:
    made = nodes.report()
    body = {
        "about": {"kind": "seizure", "id": made.record},
        "says": "laboratory_result",
        "laboratory": {"substance": "heroin", "purity": "41.5", "basis": "base"},
    }
    report(nodes.desk("khazar"), nodes.officer("khazar", "duty"), [Draft(kind="statement", body=body)])
    nodes.hand_over("khazar", "volga")
    for agency in ("khazar", "volga"):
        rows = reading.list_records(nodes.desk(agency), nodes.officer(agency, "liaison"), limit=200)
        assert next(row.laboratory for row in rows if row.record == made.record) == "heroin 41.5 % base"
    correct(nodes.desk("khazar"), nodes.officer("khazar", "duty"), made.record, Draft(kind="seizure", body=nodes.body(value="2")))
    rows = reading.list_records(nodes.desk("khazar"), nodes.officer("khazar", "liaison"), limit=200)
    assert next((row.quantity, row.laboratory) for row in rows if row.record == made.record) == ("2", "heroin 41.5 % base")


def test_a_partners_statement_does_not_change_what_is_shown_of_another_agencys_record(nodes: Nodes) -> None:
    made = nodes.report()
    nodes.hand_over("khazar", "volga")
    body = {"about": {"kind": "seizure", "id": made.record}, "says": "laboratory_result", "laboratory": {"substance": "opium"}}
    report(nodes.desk("volga"), nodes.officer("volga", "duty"), [Draft(kind="statement", body=body)])
    rows = reading.list_records(nodes.desk("volga"), nodes.officer("volga", "liaison"), limit=200)
    assert next(row.laboratory for row in rows if row.record == made.record) == ""


def test_outside_the_agreement_stops_use_here_and_tells_the_sender(nodes: Nodes) -> None:
    made = nodes.report()
    nodes.hand_over("khazar", "volga")
    outside_agreement(nodes.desk("volga"), nodes.officer("volga", "liaison"), made.record)
    with pytest.raises(NotFound):
        reading.show(nodes.desk("volga"), nodes.officer("volga", "liaison"), made.record)
    nodes.hand_over("volga", "khazar")
    with nodes.desk("khazar").store.read() as uow:
        assert [(who, state) for _, who, state, _, _ in uow.receipts(made.record)] == [("volga", "outside_agreement")]
    with pytest.raises(Refused):
        outside_agreement(nodes.desk("khazar"), nodes.officer("khazar", "liaison"), made.record)


def test_the_author_still_sees_what_he_recalled_and_what_partners_said(nodes: Nodes) -> None:
    made = nodes.report()
    nodes.hand_over("khazar", "alborz")
    recall(nodes.desk("khazar"), nodes.officer("khazar", "duty"), made.record, "error")
    nodes.hand_over("khazar", "alborz")
    nodes.hand_over("alborz", "khazar")
    view = reading.show(nodes.desk("khazar"), nodes.officer("khazar", "liaison"), made.record)
    assert view.version.header.state == "recalled"
    assert view.body["exhibits"][0]["substance"] == "heroin"
    assert ("alborz", "recalled") in [(who, state) for _, who, state, _, _ in view.receipts]
    assert view.may == frozenset()
    with pytest.raises(NotFound):
        reading.show(nodes.desk("alborz"), nodes.officer("alborz", "liaison"), made.record)
    with pytest.raises(Refused):
        recall(nodes.desk("khazar"), nodes.officer("khazar", "duty"), made.record, "error")


def test_a_correction_of_an_urgent_record_is_urgent_and_takes_back_what_waited(nodes: Nodes) -> None:
    made = nodes.report(urgent=True)
    before = len(nodes.queued("khazar", "volga", "urgent"))
    correct(nodes.desk("khazar"), nodes.officer("khazar", "duty"), made.record, Draft(kind="seizure", body=nodes.body(value="3")))
    assert len(nodes.queued("khazar", "volga", "urgent")) == before + 1
    with nodes.desk("khazar").store.read() as uow:
        states = {release.version: release.state for release in uow.releases(made.record) if release.part == "person"}
    assert states == {1: "withdrawn", 2: "waiting"}
