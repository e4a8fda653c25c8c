"""What must hold whatever the records, agreements and approvals are."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.agreements import world
from tests.agreements.sending import outgoing

from rabet.agreements.decision import choose, decide_release
from rabet.agreements.egress import check_release
from rabet.agreements.facts import Approval, ItemFacts, PersonFacts, ReleaseContext, release_digest
from rabet.agreements.parsing import parse_agreement
from rabet.agreements.standing import HeldAgreement
from rabet.agreements.terms import MODES, OFFENCES, PURPOSES, RELEASE_TIERS, TIERS
from rabet.records.kinds import release_classes

# A busy machine is no fault of a rule: no deadline.
UNHURRIED = settings(deadline=None)
THOROUGH = settings(deadline=None, max_examples=300)
PEOPLE = ("o-1", "o-2", "o-3")
ROLES = ("duty_officer", "supervisor", "liaison_officer", "administrator")
CATEGORIES = ("suspect", "convicted", "witness", "unknown", None)
STATUSES = ("suspect", "convicted", "none", "acquitted", None)
PATTERNS = (None, {"only": ["exhibits", "place"]}, {"except": ["place/post"]}, {"except": ["parties/*/adult"]}, {"only": ["parties"]})


def mostly(good: Any, *others: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401
    """Mostly the value that lets things go: otherwise nearly every random case is refused, and refusing is easy."""
    return st.sampled_from((*(good,) * 2 * (len(others) + 1), *others))


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    def change(document: dict[str, Any]) -> None:
        for condition in document["human_rights"]:
            condition["tier"] = draw(mostly("persons", *TIERS))
        for clause in document["clauses"]:
            clause["mode"] = draw(st.sampled_from(MODES))
            clause["up_to"] = draw(mostly("person", *RELEASE_TIERS))
            clause.pop("persons", None)
            if clause["up_to"] == "person":
                clause["persons"] = draw(mostly(["suspect", "convicted"], ["suspect"], ["witness"]))
            clause["handling_max"] = draw(mostly("H2", "H0", "H1", "H3"))
            fields = draw(mostly(None, *PATTERNS))
            if fields:
                clause["fields"] = fields

    return world.changed(world.drafted(), change)


@st.composite
def items(draw: st.DrawFn) -> ItemFacts:
    every = sorted(world.LEAVES)
    paths = draw(st.one_of(st.just(set(every)), st.just(set(every)), st.sets(st.sampled_from(every), min_size=1)))
    leaves = {path: value for path, value in world.LEAVES.items() if path in paths}
    person = PersonFacts(draw(mostly("suspect", *CATEGORIES)), draw(mostly("suspect", *STATUSES)), draw(mostly(True, False, None)), "transport")
    onward = draw(mostly(False, True))
    consent = world.consent(up_to=draw(mostly("person", *RELEASE_TIERS)), until=world.NOW + timedelta(hours=draw(mostly(1, -1, 0))))
    return world.item(
        fields=release_classes("seizure", leaves),
        persons={"parties/.21": person},
        handling=draw(mostly("H1", "H0", "H2", "H3")),
        purpose=draw(mostly("investigation", "statistics", PURPOSES[1])),
        offence=draw(mostly("transport", OFFENCES[0], "")),
        state=draw(mostly("current", "recalled")),
        blocked=draw(mostly(False, True)),
        text_clear=draw(st.booleans()),
        author="alborz" if onward else "khazar",
        consents=(consent,) if onward else (),
    )


@st.composite
def approvals(draw: st.DrawFn, agreement: str, item: ItemFacts) -> tuple[Approval, ...]:
    made = []
    every = frozenset(item.fields)
    for pseudonym in draw(st.one_of(st.just(PEOPLE[:2]), st.just(PEOPLE), st.lists(st.sampled_from(PEOPLE), max_size=3))):
        paths = draw(st.one_of(st.just(every), st.just(every), st.just(every), st.frozensets(st.sampled_from(sorted(every)))))
        digest = release_digest(agreement, "volga", item.digest, paths)
        made.append(Approval(draw(mostly("supervisor", *ROLES)), pseudonym, draw(mostly("khazar", "volga")), digest, paths))
    return tuple(made)


@st.composite
def situations(draw: st.DrawFn) -> tuple[HeldAgreement, ItemFacts, ReleaseContext]:
    held = HeldAgreement(parse_agreement(draw(documents())), "in_force")
    item = draw(items())
    context = world.context(
        approvals=draw(approvals(held.document.digest, item)),
        assurances=(world.assurance(offence=item.offence or "transport"),) if draw(st.booleans()) else (),
        neutrality_attested=draw(mostly(True, False)),
    )
    return held, item, context


def nominal(item: ItemFacts) -> set[str]:
    return {path for path, name in item.fields.items() if name == "person" or (name == "text" and not item.text_clear)}


@UNHURRIED
@given(situations(), st.data())
def test_adding_an_approval_never_takes_a_path_away(situation: tuple[HeldAgreement, ItemFacts, ReleaseContext], data: st.DataObject) -> None:
    held, item, context = situation
    more = replace(context, approvals=context.approvals + data.draw(approvals(held.document.digest, item)))
    before = decide_release(held, item, world.partner(), context)
    after = decide_release(held, item, world.partner(), more)
    assert before.granted <= after.granted
    assert before.granted | before.waiting == after.granted | after.waiting


@UNHURRIED
@given(situations())
def test_person_data_go_only_with_two_people(situation: tuple[HeldAgreement, ItemFacts, ReleaseContext]) -> None:
    held, item, context = situation
    for path in decide_release(held, item, world.partner(), context).granted & nominal(item):
        people = {one.pseudonym for one in context.approvals if path in one.paths and one.agency == "khazar" and one.role != "administrator"}
        assert len(people) >= 2
        assert context.neutrality_attested


@UNHURRIED
@given(situations())
def test_without_approvals_no_person_data_go(situation: tuple[HeldAgreement, ItemFacts, ReleaseContext]) -> None:
    held, item, context = situation
    assert not decide_release(held, item, world.partner(), replace(context, approvals=())).granted & nominal(item)


@UNHURRIED
@given(situations(), st.sampled_from(("draft", "offered", "signed", "expired", "suspended", "superseded")))
def test_an_agreement_that_does_not_stand_lets_nothing_go(situation: tuple[HeldAgreement, ItemFacts, ReleaseContext], status: str) -> None:
    held, item, context = situation
    made = decide_release(HeldAgreement(held.document, status), item, world.partner(), context)  # type: ignore[arg-type]
    assert not made.granted | made.waiting
    assert made.reasons


@UNHURRIED
@given(situations())
def test_internal_fields_never_go(situation: tuple[HeldAgreement, ItemFacts, ReleaseContext]) -> None:
    held, item, context = situation
    made = decide_release(held, item, world.partner(), context)
    assert not any(item.fields[path] == "internal" for path in made.granted | made.waiting)


@UNHURRIED
@given(situations())
def test_the_same_question_has_the_same_answer(situation: tuple[HeldAgreement, ItemFacts, ReleaseContext]) -> None:
    """The answer kept from an earlier record is that of a fresh judgement."""
    from rabet.agreements import decision  # noqa: PLC0415

    held, item, context = situation
    kept = decide_release(held, item, world.partner(), context)
    decision.forget()
    fresh = decide_release(held, item, world.partner(), context)
    assert (kept.granted, kept.waiting, set(kept.reasons), kept.withheld) == (fresh.granted, fresh.waiting, set(fresh.reasons), fresh.withheld)


@UNHURRIED
@given(situations())
def test_more_agreements_never_let_less_go(situation: tuple[HeldAgreement, ItemFacts, ReleaseContext]) -> None:
    held, item, context = situation
    other = world.held(lambda document: document.update(id="second"))
    alone = decide_release(held, item, world.partner(), context)
    assert len(choose((held, other), item, world.partner(), context).granted) >= len(alone.granted)


@THOROUGH
@given(situations())
def test_what_is_granted_passes_the_gate(situation: tuple[HeldAgreement, ItemFacts, ReleaseContext]) -> None:
    held, item, context = situation
    made = decide_release(held, item, world.partner(), context)
    if made.granted:
        message = outgoing(item, context, made.granted)
        assert check_release(held.document.data, message, world.NOW, signed_by=("khazar", "volga"), stopped=False) == ()


@THOROUGH
@given(situations(), st.data())
def test_what_is_not_granted_is_stopped_at_the_gate(situation: tuple[HeldAgreement, ItemFacts, ReleaseContext], data: st.DataObject) -> None:
    held, item, context = situation
    made = decide_release(held, item, world.partner(), context)
    beyond = sorted(set(item.fields) - made.granted)
    if beyond:
        paths = made.granted | {data.draw(st.sampled_from(beyond))} | data.draw(st.frozensets(st.sampled_from(sorted(item.fields))))
        message = outgoing(item, context, paths)
        if not item.blocked:  # a block is a fact of the node, not of the bytes: the key process is told by `stopped`
            assert check_release(held.document.data, message, world.NOW, signed_by=("khazar", "volga"), stopped=False)
