"""The rules of access as a table: who, what, and why (not)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.agreements import world
from tests.agreements.world import NOW

from rabet.agreements.access import Access, decide_access


@dataclass(frozen=True)
class Row:
    """`case` is the sentence; what is not changed: a duty officer of Astara looks at a record of his own unit and case, at H1."""

    case: str
    action: str = "view"
    grounds: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    officer: Mapping[str, Any] = field(default_factory=dict)
    record: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)

    def decide(self) -> Access:
        return decide_access(world.officer(**self.officer), world.record(**self.record), self.action, world.using(**self.context))

    def holds(self) -> bool:
        made = self.decide()
        told = tuple(one.id for one in made.grounds), tuple(one.id for one in made.reasons)
        return (made.allowed, *told) == (not self.reasons, self.grounds, self.reasons)


OWN = ("P1_own_case",)
ELSEWHERE = {"unit": "baku", "cases": frozenset()}
SUPERVISOR = {"roles": frozenset({"supervisor"}), **ELSEWHERE}
LIAISON = {"roles": frozenset({"liaison_officer"}), **ELSEWHERE}
ANALYST = {"roles": frozenset({"analyst"}), **ELSEWHERE}
PROTECTION = {"roles": frozenset({"data_protection_officer"}), **ELSEWHERE}
RECEIVED = {"author": "volga", "agreement_status": "in_force"}
STRICT = {"handling": "H2"}
CONSENT = {"consents": (world.consent(author="volga", to="alborz"),)}
TO = {"to": "alborz"}

ROWS = (
    # what is permitted
    Row("own unit and case: view", "view", OWN),
    Row("own unit and case: correct", "edit", OWN),
    Row("own unit and case: propose a release", "propose", OWN),
    Row("own unit and case: compare", "match", OWN),
    Row("own unit, another case", "view", OWN, officer={"cases": frozenset()}),
    Row("own case, another unit", "view", OWN, officer={"unit": "baku"}),
    Row("supervisor of the agency: view", "view", ("P2_own_supervisor",), officer=SUPERVISOR),
    Row("supervisor of the agency: release", "release", ("P2_own_supervisor",), officer=SUPERVISOR),
    Row("received for the unit: view", "view", ("P3_received_under_agreement",), record=RECEIVED),
    Row("received for the unit: compare", "match", ("P3_received_under_agreement",), record=RECEIVED),
    Row("received for the case: view", "view", ("P3_received_under_agreement",), officer={"unit": "baku"}, record=RECEIVED),
    Row("analyst counts", "count", ("P4_statistics",), officer=ANALYST),
    Row("analyst counts what was received", "count", ("P4_statistics",), officer=ANALYST, record=RECEIVED),
    Row("analyst counts what he may not read", "count", ("P4_statistics",), officer=ANALYST, record={"handling": "H3"}),
    Row("liaison officer releases", "release", ("P5_liaison",), officer=LIAISON),
    Row("liaison officer views", "view", ("P5_liaison",), officer=LIAISON, record=RECEIVED),
    Row("liaison officer passes on with consent", "onward", ("P5_liaison",), officer=LIAISON, record={**RECEIVED, **CONSENT}, context=TO),
    Row("data-protection officer blocks", "block", ("P6_data_protection",), officer=PROTECTION),
    Row("data-protection officer blocks whatever the purpose", "block", ("P6_data_protection",), officer=PROTECTION, context={"purpose": "x"}),
    Row("data-protection officer may block again", "block", ("P6_data_protection",), officer=PROTECTION, record={"blocked": True}),
    Row("last day of keeping", "view", OWN, record={"retain_until": NOW.date()}),
    Row("H2, signed in strongly", "view", OWN, officer={"strong": True}, record=STRICT),
    Row(
        "H2, released by a supervisor after another",
        "release",
        ("P2_own_supervisor",),
        officer={**SUPERVISOR, "strong": True},
        record=STRICT,
        context={"approved_by": frozenset({"o-2"})},
    ),
    Row("named officer", "view", OWN, record={"named": frozenset({"o-1", "o-9"})}),
    # what nothing permits: the nearest permit says what is missing
    Row("another unit and case", "view", reasons=("needs_case_or_unit",), officer=ELSEWHERE),
    Row("a record without unit and case", "view", reasons=("needs_case_or_unit",), officer=ELSEWHERE, record={"unit": "", "case": ""}),
    Row("received for another unit", "view", reasons=("needs_unit",), officer=ELSEWHERE, record=RECEIVED),
    Row("another agency's record that is not here", "view", reasons=("needs_own_record",), record={"author": "volga", "holder": "volga"}),
    Row("correcting what another agency made", "edit", reasons=("needs_own_record",), record=RECEIVED),
    Row("duty officer releases", "release", reasons=("needs_role",)),
    Row("duty officer counts", "count", reasons=("needs_role",)),
    Row("duty officer blocks", "block", reasons=("needs_role",)),
    Row("liaison officer of another agency", "release", reasons=("needs_own_agency",), officer={**LIAISON, "agency": "volga"}),
    Row("a system's token reads what was received", "view", reasons=("needs_role",), officer={"roles": frozenset({"system"})}, record=RECEIVED),
    Row("analyst of another agency", "count", reasons=("needs_own_agency",), officer={**ANALYST, "agency": "volga"}),
    Row("data-protection officer of another agency", "block", reasons=("needs_own_agency",), officer={**PROTECTION, "agency": "volga"}),
    Row("a role nobody knows", "view", reasons=("needs_role",), officer={"roles": frozenset({"friend"})}),
    Row("no role", "view", reasons=("needs_role",), officer={"roles": frozenset()}),
    Row("an action nobody knows", "print", reasons=("needs_action",)),
    # what is forbidden, whatever permits it
    Row("F01", "view", OWN, ("F01_recalled",), record={"state": "recalled"}),
    Row("F02", "view", OWN, ("F02_retention_over",), record={"retain_until": NOW.date() - timedelta(days=1)}),
    Row("F03", "view", OWN, ("F03_handling_above_clearance",), officer={"clearance": "H0"}),
    Row("F04", "view", OWN, ("F04_purpose_not_allowed",), context={"purpose": "laboratory_comparison"}),
    Row("F05", "onward", ("P5_liaison",), ("F05_no_originator_consent",), officer=LIAISON, record=RECEIVED, context=TO),
    Row(
        "F05 for the release of a received record",
        "release",
        ("P5_liaison",),
        ("F05_no_originator_consent",),
        officer=LIAISON,
        record=RECEIVED,
        context=TO,
    ),
    Row(
        "F05 consent for another",
        "onward",
        ("P5_liaison",),
        ("F05_no_originator_consent",),
        officer=LIAISON,
        record={**RECEIVED, **CONSENT},
        context={"to": "khazar"},
    ),
    Row(
        "F05 lease over",
        "onward",
        ("P5_liaison",),
        ("F05_no_originator_consent",),
        officer=LIAISON,
        context=TO,
        record={**RECEIVED, "consents": (world.consent(author="volga", to="alborz", until=NOW),)},
    ),
    Row(
        "F05 consent about another record",
        "onward",
        ("P5_liaison",),
        ("F05_no_originator_consent",),
        officer=LIAISON,
        context=TO,
        record={**RECEIVED, "consents": (world.consent(author="volga", to="alborz", item="x"),)},
    ),
    Row(
        "F05 consent of another agency",
        "onward",
        ("P5_liaison",),
        ("F05_no_originator_consent",),
        officer=LIAISON,
        context=TO,
        record={**RECEIVED, "consents": (world.consent(author="alborz", to="alborz"),)},
    ),
    Row("F06", "release", ("P2_own_supervisor",), ("F06_second_person_missing",), officer={**SUPERVISOR, "strong": True}, record=STRICT),
    Row(
        "F06 one's own approval is none",
        "release",
        ("P2_own_supervisor",),
        ("F06_second_person_missing",),
        officer={**SUPERVISOR, "strong": True},
        record=STRICT,
        context={"approved_by": frozenset({"o-1"})},
    ),
    Row(
        "F06 passing on",
        "onward",
        ("P5_liaison",),
        ("F06_second_person_missing",),
        officer={**LIAISON, "strong": True},
        record={**RECEIVED, **CONSENT, **STRICT},
        context=TO,
    ),
    Row("F07", "view", OWN, ("F07_account_inactive",), officer={"active": False}),
    Row("F08", "view", OWN, ("F08_strong_sign_in_needed",), record=STRICT),
    Row("F09", "match", OWN, ("F09_no_automated_processing",), record={"automated": False}),
    Row("F09 does not hold for the eye", "view", OWN, record={"automated": False}),
    Row("F10", "view", OWN, ("F10_named_officers_only",), record={"named": frozenset({"o-9"})}),
    Row("F11", "view", ("P3_received_under_agreement",), ("F11_agreement_not_in_force",), record={**RECEIVED, "agreement_status": "suspended"}),
    Row(
        "F11 ended",
        "view",
        ("P3_received_under_agreement",),
        ("F11_agreement_not_in_force",),
        record={**RECEIVED, "agreement_status": "expired"},
    ),
    Row("F11 unknown", "view", ("P3_received_under_agreement",), ("F11_agreement_not_in_force",), record={**RECEIVED, "agreement_status": ""}),
    Row("F12 administrator", "view", reasons=("F12_role_sees_no_content", "needs_role"), officer={"roles": frozenset({"administrator"})}),
    Row(
        "F12 administrator with another role",
        "view",
        OWN,
        ("F12_role_sees_no_content",),
        officer={"roles": frozenset({"administrator", "duty_officer"})},
    ),
    Row("F12 auditor", "view", reasons=("F12_role_sees_no_content", "needs_role"), officer={"roles": frozenset({"auditor"})}),
    Row(
        "F12 data-protection officer",
        "view",
        reasons=("F12_role_sees_no_content", "needs_role"),
        officer={"roles": frozenset({"data_protection_officer"})},
    ),
    Row("F13", "view", OWN, ("F13_blocked_by_protection_officer",), record={"blocked": True}),
    # all reasons are told
    Row(
        "several at once",
        "view",
        OWN,
        ("F01_recalled", "F04_purpose_not_allowed", "F07_account_inactive"),
        officer={"active": False},
        record={"state": "recalled"},
        context={"purpose": "x"},
    ),
    Row("forbidden and not permitted", "view", (), ("F01_recalled", "needs_case_or_unit"), officer=ELSEWHERE, record={"state": "recalled"}),
)
