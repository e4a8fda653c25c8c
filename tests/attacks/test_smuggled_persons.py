"""Person data in fields that leave by themselves: prose in a short field, a number in a name, a man called a company."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.attacks.forge import PLAIN, TOKEN, Forger
from tests.casework.conftest import Nodes

from rabet.records.disclosure import pattern_of, patterns_of
from rabet.records.kinds import KINDS, release_classes

PROSE = "The driver is the brother in law of the man who was seen in March at the market, he lives in the second street behind the bakery."
SHORT = sorted(
    (kind.name, pattern)
    for kind in KINDS.values()
    for pattern, field in kind.fields.items()
    if field.type == "text" and field.release in ("statistics", "consignment")
)
NOT_NAMES = ("Ali, +98 912 000 00 00", "call +994-50-000-00-00", "a.rezaei@example.org", "＋۹۸۹۱۲۰۰۰۰۰۰۰", PROSE)


def _class(kind: str, pattern: str, value: object) -> str:
    path = pattern.replace("*", TOKEN)
    return release_classes(kind, {path: value})[path]


@pytest.mark.parametrize(("kind", "pattern"), SHORT, ids=str)
def test_prose_phones_and_addresses_are_free_text_in_whatever_field_they_stand(kind: str, pattern: str) -> None:
    assert {_class(kind, pattern, value) for value in NOT_NAMES} == {"text"}
    assert _class(kind, pattern, "Astara, 2026-11-20T08:00+04:00") in ("statistics", "consignment")


def test_prose_in_a_short_field_waits_until_it_is_marked_clear(nodes: Nodes) -> None:
    made = nodes.report(body={**nodes.body(), "packaging": PROSE, "place": {"country": "AZ", "post": "Ali +98 912 000 00 00"}})
    nodes.hand_over("khazar", "volga")
    held = nodes.held("volga", made.record)
    assert held["place"] == {"country": "AZ"}
    assert "packaging" not in held


@pytest.mark.parametrize("value", ["Ali Rezaei, born 1990, lives in the second street", "+98 912 000 00 00", "a@example.org"])
def test_a_container_number_that_is_none_is_a_persons(nodes: Nodes, value: str) -> None:
    made = nodes.report(body={**nodes.body(), "identifiers": [{"kind": "container", "value": value, "nature": "company"}]})
    nodes.hand_over("khazar", "volga")
    assert value not in str(nodes.held("volga", made.record))


@pytest.mark.parametrize("detail", [{"born": "1990-01-01"}, {"father_name": "Hasan"}, {"adult": True}])
def test_a_company_that_was_born_is_a_person(nodes: Nodes, detail: dict[str, Any]) -> None:
    party = {"nature": "company", "role": "consignee", "name": "Ali Rezaei", **detail}
    made = nodes.report(body={**nodes.body(), "parties": [party]})
    nodes.hand_over("khazar", "volga")
    assert "parties" not in nodes.held("volga", made.record)


def test_a_company_without_such_details_is_consignment_data(nodes: Nodes) -> None:
    party = {"nature": "company", "role": "consignee", "name": "A trading house (simulated)"}
    made = nodes.report(body={**nodes.body(), "parties": [party]})
    nodes.hand_over("khazar", "volga")
    assert nodes.held("volga", made.record)["parties"] == [party]


@pytest.mark.parametrize(
    "leaves",
    [
        [("packaging", PROSE)],
        [(f"parties/{TOKEN}/nature", "company"), (f"parties/{TOKEN}/name", "Ali"), (f"parties/{TOKEN}/born", "1990-01-01")],
        [(f"parties/{TOKEN}/name", "Ali")],
        [("parties", "Ali")],
        [(f"parties/{TOKEN}", "Ali")],
        [(f"parties/{TOKEN}/nature/nature", "company"), (f"parties/{TOKEN}/nature/name", "Ali")],
        [(f"parties/{TOKEN}/{TOKEN}/nature", "company"), (f"parties/{TOKEN}/{TOKEN}/name", "Ali")],
        [("~1parties/nature", "company"), ("~1parties/name", "Ali")],
        [("place/name/.x", "Ali")],
        [("place/post\n", "Ali")],
        [("identifiers/.a/value", "x1"), ("identifiers/.b/kind", "container"), ("identifiers/.b/nature", "company")],
        [(f"conveyances/{TOKEN}/plate", "x1"), (f"conveyances/{TOKEN}/ownership", "company "), (f"conveyances/{TOKEN}/mode", "car")],
        [(f"conveyances/{TOKEN}/plate", "x1"), ("conveyances/.b/ownership", "company")],
        [("case_number", "17/2026")],
    ],
    ids=str,
)
def test_a_partner_who_sends_persons_without_approvals_is_refused_however_he_names_them(forger: Forger, leaves: list[tuple[str, Any]]) -> None:
    from tests.attacks.forge import commit  # noqa: PLC0415

    made = commit((*PLAIN, *leaves))
    (result,) = forger.send(forger.text(forger.header(made), made, approvals=0))
    assert (result.status, result.reason) == ("rejected", "outside_agreement")


@given(st.lists(st.text("ab/.*~\n\r\x85 ", max_size=12), max_size=6))
@settings(max_examples=300, deadline=None)
def test_patterns_of_many_paths_are_those_of_each(paths: list[str]) -> None:
    """They are found in one go over joined text: no path may change the pattern of another."""
    assert list(patterns_of(paths)) == [pattern_of(path) for path in paths]
