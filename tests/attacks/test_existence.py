"""Nobody learns that there is something which he may not see: not by a count, a feed, a cursor or a look that leaves no trace."""

from dataclasses import replace
from typing import Any

import pytest
from tests.casework.conftest import Nodes

from rabet.casework import reading
from rabet.casework.approving import digest_to_approve
from rabet.casework.correcting import correct
from rabet.casework.previewing import preview
from rabet.casework.refusal import NotFound
from rabet.casework.reporting import Draft, Outcome, report
from rabet.casework.standing import open_case
from rabet.casework.values import AuditEntry, Event, Officer
from rabet.records.bad_input import BadInput

FAR = "headquarters"
CASE = {"case": "demonstration", "purpose": "investigation"}
SYSTEM = frozenset({"system", "duty_officer"})


def _officer(nodes: Nodes, **changes: Any) -> Officer:  # noqa: ANN401 - any attribute
    return replace(nodes.officer("khazar", "duty"), **{"id": "someone", "cases": frozenset(), **changes})


def _with(nodes: Nodes, *identifiers: tuple[str, str]) -> Draft:
    found = [{"kind": kind, "value": value} for kind, value in identifiers]
    body = {name: value for name, value in nodes.body().items() if name not in ("parties", "identifiers")}
    return Draft(kind="seizure", body={**body, "identifiers": found})


def _report(nodes: Nodes, who: Officer, *identifiers: tuple[str, str]) -> Outcome:
    return report(nodes.desk("khazar"), who, [_with(nodes, *identifiers)])[0]


def _events(nodes: Nodes, who: Officer, record: str) -> list[Event]:
    found: list[Event] = []
    while page := reading.feed(nodes.desk("khazar"), who, after=found[-1].number if found else 0, limit=500)[0]:
        found += page
    return [event for event in found if event.record == record or event.detail.get("other") == record]


def test_a_report_does_not_tell_that_a_hidden_record_shares_its_number(nodes: Nodes) -> None:
    """Anybody who may report could ask so for any phone or plate whether it is known anywhere in the node."""
    hidden = _report(nodes, _officer(nodes, unit=FAR), ("container", "MSKU1111110"))
    made = _report(nodes, _officer(nodes), ("container", "MSKU1111110"))
    assert hidden.record != made.record
    assert made.alerts == 0
    asked = correct(nodes.desk("khazar"), _officer(nodes), made.record, _with(nodes, ("container", "MSKU1111110"), ("seal", "S-1")))
    assert asked.alerts == 0
    assert [event for event in _events(nodes, _officer(nodes), made.record) if event.kind == "alert"] == []


def test_who_may_see_both_records_is_told(nodes: Nodes) -> None:
    first = _report(nodes, _officer(nodes), ("container", "MSKU2222220"))
    made = _report(nodes, _officer(nodes), ("container", "MSKU2222220"))
    assert made.alerts == 1
    assert [event.detail["other"] for event in _events(nodes, _officer(nodes), made.record) if event.kind == "alert"] == [first.record]


def test_a_system_is_not_told_of_matches_on_persons(nodes: Nodes) -> None:
    """A program could try all phones of a city; an alert on a person is for people."""
    system = _officer(nodes, roles=SYSTEM)
    _report(nodes, _officer(nodes), ("phone", "+994 00 777 77 77"))
    made = _report(nodes, system, ("phone", "+994 00 777 77 77"))
    assert made.alerts == 0
    assert [event for event in _events(nodes, system, made.record) if event.kind == "alert"] == []
    assert reading.show(nodes.desk("khazar"), system, made.record).alerts == ()
    row = next(row for row in reading.list_records(nodes.desk("khazar"), system) if row.record == made.record)
    assert row.alerts == 0
    assert len(reading.show(nodes.desk("khazar"), _officer(nodes), made.record).alerts) == 1


def test_a_page_after_a_hidden_record_is_the_page_after_an_unknown_one(nodes: Nodes) -> None:
    who, desk = _officer(nodes), nodes.desk("khazar")
    for number in range(2):
        _report(nodes, who, ("seal", f"page {number}"))
    hidden = _report(nodes, _officer(nodes, unit=FAR), ("seal", "hidden page"))
    assert reading.list_records(desk, who, after=hidden.record) == reading.list_records(desk, who, after="0" * 32)


def test_the_first_look_by_a_system_is_not_told_as_an_officers(nodes: Nodes) -> None:
    made = nodes.report()
    nodes.hand_over("khazar", "alborz")
    desk, duty = nodes.desk("alborz"), nodes.officer("alborz", "duty")
    before = len(nodes.queued("alborz", "khazar", "urgent"))
    reading.show(desk, replace(duty, id="system-1", roles=SYSTEM), made.record)
    assert len(nodes.queued("alborz", "khazar", "urgent")) == before
    reading.show(desk, duty, made.record)
    assert len(nodes.queued("alborz", "khazar", "urgent")) == before + 1


def _acts(nodes: Nodes, about: str) -> list[AuditEntry]:
    with nodes.desk("khazar").store.read() as uow:
        return [entry for _, _, entry in uow.audit_entries(about=about)]


@pytest.mark.parametrize("look", ["approver", "preview", "history"])
def test_every_look_leaves_its_trace(nodes: Nodes, look: str) -> None:
    desk, made = nodes.desk("khazar"), nodes.report()
    who = nodes.officer("khazar", "liaison")
    if look == "approver":
        digest_to_approve(desk, who, made.waiting[0][1])
    elif look == "preview":
        preview(desk, who, made.record, "alborz", **CASE)
    else:
        reading.history(desk, who, made.record)
    act = "record.history_shown" if look == "history" else "record.persons_shown"
    assert (act, who.id) in [(entry.act, entry.officer) for entry in _acts(nodes, made.record)]


def test_no_words_of_an_officer_enter_the_audit_log_as_case_or_purpose(nodes: Nodes) -> None:
    made = nodes.report()
    reading.show(nodes.desk("khazar"), nodes.officer("khazar", "duty"), made.record, case="Ali Rezaei " * 1_000, purpose="his brother")
    assert {(entry.case, entry.purpose) for entry in _acts(nodes, made.record)} == {("", "investigation"), ("", "")}


def test_nobody_puts_a_record_under_a_case_that_is_not_his(nodes: Nodes) -> None:
    """Need-to-know follows the case: that would show the record to whoever works on it."""
    draft = replace(_with(nodes, ("seal", "case")), case="demonstration")
    for who in (_officer(nodes), _officer(nodes, roles=frozenset({"system"}), unit=FAR), _officer(nodes, cases=frozenset({"x"}))):
        with pytest.raises(BadInput):
            report(nodes.desk("khazar"), who, [draft if "x" not in who.cases else replace(draft, case="x")])
    system = _officer(nodes, roles=frozenset({"system"}))
    assert report(nodes.desk("khazar"), system, [draft])[0].record


def test_nobody_changes_a_case_that_is_not_his(nodes: Nodes) -> None:
    desk = nodes.desk("khazar")
    with desk.store.read() as uow:
        case = next(one for one in uow.cases() if one.id == "demonstration")
    with pytest.raises(NotFound):
        open_case(desk, _officer(nodes), replace(case, unit=FAR))
    open_case(desk, nodes.officer("khazar", "supervisor"), case)
