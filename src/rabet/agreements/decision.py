"""May this record go to that partner, field by field, and why (not)? Pure: facts in, decision out.

A field goes when no rule withholds it and at least one clause opens it; it waits when every clause that opens it asks for people first.
What no clause mentions does not go: unspecified means no. Every rule is asked, so that every reason is told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple, TypeVar

from rabet.agreements import rules
from rabet.agreements.document import Clause
from rabet.agreements.facts import ItemFacts, PartnerFacts, PersonFacts, ReleaseContext
from rabet.agreements.question import NONE, Paths, Question, Slot, ask
from rabet.agreements.reasons import Reason
from rabet.agreements.rules import RULES, no_by
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
    granted: Paths
    waiting: Paths
    withheld: Mapping[Reason, Paths]
    reasons: tuple[Reason, ...]
    grounds: tuple[Reason, ...]


class Verdict(NamedTuple):
    """The same about slots."""

    granted: tuple[Slot, ...]
    waiting: tuple[Slot, ...]
    withheld: tuple[tuple[Reason, tuple[Slot, ...]], ...]
    reasons: tuple[Reason, ...]
    grounds: tuple[Reason, ...]


def decide_release(agreement: HeldAgreement, item: ItemFacts, to: PartnerFacts, context: ReleaseContext) -> Decision:
    """Decide under one agreement, for every path of `item.fields`."""
    missing = [name for rule in _rules(rules.Facts) for name in rule.check(agreement, item, to, context)]
    if missing:
        return _undecidable(agreement, item, missing)
    question, paths = ask(agreement, item, to, context)
    verdict = _judge(question)
    return Decision(
        agreement=agreement.document.id,
        granted=_paths(verdict.granted, paths),
        waiting=_paths(verdict.waiting, paths),
        withheld={reason: _paths(slots, paths) for reason, slots in verdict.withheld},
        reasons=verdict.reasons,
        grounds=verdict.grounds,
    )


def _paths(slots: tuple[Slot, ...], paths: Mapping[Slot, Paths]) -> Paths:
    return paths[slots[0]] if len(slots) == 1 else NONE.union(*(paths[slot] for slot in slots))


def _undecidable(agreement: HeldAgreement, item: ItemFacts, missing: Iterable[str]) -> Decision:
    name = str(getattr(getattr(agreement, "document", None), "id", ""))
    reasons = tuple(Reason("fact_missing", agreement=name, params=(("fact", fact),)) for fact in missing)
    return _nothing(name, item, reasons)


def _nothing(agreement: str, item: ItemFacts, reasons: tuple[Reason, ...]) -> Decision:
    fields = getattr(item, "fields", None)
    every = frozenset(path for path in fields if isinstance(path, str)) if isinstance(fields, Mapping) else NONE
    withheld = dict.fromkeys(reasons, every)
    return Decision(agreement=agreement, granted=NONE, waiting=NONE, withheld=withheld, reasons=reasons, grounds=())


@lru_cache(maxsize=4096)
def _judge(q: Question) -> Verdict:
    """Apply the rules to every slot. Kept per question: the next record that asks the same costs one look-up."""
    withheld: dict[Reason, list[Slot]] = {}
    for rule in _rules(rules.Withhold):
        _collect(withheld, ((slot, rule.check(q, slot)) for slot in q.slots))
    left = q.slots.difference(*withheld.values())
    speaking = [clause for clause in q.agreement.clauses if not _silent(q, clause)]
    if not speaking:
        for reason in min((_silent(q, clause) for clause in q.agreement.clauses), key=len):
            withheld[reason] = list(q.slots)
        return Verdict((), (), _frozen(withheld), tuple(withheld), ())
    granted: set[Slot] = set()
    opened: set[Slot] = set()
    waits: dict[Reason, list[Slot]] = {}
    shut: dict[Reason, list[Slot]] = {}
    grounds = []
    for clause in speaking:
        closed, held = _by_clause(q, clause, left, shut, waits)
        opened |= left - closed
        granted |= left - closed - held
        if left - closed:
            grounds.append(no_by(q, clause, "released_by_clause"))
    for reason, slots in shut.items():
        if kept := [slot for slot in slots if slot not in opened]:
            withheld[reason] = kept
    waiting = opened - granted
    held_back = tuple(reason for reason, slots in waits.items() if not waiting.isdisjoint(slots))
    return Verdict(tuple(granted), tuple(waiting), _frozen(withheld), (*withheld, *held_back), tuple(grounds))


def _silent(q: Question, clause: Clause) -> tuple[Reason, ...]:
    """What the clause says against speaking about such a record at all."""
    return tuple(no_by(q, clause, rule.reason) for rule in _rules(rules.Speaks) if not rule.holds(q, clause))


def _by_clause(
    q: Question, clause: Clause, left: frozenset[Slot], shut: dict[Reason, list[Slot]], waits: dict[Reason, list[Slot]]
) -> tuple[set[Slot], set[Slot]]:
    """Return what this clause does not open and what it opens only after people acted; the reasons go to `shut` and `waits`."""
    closed: set[Slot] = set()
    held: set[Slot] = set()
    for rule in _rules(rules.Opens):
        closed |= _collect(shut, ((slot, rule.check(q, slot, clause)) for slot in left))
    for wait in _rules(rules.Waits):
        held |= _collect(waits, ((slot, wait.check(q, slot, clause)) for slot in left - closed))
    return closed, held


def _collect(into: dict[Reason, list[Slot]], answers: Iterable[tuple[Slot, Reason | None]]) -> set[Slot]:
    said = {slot: reason for slot, reason in answers if reason is not None}
    for slot, reason in said.items():
        into.setdefault(reason, []).append(slot)
    return set(said)


def _frozen(found: Mapping[Reason, list[Slot]]) -> tuple[tuple[Reason, tuple[Slot, ...]], ...]:
    return tuple((reason, tuple(slots)) for reason, slots in found.items())


R = TypeVar("R", rules.Facts, rules.Withhold, rules.Speaks, rules.Opens, rules.Waits)


@cache
def _rules(kind: type[R]) -> tuple[R, ...]:
    return tuple(rule for rule in RULES.values() if isinstance(rule, kind))


def forget() -> None:
    """Drop what was worked out from RULES: for tests that take a rule away."""
    _rules.cache_clear()
    _judge.cache_clear()


def choose(agreements: Iterable[HeldAgreement], item: ItemFacts, to: PartnerFacts, context: ReleaseContext) -> Decision:
    """Return the best decision over several agreements: most paths granted, then most waiting, then fewest reasons, then lowest id."""
    decisions = [decide_release(agreement, item, to, context) for agreement in agreements]
    if not decisions:
        return _nothing("", item, (Reason("no_agreement", params=(("partner", str(getattr(to, "agency", ""))),)),))
    return min(decisions, key=lambda one: (-len(one.granted), -len(one.waiting), len(one.reasons), one.agreement))


def not_about(item: ItemFacts, to: PartnerFacts) -> Decision:
    """Nothing of a statement goes to a partner who does not hold the record it is about: its id alone would tell that there is one."""
    return _nothing("", item, (Reason("about_record_not_held", params=(("partner", to.agency),)),))


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
