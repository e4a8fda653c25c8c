"""The second gate: a good message passes; each single fault is stopped by the objection that is meant for it."""

import ast
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.agreements import world
from tests.agreements.sending import outgoing
from tests.agreements.spec.release import OPEN, PARTY, PERSONS, TEXT, clause, clauses, tier

from rabet.agreements import egress
from rabet.agreements.egress import OutgoingRelease, check_release
from rabet.agreements.standing import HeldAgreement

BOTH = ("khazar", "volga")
EVERYTHING = OPEN | PERSONS | TEXT


def message(held: HeldAgreement, paths: frozenset[str] = EVERYTHING, **changes: Any) -> OutgoingRelease:  # noqa: ANN401
    """All fields but the internal one, approved by two people as one release."""
    good = outgoing(world.item(), world.context(approvals=world.two_approvals(held, paths)), paths)
    return replace(good, **changes)


def objections(held: HeldAgreement, sent: OutgoingRelease, now: datetime = world.NOW, **node: Any) -> tuple[str, ...]:  # noqa: ANN401
    return check_release(held.document.data, sent, now, **{"signed_by": BOTH, "stopped": False, **node})


def values(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    given = {path: world.LEAVES[path] for path in EVERYTHING}
    return {**given, **{f"parties/.21/{name}": value for name, value in changes.items()}}


def test_a_good_message_passes() -> None:
    held = world.held()
    assert objections(held, message(held)) == ()


def test_consignment_data_pass_without_approval() -> None:
    held = world.held()
    assert objections(held, message(held, OPEN, approvals=(), neutral=False)) == ()


FAULTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("recalled", "gate_record", {"state": "recalled"}),
    ("a class without its field", "gate_record", {"classes": {**dict.fromkeys(EVERYTHING, "person"), "x": "consignment"}}),
    ("a field without its class", "gate_message", {"values": {**values(), "x": 1}}),
    ("kept too long", "gate_dates", {"retain_until": "2026-11-20"}),
    ("from an agency that is no party", "gate_parties", {"sender": "alborz"}),
    ("to an agency that is no party", "gate_parties", {"receiver": "alborz"}),
    ("to itself", "gate_parties", {"receiver": "khazar"}),
    ("another card", "gate_parties", {"receiver_card": "00" * 32}),
    ("passed on without consent", "gate_consent", {"author": "alborz"}),
    ("passed on with the consent of another", "gate_consent", {"author": "alborz", "consents": (world.consent(author="volga"),)}),
    ("passed on after the lease", "gate_consent", {"author": "alborz", "consents": (world.consent(until=world.NOW),)}),
    ("passed on beyond the consent", "gate_consent", {"author": "alborz", "consents": (world.consent(up_to="consignment"),)}),
    ("another kind", "gate_clause", {"kind": "answer", "handling": "H3"}),
    ("another purpose", "gate_clause", {"purpose": "statistics"}),
    ("another offence", "gate_clause", {"offence": ""}),
    ("handling above the clause", "gate_clause", {"handling": "H3"}),
    ("an internal field", "gate_clause", {"classes": {**dict.fromkeys(EVERYTHING, "consignment"), "transport": "internal"}}),
    ("a field of unknown class", "gate_clause", {"classes": {**dict.fromkeys(EVERYTHING, "consignment"), "transport": "harmless"}}),
    ("a breach was reported", "gate_rights", {"breach": True}),
    ("nobody approved", "gate_approval", {"approvals": ()}),
    ("neutrality not attested", "gate_approval", {"neutral": False}),
    ("neutrality not known", "gate_approval", {"neutral": None}),
    ("another record than was approved", "gate_approval", {"digest": "00" * 32}),
    ("perhaps a minor", "gate_person", {"values": values(adult=None)}),
    ("a minor", "gate_person", {"values": values(adult=False)}),
    ("acquitted", "gate_person", {"values": values(status_class="acquitted")}),
    ("a status that does not fit", "gate_person", {"values": values(status_class="none")}),
    ("category unknown", "gate_person", {"values": values(category="unknown")}),
    ("no date of keeping", "gate_message", {"retain_until": None}),
    ("no approvals at all", "gate_message", {"approvals": None}),
    ("a handling code that is none", "gate_message", {"handling": "X0"}),
)


@pytest.mark.parametrize(("case", "reason", "changes"), FAULTS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_single_fault_is_stopped(case: str, reason: str, changes: dict[str, Any]) -> None:
    held = world.held()
    assert reason in objections(held, message(held, **changes))


@pytest.mark.parametrize("tested", ["gate_dates", "gate_parties", "gate_record", "gate_consent", "gate_rights", "gate_person", "gate_approval"])
def test_each_objection_stands_alone_somewhere(tested: str) -> None:
    """No objection is carried by another: for each there is a fault that it alone stops."""
    held = world.held()
    assert any(objections(held, message(held, **changes)) == (tested,) for _, reason, changes in FAULTS if reason == tested)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (tier("blocked"), "gate_rights"),
        (tier("statistics"), "gate_rights"),
        (tier("consignment"), "gate_rights"),
        (tier("persons_with_assurance"), "gate_rights"),
        (clause("persons", persons=["witness"]), "gate_clause"),
        (clause("persons", fields={"except": ["parties/*/name"]}), "gate_clause"),
        (clause("persons", fields={"only": ["parties"]}), "gate_clause"),
        (clauses(unless="it rains"), "gate_clause"),
        (clauses(**{"from": ["volga"]}), "gate_clause"),
    ],
)
def test_a_narrower_agreement_stops_it(change: Callable[[dict[str, Any]], object], reason: str) -> None:
    held = world.held(change)
    assert objections(held, message(held)) == (reason,)


def test_an_assurance_opens_what_asks_for_one_until_it_lapses() -> None:
    held = world.held(tier("persons_with_assurance"))
    assert objections(held, message(held, assurances=(world.assurance(),))) == ()
    for wrong in (
        {"expires": world.NOW},
        {"giver": "khazar"},
        {"item": "x"},
        {"offence": "laundering"},
        {"agreement": "x"},
        {"excludes": frozenset({"torture"})},
    ):
        assert objections(held, message(held, assurances=(world.assurance(**wrong),))) == ("gate_rights",)


def test_a_witness_passes_where_a_clause_names_witnesses() -> None:
    held = world.held(clause("persons", persons=["witness"]))
    assert objections(held, message(held, values=values(category="witness", status_class="none"))) == ()


@pytest.mark.parametrize("change", [{"agency": "volga"}, {"pseudonym": "o-1"}, {"role": "system"}, {"digest": "00" * 32}, {"paths": PARTY}])
def test_an_approval_that_does_not_count(change: dict[str, Any]) -> None:
    held = world.held()
    one, other = world.two_approvals(held, EVERYTHING)
    assert objections(held, message(held, approvals=(one, replace(other, **change)))) == ("gate_approval",)


def test_two_people_of_whom_none_may_release_do_not_count() -> None:
    held = world.held()
    one, other = world.two_approvals(held, EVERYTHING)
    assert objections(held, message(held, approvals=(one, replace(other, role="analyst")))) == ("gate_approval",)


def test_strict_handling_and_agreed_approval_hold_for_every_field() -> None:
    plain, by_hand = world.held(), world.held(clauses(mode="approved"))
    assert objections(plain, message(plain, OPEN, handling="H2", approvals=())) == ("gate_approval",)
    assert objections(plain, message(plain, OPEN, handling="H2")) == ()
    assert objections(by_hand, message(by_hand, OPEN, approvals=())) == ("gate_approval",)


def test_text_marked_clear_passes_as_consignment_data() -> None:
    held = world.held()
    assert objections(held, message(held, OPEN | TEXT, approvals=(), text_clear=True)) == ()
    assert objections(held, message(held, OPEN | TEXT, approvals=())) == ("gate_approval",)


def test_agreement_of_today_signed_by_all_and_not_stopped() -> None:
    held = world.held()
    sent = message(held, retain_until="2040-01-01")
    assert objections(held, sent, signed_by=("khazar",)) == ("gate_document",)
    assert objections(held, sent, stopped=True) == ("gate_document",)
    assert objections(held, sent, stopped=None) == ("gate_document",)
    assert objections(held, sent, now=datetime(2026, 1, 31, tzinfo=UTC)) == ("gate_dates",)
    assert objections(held, sent, now=datetime(2031, 1, 1, tzinfo=UTC)) == ("gate_dates",)
    assert check_release(b"{}", sent, world.NOW, signed_by=BOTH, stopped=False) == ("gate_document",)
    assert check_release(b"\xff", sent, world.NOW, signed_by=BOTH, stopped=False) == ("gate_document",)


@pytest.mark.parametrize("name", [field.name for field in fields(OutgoingRelease)])
def test_a_message_in_which_something_is_not_known_is_stopped(name: str) -> None:
    held = world.held()
    if name in ("assurances", "consents"):  # asked for only where the agreement or the author's rights ask
        held = world.held(tier("persons_with_assurance")) if name == "assurances" else held
        sent = message(held, author="alborz" if name == "consents" else "khazar", **{name: None})
    elif name == "text_clear":  # not known to be clear = not clear: then it needs the approvals, as any person data
        sent = message(held, OPEN | TEXT, approvals=(), text_clear=None)
    else:
        sent = message(held, **{name: None})
    assert objections(held, sent)


def test_a_clear_past_does_not_help() -> None:
    held = world.held()
    lapsed = world.NOW - timedelta(seconds=1)
    assert objections(held, message(held, author="alborz", consents=(world.consent(until=lapsed),))) == ("gate_consent",)


def test_the_gate_shares_nothing_with_the_decision_but_the_document() -> None:
    tree = ast.parse(Path(egress.__file__).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert {name for name in imported if name.startswith("rabet.")} == {
        "rabet.agreements.document",
        "rabet.agreements.parsing",
        "rabet.agreements.reasons",
        "rabet.records.bad_input",
    }
