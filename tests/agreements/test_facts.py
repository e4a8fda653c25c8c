"""What is not known means no: each fact dropped, None or of a wrong type, one at a time, with a reason that names it."""

from collections.abc import Mapping
from dataclasses import fields, replace
from types import SimpleNamespace
from typing import Any

import pytest
from tests.agreements import world

from rabet.agreements import facts
from rabet.agreements.access import decide_access
from rabet.agreements.decision import decide_release
from rabet.agreements.facts import Approval, Assurance, Consent, PersonFacts
from rabet.agreements.standing import HeldAgreement

WRONG = (None, 1, 2.5, b"x", "nonsense", [], (1,), {1: 1}, frozenset({1}), object())


def without(value: object, attribute: str) -> SimpleNamespace:
    names = [name for name in dir(value) if not name.startswith("_") and name != attribute]
    return SimpleNamespace(**{name: getattr(value, name) for name in names})


def replaced(value: object, attribute: str, by: object) -> SimpleNamespace:
    copy = without(value, attribute)
    setattr(copy, attribute, by)
    return copy


def broken(value: object, checks: Mapping[str, facts.Check]) -> list[tuple[str, object]]:
    """Every (attribute, object in which it is missing or wrong)."""
    cases: list[tuple[str, object]] = []
    for attribute, fits in checks.items():
        cases.append((attribute, without(value, attribute)))
        cases += [(attribute, replaced(value, attribute, wrong)) for wrong in WRONG if not fits(wrong)]
    return cases


RELEASE_CASES = [
    *(("item", name, case) for name, case in broken(world.item(), facts.ITEM)),
    *(("partner", name, case) for name, case in broken(world.partner(), facts.PARTNER)),
    *(("context", name, case) for name, case in broken(world.context(), facts.RELEASE)),
]
ACCESS_CASES = [
    *(("officer", name, case) for name, case in broken(world.officer(), facts.OFFICER)),
    *(("record", name, case) for name, case in broken(world.record(), facts.RECORD)),
    *(("context", name, case) for name, case in broken(world.using(), facts.ACCESS)),
]


def test_every_attribute_has_a_check() -> None:
    assert {field.name for field in fields(facts.ItemFacts)} == set(facts.ITEM)
    assert {field.name for field in fields(facts.PartnerFacts)} == set(facts.PARTNER)
    assert {field.name for field in fields(facts.ReleaseContext)} == set(facts.RELEASE)
    assert {field.name for field in fields(facts.RecordFacts)} == set(facts.RECORD)
    assert {field.name for field in fields(facts.AccessContext)} == set(facts.ACCESS)
    assert {name for name in vars(facts.OfficerFacts) if not name.startswith("_")} == set(facts.OFFICER)


def test_every_attribute_is_broken_in_at_least_seven_ways() -> None:
    for cases, expected in ((RELEASE_CASES, len(facts.ITEM) + len(facts.PARTNER) + len(facts.RELEASE)), (ACCESS_CASES, 26)):
        counts: dict[tuple[str, str], int] = {}
        for part, name, _ in cases:
            counts[part, name] = counts.get((part, name), 0) + 1
        assert len(counts) == expected
        assert min(counts.values()) >= 7


@pytest.mark.parametrize(("part", "name", "value"), RELEASE_CASES)
def test_a_release_without_the_fact_is_refused_and_named(part: str, name: str, value: Any) -> None:  # noqa: ANN401
    parts = {"item": world.item(), "partner": world.partner(), "context": world.context()} | {part: value}
    made = decide_release(world.held(), parts["item"], parts["partner"], parts["context"])
    assert not made.granted | made.waiting
    assert [(reason.id, reason.params) for reason in made.reasons] == [("fact_missing", (("fact", f"{part}.{name}"),))]


@pytest.mark.parametrize(("part", "name", "value"), ACCESS_CASES)
def test_an_act_without_the_fact_is_refused_and_named(part: str, name: str, value: Any) -> None:  # noqa: ANN401
    parts = {"officer": world.officer(), "record": world.record(), "context": world.using()} | {part: value}
    made = decide_access(parts["officer"], parts["record"], "view", parts["context"])
    assert not made.allowed
    assert [(reason.id, reason.params) for reason in made.reasons] == [("fact_missing", (("fact", f"{part}.{name}"),))]


@pytest.mark.parametrize(
    "agreement", [None, "khazar-volga", world.agreement(), HeldAgreement(None, "in_force"), HeldAgreement(world.agreement(), None)]
)  # type: ignore[arg-type]
def test_without_an_agreement_and_its_status_nothing_goes(agreement: Any) -> None:  # noqa: ANN401
    made = decide_release(agreement, world.item(), world.partner(), world.context())
    assert not made.granted | made.waiting
    assert made.reasons[0].id == "fact_missing"


NONSENSE = [(field.name, wrong) for field in fields(PersonFacts) for wrong in (1, b"suspect", ["suspect"], {}, object())]


@pytest.mark.parametrize(("attribute", "wrong"), [*NONSENSE, ("adult", "yes")])
def test_nonsense_about_a_person_is_refused(attribute: str, wrong: Any) -> None:  # noqa: ANN401
    person = world.person(**{attribute: wrong})
    made = decide_release(world.held(), world.item(persons={"parties/.21": person}), world.partner(), world.context())
    assert not made.granted | made.waiting


EVIDENCE = {
    "consents": (Consent, world.consent),
    "assurances": (Assurance, world.assurance),
    "approvals": (Approval, lambda **changes: replace(world.approval(world.held()), **changes)),
}


@pytest.mark.parametrize(("name", "attribute"), [(name, field.name) for name, (kind, _) in EVIDENCE.items() for field in fields(kind)])
@pytest.mark.parametrize("wrong", [None, 7, [], b"x"])
def test_nonsense_in_the_evidence_is_refused(name: str, attribute: str, wrong: Any) -> None:  # noqa: ANN401
    given = (EVIDENCE[name][1](**{attribute: wrong}),)
    item = world.item(consents=given) if name == "consents" else world.item()
    situation = world.context() if name == "consents" else world.context(**{name: given})
    made = decide_release(world.held(), item, world.partner(), situation)
    assert not made.granted | made.waiting
    assert {reason.id for reason in made.reasons} == {"fact_missing"}
