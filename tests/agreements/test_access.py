"""Each row of the table holds, and each permit, condition and forbid matters: take it away and a row fails."""

from dataclasses import replace

import pytest
from tests.agreements.spec.access import ROWS, Row

from rabet.agreements import access
from rabet.agreements.access import ACTIONS, CONTENT, FORBIDS, PERMITS, Permit
from rabet.agreements.terms import NO_CONTENT_ROLES


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.case)
def test_the_table_holds(row: Row) -> None:
    made = row.decide()
    assert tuple(one.id for one in made.reasons) == row.reasons
    assert tuple(one.id for one in made.grounds) == row.grounds
    assert made.allowed is (not row.reasons)


@pytest.mark.parametrize("name", FORBIDS)
def test_each_forbid_matters(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(FORBIDS, name)
    assert not all(row.holds() for row in ROWS)


@pytest.mark.parametrize("name", FORBIDS)
def test_a_forbid_turned_round_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    speaks = FORBIDS[name]  # type: ignore[index]
    monkeypatch.setitem(FORBIDS, name, lambda act: not speaks(act))
    assert not all(row.holds() for row in ROWS)


@pytest.mark.parametrize("name", PERMITS)
def test_each_permit_matters(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(PERMITS, name)
    assert not all(row.holds() for row in ROWS)


@pytest.mark.parametrize(("name", "condition"), [(name, condition) for name, permit in PERMITS.items() for condition in permit.conditions])
def test_each_condition_of_a_permit_matters(name: str, condition: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rest = {why: test for why, test in PERMITS[name].conditions.items() if why != condition}  # type: ignore[index]
    monkeypatch.setitem(PERMITS, name, Permit(rest))
    assert not all(row.holds() for row in ROWS)


@pytest.mark.parametrize("action", sorted(CONTENT))
@pytest.mark.parametrize("role", sorted(NO_CONTENT_ROLES))
def test_who_runs_or_watches_the_node_reads_nothing(action: str, role: str) -> None:
    every = frozenset({role, "duty_officer", "supervisor", "liaison_officer", "analyst"})
    assert not replace(Row("x"), action=action, officer={"roles": every}).decide().allowed


@pytest.mark.parametrize("action", ACTIONS)
def test_every_refusal_has_a_reason_and_every_permission_a_ground(action: str) -> None:
    for row in ROWS:
        made = replace(row, action=action).decide()
        assert bool(made.reasons) is not made.allowed
        assert made.grounds or not made.allowed


def test_a_reason_names_what_was_asked() -> None:
    refused = Row("x", "release").decide().reasons[0]
    assert dict(refused.params)["value"] == "release"
    assert access.FORBIDS.keys().isdisjoint(access.PERMITS.keys())
