"""May this record go to that partner, field by field, and why (not)? Pure: facts in, decision out.

A path goes when no rule withholds it and at least one clause opens it; it waits when every clause that opens it asks for people first.
What no clause mentions does not go: unspecified means no. Every rule is asked, so that every reason is told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TypeVar

from rabet.agreements import document, rules
from rabet.agreements.case import NONE, Case, Paths, make_case
from rabet.agreements.facts import ItemFacts, PartnerFacts, PersonFacts, ReleaseContext
from rabet.agreements.reasons import Reason
from rabet.agreements.rules import RULES, Ask
from rabet.agreements.standing import HeldAgreement
from rabet.agreements.terms import ENDED, LIVE, OFFENCES


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The answer, for the owner only: a partner is never told of paths that are not granted, nor that a decision was made.

    agreement: its id; granted: may go now; waiting: would go once people acted (two approvals, the attestation of neutrality);
    withheld: reason -> paths (a path may stand under several); reasons: every no and every wait, in the order of the rules;
    grounds: the clauses that grant, or would.
    """

    agreement: str
    granted: Paths = NONE
    waiting: Paths = NONE
    withheld: Mapping[Reason, Paths]
    reasons: tuple[Reason, ...]
    grounds: tuple[Reason, ...] = ()


def decide_release(agreement: HeldAgreement, item: ItemFacts, to: PartnerFacts, context: ReleaseContext) -> Decision:
    """Decide under one agreement, for every path of `item.fields`."""
    missing = [name for rule in _rules(rules.Facts) for name in rule.check(agreement, item, to, context)]
    if missing:
        return _undecidable(agreement, item, missing)
    case = make_case(agreement, item, to, context)
    withheld = {reason: paths for rule in _rules(rules.Withhold) for reason, paths in rule.check(case) if paths}
    left = case.every.difference(*withheld.values())
    ask = Ask(item.holder, to.agency, item.kind, item.purpose, item.handling, item.offence)
    speaking, silent = _clauses(agreement.document, ask)
    if not speaking:
        return _silence(case, withheld, silent)
    return _open(case, speaking, left, withheld)


def _undecidable(agreement: HeldAgreement, item: ItemFacts, missing: Iterable[str]) -> Decision:
    document_id = str(getattr(getattr(agreement, "document", None), "id", ""))
    reasons = tuple(Reason("fact_missing", agreement=document_id, params=(("fact", name),)) for name in missing)
    fields = getattr(item, "fields", None)
    every = frozenset(path for path in fields if isinstance(path, str)) if isinstance(fields, Mapping) else NONE
    return Decision(agreement=document_id, withheld=dict.fromkeys(reasons, every), reasons=reasons)


def _silence(case: Case, withheld: dict[Reason, Paths], silent: Iterable[rules.Silent]) -> Decision:
    """No clause speaks about this record: tell why the nearest one does not."""
    for reason, clause in silent:
        withheld[case.no(reason, clause)] = case.every
    return Decision(agreement=case.agreement.id, withheld=withheld, reasons=tuple(withheld))


def _open(case: Case, speaking: Iterable[document.Clause], left: Paths, withheld: dict[Reason, Paths]) -> Decision:
    """Let each clause open what it covers; what none opens is withheld with every clause's reason."""
    granted, opened = NONE, NONE
    closed: list[rules.No] = []
    waits: list[rules.No] = []
    grounds: list[Reason] = []
    for clause in speaking:
        nos = [no for rule in _rules(rules.Cover) for no in rule.check(case, clause) if no[1]]
        holds = [no for rule in _rules(rules.Wait) for no in rule.check(case, clause) if no[1]]
        open_here = left.difference(*(paths for _, paths in nos))
        granted |= open_here.difference(*(paths for _, paths in holds))
        opened |= open_here
        closed += nos
        waits += [(reason, paths & open_here) for reason, paths in holds]
        if open_here:
            grounds.append(case.no("released_by_clause", clause))
    shut = left - opened
    withheld.update({reason: paths & shut for reason, paths in closed if paths & shut})
    waiting = opened - granted
    held_back = tuple(reason for reason, paths in waits if paths & waiting)
    return Decision(
        agreement=case.agreement.id,
        granted=granted,
        waiting=waiting,
        withheld=withheld,
        reasons=(*withheld, *held_back),
        grounds=tuple(grounds),
    )


@lru_cache(maxsize=4096)
def _clauses(agreement: document.Agreement, ask: Ask) -> tuple[tuple[document.Clause, ...], tuple[rules.Silent, ...]]:
    """Return the clauses that speak about such a record and, when none does, what the nearest clause says against it."""
    checks = _rules(rules.Clause)
    against = [(clause, tuple((rule.reason, clause) for rule in checks if not rule.holds(ask, clause))) for clause in agreement.clauses]
    speaking = tuple(clause for clause, nos in against if not nos)
    nearest = min((nos for _, nos in against), key=len, default=())
    return speaking, () if speaking else nearest


R = TypeVar("R", rules.Facts, rules.Withhold, rules.Clause, rules.Cover, rules.Wait)


@cache
def _rules(kind: type[R]) -> tuple[R, ...]:
    return tuple(rule for rule in RULES.values() if isinstance(rule, kind))


def forget() -> None:
    """Drop what was worked out from RULES: for tests that take a rule away."""
    _rules.cache_clear()
    _clauses.cache_clear()


def choose(agreements: Iterable[HeldAgreement], item: ItemFacts, to: PartnerFacts, context: ReleaseContext) -> Decision:
    """Return the best decision over several agreements: most paths granted, then most waiting, then fewest reasons, then lowest id."""
    decisions = [decide_release(agreement, item, to, context) for agreement in agreements]
    if not decisions:
        reason = Reason("no_agreement", params=(("partner", str(getattr(to, "agency", ""))),))
        return Decision(agreement="", withheld={reason: frozenset(item.fields)}, reasons=(reason,))
    return min(decisions, key=lambda one: (-len(one.granted), -len(one.waiting), len(one.reasons), one.agreement))


def index_reasons(person: PersonFacts) -> tuple[Reason, ...]:
    """Say why a person may not enter an index that leaves the node: every reason, empty = he may."""
    checks = (
        (Reason("index_offence"), person.offence in OFFENCES),
        (Reason("index_category", params=(("value", str(person.category)),)), person.category in LIVE),
        (Reason("index_minor"), person.adult is True),
        (Reason("index_cleared"), person.category not in ENDED and person.status_class not in ENDED),
        (Reason("index_status", params=(("value", str(person.status_class)),)), person.status_class in LIVE),
    )
    return tuple(reason for reason, holds in checks if not holds)


def may_enter_partner_index(person: PersonFacts) -> bool:
    """Only a known adult recorded as suspect, accused, wanted or convicted of a trafficking offence; nobody else, and nobody unknown."""
    return type(person) is PersonFacts and not index_reasons(person)
