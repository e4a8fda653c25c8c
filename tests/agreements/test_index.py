"""Who may enter an index that leaves the node: the four kinds of suspicion, known adults, trafficking; everybody else never."""

from itertools import product

import pytest
from tests.agreements import world

from rabet.agreements.decision import index_reasons, may_enter_partner_index
from rabet.agreements.facts import PersonFacts
from rabet.agreements.terms import OFFENCES
from rabet.vocabulary.tables import table

SUSPICION = {"suspect", "accused", "wanted", "convicted"}
CATEGORIES = (*table("party_category").codes, None, "", "boss")
STATUSES = (*table("status_class").codes, None, "", "boss")


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_combination(category: str | None) -> None:
    for status, adult, offence in product(STATUSES, (True, False, None), ("transport", "", None, "theft")):
        expected = category in SUSPICION and status in SUSPICION and adult is True and offence == "transport"
        person = PersonFacts(category, status, adult, offence)
        assert may_enter_partner_index(person) is expected
        assert bool(index_reasons(person)) is not expected


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"category": "witness"}, ["index_category"]),
        ({"category": None}, ["index_category"]),
        ({"adult": None}, ["index_minor"]),
        ({"offence": "theft"}, ["index_offence"]),
        ({"status_class": "acquitted"}, ["index_cleared", "index_status"]),
        ({"status_class": "dropped"}, ["index_cleared", "index_status"]),
        ({"category": "cleared"}, ["index_category", "index_cleared"]),
        ({"status_class": "none"}, ["index_status"]),
    ],
)
def test_every_reason_is_told(changes: dict[str, object], reasons: list[str]) -> None:
    assert [reason.id for reason in index_reasons(world.person(**changes))] == reasons


@pytest.mark.parametrize("nonsense", [None, {}, "suspect", object()])
def test_what_is_no_person_does_not_enter(nonsense: object) -> None:
    assert may_enter_partner_index(nonsense) is False  # type: ignore[arg-type]


def test_every_offence_of_the_list_is_one_of_the_convention() -> None:
    """A code added to the table for another purpose must not open an index or a clause."""
    assert all("1988 Convention, article 3(1)" in table("offence").entries[code].source for code in OFFENCES)
