"""May this officer do this with that record, and why (not)? Permits open, forbids close, and what neither mentions is closed.

An act is allowed when at least one permit holds entirely and no forbid speaks. When no permit holds, the answer names what is missing
for the nearest one, so that the officer learns whom to ask.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Literal

from rabet.agreements.facts import ACCESS, OFFICER, RECORD, AccessContext, OfficerFacts, RecordFacts, missing_facts
from rabet.agreements.reasons import Reason, ReasonId
from rabet.agreements.terms import HANDLING_RANK, NO_CONTENT_ROLES, PROPOSING_ROLES

# view, edit (correct, recall, mark text clear), propose a release, release (be the second person, or send at H2 and above), pass a
# received record on, let a program compare it, count it in statistics, block it.
Action = Literal["view", "edit", "propose", "release", "onward", "match", "count", "block"]
ACTIONS: tuple[Action, ...] = ("view", "edit", "propose", "release", "onward", "match", "count", "block")
CONTENT = frozenset({"view", "edit", "propose", "release", "onward", "match"})
FOUR_EYES_FROM = HANDLING_RANK["H2"]


@dataclass(frozen=True, slots=True)
class Access:
    """allowed: the answer; reasons: every forbid that spoke, or what the nearest permit lacks; grounds: the permits that hold."""

    allowed: bool
    reasons: tuple[Reason, ...]
    grounds: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """One question."""

    officer: OfficerFacts
    record: RecordFacts
    action: str
    context: AccessContext


Test = Callable[[Act], bool]


@dataclass(frozen=True, slots=True)
class Permit:
    """All conditions must hold. conditions: reason told when one does not -> test."""

    conditions: Mapping[ReasonId, Test]


def _own(act: Act) -> bool:
    return act.record.author == act.record.holder == act.officer.agency


def _held(act: Act) -> bool:
    return act.record.holder == act.officer.agency


def _received(act: Act) -> bool:
    return _held(act) and act.record.author != act.record.holder


def _in_unit(act: Act) -> bool:
    return act.record.unit != "" and act.record.unit == act.officer.unit


def _need_to_know(act: Act) -> bool:
    return _in_unit(act) or (act.record.case != "" and act.record.case in act.officer.cases)


def _role(*roles: str) -> Test:
    return lambda act: not act.officer.roles.isdisjoint(roles)


def _action(*actions: Action) -> Test:
    return lambda act: act.action in actions


PERMITS: dict[ReasonId, Permit] = {
    "P1_own_case": Permit(
        {
            "needs_action": _action("view", "edit", "propose", "match"),
            "needs_own_record": _own,
            "needs_case_or_unit": _need_to_know,
            "needs_role": _role(*PROPOSING_ROLES),
        }
    ),
    "P2_own_supervisor": Permit(
        {
            "needs_action": _action("view", "edit", "propose", "release", "match"),
            "needs_own_record": _own,
            "needs_role": _role("supervisor"),
        }
    ),
    "P3_received_under_agreement": Permit(
        {
            "needs_action": _action("view", "match"),
            "needs_received_record": _received,
            "needs_unit": _need_to_know,
            "needs_role": _role(*PROPOSING_ROLES),
        }
    ),
    "P4_statistics": Permit({"needs_action": _action("count"), "needs_own_agency": _held, "needs_role": _role("analyst", "supervisor")}),
    "P5_liaison": Permit(
        {"needs_action": _action("view", "release", "onward"), "needs_own_agency": _held, "needs_role": _role("liaison_officer")}
    ),
    "P6_data_protection": Permit({"needs_action": _action("block"), "needs_own_agency": _held, "needs_role": _role("data_protection_officer")}),
}


def _retention_over(act: Act) -> bool:
    return act.context.now.astimezone(UTC).date() > act.record.retain_until


def _above_clearance(act: Act) -> bool:
    return HANDLING_RANK[act.record.handling] > HANDLING_RANK[act.officer.clearance]


def _no_consent(act: Act) -> bool:
    """A copy of another agency's record goes on only to whom its author named, while the lease lasts."""
    record, context = act.record, act.context
    return (act.action == "onward" or (act.action == "release" and record.author != record.holder)) and not any(
        (one.author, one.item, one.to) == (record.author, record.id, context.to) and one.until > context.now for one in record.consents
    )


def _two_people_missing(act: Act) -> bool:
    return (
        act.action in ("release", "onward")
        and HANDLING_RANK[act.record.handling] >= FOUR_EYES_FROM
        and not act.context.approved_by - {act.officer.id}
    )


def _weak_sign_in(act: Act) -> bool:
    return HANDLING_RANK[act.record.handling] >= FOUR_EYES_FROM and act.action in CONTENT and not act.officer.strong


def _not_in_force(act: Act) -> bool:
    return act.record.author != act.record.holder and act.record.agreement_status != "in_force"


def _no_content_role(act: Act) -> bool:
    """Whoever runs, audits or supervises the node reads no records there, whatever other roles he holds."""
    return act.action in CONTENT and not act.officer.roles.isdisjoint(NO_CONTENT_ROLES)


FORBIDS: dict[ReasonId, Test] = {
    "F01_recalled": lambda act: act.record.state != "current",
    "F02_retention_over": _retention_over,
    "F03_handling_above_clearance": lambda act: act.action in CONTENT and _above_clearance(act),
    "F04_purpose_not_allowed": lambda act: act.action != "block" and act.context.purpose not in act.record.purposes,
    "F05_no_originator_consent": _no_consent,
    "F06_second_person_missing": _two_people_missing,
    "F07_account_inactive": lambda act: act.officer.active is not True,
    "F08_strong_sign_in_needed": _weak_sign_in,
    "F09_no_automated_processing": lambda act: act.action == "match" and act.record.automated is not True,
    "F10_named_officers_only": lambda act: act.action in CONTENT and act.record.named != frozenset() and act.officer.id not in act.record.named,
    "F11_agreement_not_in_force": _not_in_force,
    "F12_role_sees_no_content": _no_content_role,
    "F13_blocked_by_protection_officer": lambda act: act.action != "block" and act.record.blocked is not False,
}


def decide_access(officer: OfficerFacts, record: RecordFacts, action: str, context: AccessContext) -> Access:
    """Decide one act of one officer on one record; missing facts mean no."""
    missing = tuple(Reason("fact_missing", params=(("fact", name),)) for name in _missing(officer, record, context))
    if missing:
        return Access(allowed=False, reasons=missing)
    act = Act(officer, record, action, context)
    lacking = {name: tuple(why for why, holds in permit.conditions.items() if not holds(act)) for name, permit in PERMITS.items()}
    grounds = tuple(_said(name, act) for name, why in lacking.items() if not why)
    forbidden = tuple(_said(name, act) for name, speaks in FORBIDS.items() if speaks(act))
    if grounds and not forbidden:
        return Access(allowed=True, reasons=(), grounds=grounds)
    return Access(allowed=False, reasons=forbidden if grounds else (*forbidden, *_nearest(lacking, act)), grounds=grounds)


def _missing(officer: OfficerFacts, record: RecordFacts, context: AccessContext) -> Iterator[str]:
    yield from missing_facts("officer", officer, OFFICER)
    yield from missing_facts("record", record, RECORD)
    yield from missing_facts("context", context, ACCESS)


def _nearest(lacking: Mapping[ReasonId, tuple[ReasonId, ...]], act: Act) -> tuple[Reason, ...]:
    """Tell what is missing for the permit that lacks least, those made for this action first."""
    why = min(lacking.values(), key=lambda reasons: ("needs_action" in reasons, len(reasons)))
    return tuple(_said(reason, act) for reason in why)


def _said(reason: ReasonId, act: Act) -> Reason:
    params = (("value", str(act.action)), ("date", act.record.retain_until.isoformat()), ("partner", act.context.to or act.record.author))
    return Reason(reason, params=params)
