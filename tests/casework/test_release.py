"""What leaves by itself, what waits for two people, what never leaves, and who learns of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.casework.conftest import Nodes

from rabet.agreements.document import SignedAgreement
from rabet.casework.approving import approve, clear_text, digest_to_approve, refuse_release
from rabet.casework.correcting import correct
from rabet.casework.previewing import preview
from rabet.casework.reading import alerts, show
from rabet.casework.refusal import NotFound, Refused
from rabet.casework.reporting import Draft, report
from rabet.casework.standing import agreements, suspend, take_agreement
from rabet.casework.values import StepUp


def _step_up(nodes: Nodes, name: str, digest: str, *, ago: timedelta = timedelta(0)) -> StepUp:
    return StepUp(nodes.officer("khazar", name), digest, nodes.desk("khazar").clock.now() - ago)


def test_the_consignment_part_leaves_at_once_and_carries_no_person(nodes: Nodes) -> None:
    made = nodes.report()
    assert made.sent == ("alborz", "volga")
    for partner in made.sent:
        nodes.hand_over("khazar", partner)
        held = nodes.held(partner, made.record)
        assert {one["kind"] for one in held["identifiers"]} == {"container", "seal"}
        assert "parties" not in held


def test_free_text_waits_until_an_officer_marks_it_clear(nodes: Nodes) -> None:
    body = {**nodes.body(2), "text": {"summary": "a summary that names nobody"}}
    body.pop("parties")
    made = nodes.report(body=body)
    nodes.hand_over("khazar", "volga")
    assert "text" not in nodes.held("volga", made.record)
    clear_text(nodes.desk("khazar"), nodes.officer("khazar", "supervisor"), made.record)
    nodes.hand_over("khazar", "volga")
    assert nodes.held("volga", made.record)["text"] == body["text"]


def test_the_person_part_follows_after_a_second_officer_approved_exactly_it(nodes: Nodes) -> None:
    made = nodes.report()
    ((partner, release),) = made.waiting
    assert partner == "alborz"
    waiting, fields = digest_to_approve(nodes.desk("khazar"), nodes.officer("khazar", "liaison"), release)
    assert fields.body()["parties"][0]["simulated"] is True
    assert approve(nodes.desk("khazar"), _step_up(nodes, "liaison", waiting.digest), release).sent == ("alborz",)
    nodes.hand_over("khazar", "alborz")
    assert nodes.held("alborz", made.record)["parties"][0]["category"] == "suspect"
    nodes.hand_over("khazar", "volga")
    assert "parties" not in nodes.held("volga", made.record)


@pytest.mark.parametrize(
    ("who", "digest", "ago", "reason"),
    [
        ("duty", None, timedelta(0), "approver_role"),
        ("liaison", "0" * 64, timedelta(0), "step_up_needed"),
        ("liaison", None, timedelta(minutes=6), "step_up_needed"),
        ("liaison", None, timedelta(minutes=-1), "step_up_needed"),
    ],
)
def test_an_approval_needs_the_role_this_very_digest_and_a_fresh_sign_in(
    nodes: Nodes, who: str, digest: str | None, ago: timedelta, reason: str
) -> None:
    made = nodes.report()
    release = made.waiting[0][1]
    waiting, _ = digest_to_approve(nodes.desk("khazar"), nodes.officer("khazar", "liaison"), release)
    with pytest.raises(Refused) as refused:
        approve(nodes.desk("khazar"), _step_up(nodes, who, digest or waiting.digest, ago=ago), release)
    assert refused.value.ids == (reason,)


def test_nobody_approves_his_own_report(nodes: Nodes) -> None:
    supervisor = nodes.officer("khazar", "supervisor")
    (made,) = report(
        nodes.desk("khazar"), replace(supervisor, roles=supervisor.roles | {"duty_officer"}), [Draft(kind="seizure", body=nodes.body())]
    )
    waiting, _ = digest_to_approve(nodes.desk("khazar"), supervisor, made.waiting[0][1])
    with pytest.raises(Refused) as refused:
        approve(nodes.desk("khazar"), _step_up(nodes, "supervisor", waiting.digest), waiting.id)
    assert refused.value.ids == ("same_person",)


def test_a_report_by_a_system_needs_two_people(nodes: Nodes) -> None:
    system = replace(nodes.officer("khazar", "duty"), id="system-1", roles=frozenset({"system"}))
    (made,) = report(nodes.desk("khazar"), system, [Draft(kind="seizure", body=nodes.body())])
    release = made.waiting[0][1]
    waiting, _ = digest_to_approve(nodes.desk("khazar"), nodes.officer("khazar", "liaison"), release)
    assert approve(nodes.desk("khazar"), _step_up(nodes, "liaison", waiting.digest), release).sent == ()
    assert approve(nodes.desk("khazar"), _step_up(nodes, "supervisor", waiting.digest), release).sent == ("alborz",)


def test_what_was_corrected_after_it_was_proposed_cannot_be_approved(nodes: Nodes) -> None:
    made = nodes.report()
    release = made.waiting[0][1]
    waiting, _ = digest_to_approve(nodes.desk("khazar"), nodes.officer("khazar", "liaison"), release)
    correct(nodes.desk("khazar"), nodes.officer("khazar", "duty"), made.record, Draft(kind="seizure", body=nodes.body(value="1")))
    with pytest.raises(NotFound):
        approve(nodes.desk("khazar"), _step_up(nodes, "liaison", waiting.digest), release)


def test_a_refused_release_stays_refused(nodes: Nodes) -> None:
    made = nodes.report()
    release = made.waiting[0][1]
    refuse_release(nodes.desk("khazar"), nodes.officer("khazar", "liaison"), release)
    with pytest.raises(NotFound):
        digest_to_approve(nodes.desk("khazar"), nodes.officer("khazar", "liaison"), release)


def test_the_owner_of_a_withheld_record_sees_the_clause_and_the_partner_gets_nothing(nodes: Nodes) -> None:
    before = nodes.queued("khazar", "volga")
    made = nodes.report(handling="H2")
    assert nodes.queued("khazar", "volga") == before
    view = show(nodes.desk("khazar"), replace(nodes.officer("khazar", "liaison"), strong=True), made.record)
    (withheld,) = [one for one in view.withheld if one.partner == "volga"]
    assert ("handling_above_limit", "statistics", "4") in withheld.reasons


def test_a_suspended_agreement_lets_nothing_out(nodes: Nodes) -> None:
    desk, officer = nodes.desk("khazar"), nodes.officer("khazar", "supervisor")
    for agreement in ("caspian", "khazar-alborz"):
        suspend(desk, officer, agreement, stop=True)
    try:
        made = nodes.report()
        assert (made.sent, made.waiting) == ((), ())
    finally:
        for agreement in ("caspian", "khazar-alborz"):
            suspend(desk, officer, agreement, stop=False)


def test_a_preview_shows_what_a_changed_clause_would_open_and_sends_nothing(nodes: Nodes) -> None:
    made = nodes.report(handling="H2")
    desk, officer = nodes.desk("khazar"), replace(nodes.officer("khazar", "liaison"), strong=True)
    document = next(one.document for one in agreements(desk) if one.document.id == "caspian")
    changed = document.data.replace(b'"handling_max": "H1"', b'"handling_max": "H2"')
    assert preview(desk, officer, made.record, "volga").after_approval == {}
    opened = preview(desk, officer, made.record, "volga", changed)
    assert opened.after_approval["exhibits"][0]["substance"] == "heroin"
    assert opened.shown == {}
    assert "parties" not in opened.after_approval


def test_person_data_are_shown_only_with_a_case_and_the_records_purpose(nodes: Nodes) -> None:
    made = nodes.report()
    desk, officer = nodes.desk("khazar"), nodes.officer("khazar", "liaison")
    assert show(desk, officer, made.record).persons_hidden
    for case, purpose in (("demonstration", ""), ("demonstration", "statistics"), ("another", "investigation")):
        assert "parties" not in show(desk, officer, made.record, case=case, purpose=purpose).body
    assert "parties" in show(desk, officer, made.record, case="demonstration", purpose="investigation").body


@pytest.mark.parametrize("name", ["administrator", "protection"])
def test_whoever_runs_or_supervises_the_node_reads_no_record(nodes: Nodes, name: str) -> None:
    made = nodes.report()
    with pytest.raises(NotFound):
        show(nodes.desk("khazar"), nodes.officer("khazar", name), made.record)


def test_an_alert_tells_the_kind_of_a_persons_identifier_and_its_value_only_for_a_case(nodes: Nodes) -> None:
    made = nodes.report(body=nodes.body(91))
    nodes.report(body=nodes.body(91))
    desk, officer = nodes.desk("khazar"), nodes.officer("khazar", "liaison")
    (hidden,) = show(desk, officer, made.record).alerts
    told = {kind: value for _, kind, value in hidden.reasons}
    assert (told["phone"], told["plate"]) == ("", "")
    assert told["container"] != ""
    listed, _ = alerts(desk, officer)
    assert all(value == "" for one in listed for _, kind, value in one.reasons if kind in ("phone", "plate"))
    (shown,) = show(desk, officer, made.record, case="demonstration", purpose="investigation").alerts
    assert {kind: value for _, kind, value in shown.reasons}["phone"].startswith("+")


def test_a_draft_of_the_next_version_does_not_hide_what_came_under_the_one_in_force(nodes: Nodes) -> None:
    made = nodes.report()
    nodes.hand_over("khazar", "volga")
    document = nodes.documents()["caspian"]
    newer = document.data.replace(b'"version": 1', b'"version": 2')
    draft = newer.replace(b'"previous": null', f'"previous": "{document.digest}"'.encode())
    take_agreement(nodes.desk("volga"), nodes.officer("volga", "administrator"), SignedAgreement(draft, {}))
    assert show(nodes.desk("volga"), nodes.officer("volga", "liaison"), made.record).body["place"]["post"] == "Astara"
    assert nodes.give("khazar", "volga", []) == ()


def test_a_preview_and_a_waiting_release_name_fields_of_persons_without_their_values(nodes: Nodes) -> None:
    made = nodes.report()
    desk, duty = nodes.desk("khazar"), nodes.officer("khazar", "duty")
    seen = preview(desk, duty, made.record, "alborz").after_approval
    assert seen["parties"][0]["name"] == ""
    assert all(one["value"] == "" for one in seen["identifiers"])
    named = preview(desk, duty, made.record, "alborz", case="demonstration", purpose="investigation").after_approval
    assert named["parties"][0]["name"] != ""
    _, fields = digest_to_approve(desk, duty, made.waiting[0][1])
    assert set(fields.values.values()) <= {"", True, False}
