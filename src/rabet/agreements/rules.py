"""The rules of release, one table. Each rule is a few lines that say no to some paths of a record and why; decision.py applies them all.

Five kinds, in the order they are applied: `Facts` (something needed is not known), `Withhold` (no clause and nobody can open these
paths), `Clause` (this clause does not speak about this record), `Cover` (this clause does not open these paths), `Wait` (these paths
go only after people acted). The numbers in the headings are those of docs/explanation/release-decision.md.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from functools import lru_cache
from re import Pattern
from re import compile as compile_pattern
from typing import NamedTuple

from rabet.agreements import document as d
from rabet.agreements.case import NONE, Case, Paths, unqualified
from rabet.agreements.facts import (
    ASSURED,
    ITEM,
    PARTNER,
    RELEASE,
    ItemFacts,
    PartnerFacts,
    PersonFacts,
    ReleaseContext,
    missing_facts,
)
from rabet.agreements.reasons import Reason, ReasonId
from rabet.agreements.standing import HeldAgreement
from rabet.agreements.terms import CATEGORIES, ENDED, HANDLING_RANK, LIVE, RANK, RELEASE_TIERS

FOUR_EYES_FROM = HANDLING_RANK["H2"]


class Ask(NamedTuple):
    """What decides whether a clause speaks about a record at all."""

    giver: str
    taker: str
    kind: str
    purpose: str
    handling: str
    offence: str


No = tuple[Reason, Paths]
Silent = tuple[ReasonId, d.Clause]


@dataclass(frozen=True, slots=True)
class Facts:
    """Names facts that are missing; nothing is decided without them."""

    check: Callable[[HeldAgreement, ItemFacts, PartnerFacts, ReleaseContext], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Withhold:
    """Says no to paths whatever the clauses say."""

    check: Callable[[Case], Iterable[No]]


@dataclass(frozen=True, slots=True)
class Clause:
    """Asks whether a clause speaks about such a record; `reason` is told when it does not."""

    reason: ReasonId
    holds: Callable[[Ask, d.Clause], bool]


@dataclass(frozen=True, slots=True)
class Cover:
    """Says no to paths for one clause."""

    check: Callable[[Case, d.Clause], Iterable[No]]


@dataclass(frozen=True, slots=True)
class Wait:
    """Names paths that one clause opens only after people acted."""

    check: Callable[[Case, d.Clause], Iterable[No]]


Rule = Facts | Withhold | Clause | Cover | Wait


def _complete(held: HeldAgreement, item: ItemFacts, to: PartnerFacts, context: ReleaseContext) -> Iterator[str]:
    if type(held) is not HeldAgreement or type(held.document) is not d.Agreement:
        yield "agreement"
    yield from missing_facts("item", item, ITEM)
    yield from missing_facts("partner", to, PARTNER)
    yield from missing_facts("context", context, RELEASE)


# (1) agreement in force, (2) recipient in the directory


def _in_force(case: Case) -> Iterator[No]:
    date_text = case.agreement.begins.isoformat() if case.status == "signed" else str(case.agreement.ends or "")
    reason = _STATUS_REASONS.get(case.status)
    if reason is not None:
        yield case.no(reason, date=date_text), case.every
    elif case.status != "in_force":
        yield case.no("fact_missing", fact="agreement.status"), case.every
    elif case.today < case.agreement.begins:
        yield case.no("agreement_signed", date=case.agreement.begins.isoformat()), case.every
    elif case.agreement.ends is not None and case.today > case.agreement.ends:
        yield case.no("agreement_expired", date=date_text), case.every


_STATUS_REASONS: Mapping[str, ReasonId] = {
    "draft": "agreement_draft",
    "offered": "agreement_offered",
    "signed": "agreement_signed",
    "expired": "agreement_expired",
    "suspended": "agreement_suspended",
    "superseded": "agreement_superseded",
}


def _holder(case: Case) -> Iterator[No]:
    if case.agreement.party(case.item.holder) is None:
        yield case.no("holder_not_party", value=case.item.holder), case.every


def _directory(case: Case) -> Iterator[No]:
    if case.agreement.party(case.to.agency) is None or case.to.agency == case.item.holder:
        yield case.no("partner_not_in_directory"), case.every


def _card(case: Case) -> Iterator[No]:
    party = case.agreement.party(case.to.agency)
    if party is not None and (party.card != case.to.card or case.to.confirmed is not True):
        yield case.no("partner_card_differs"), case.every


def _open(case: Case) -> Iterator[No]:
    if case.to.open is not True:
        yield case.no("partner_stopped"), case.every


# the record itself


def _recalled(case: Case) -> Iterator[No]:
    if case.item.state != "current":
        yield case.no("recalled"), case.every


def _retention(case: Case) -> Iterator[No]:
    if case.today > case.item.retain_until:
        yield case.no("retention_over", date=case.item.retain_until.isoformat()), case.every


def _retention_agreed(case: Case) -> Iterator[No]:
    if case.item.kind not in case.agreement.retention.kinds:
        yield case.no("retention_not_agreed", article=case.agreement.retention.article, value=case.item.kind), case.every


def _blocked(case: Case) -> Iterator[No]:
    if case.item.blocked is not False:
        yield case.no("blocked_by_protection_officer"), case.every


def _originator(case: Case) -> Iterator[No]:
    """A copy goes on only as far as its author's consent, while that lasts (F05)."""
    item = case.item
    if item.author == item.holder:
        return
    given = [
        RANK[one.up_to]
        for one in item.consents
        if (one.author, one.item, one.to) == (item.author, item.id, case.to.agency) and one.until > case.context.now
    ]
    if not given:
        yield case.no("originator_consent_missing", value=item.author), case.every
    else:
        yield case.no("originator_consent_narrower", value=item.author), case.above(RELEASE_TIERS[max(given)])


def _internal(case: Case) -> Iterator[No]:
    yield case.no("never_leaves"), case.groups.get("internal", NONE)


def _class_known(case: Case) -> Iterator[No]:
    yield case.no("class_unknown"), case.groups.get("", NONE)


# (7) human-rights condition and assurances


def _rights(case: Case) -> Iterator[No]:
    condition = case.agreement.condition(case.item.holder, case.to.agency)
    article = condition.article if condition else ""
    tier = condition.tier if condition else "blocked"
    if tier == "persons_with_assurance":
        yield from _assurance(case, article)
    elif tier == "consignment":
        yield case.no("rights_no_persons", article=article), case.nominal
    elif tier == "statistics":
        yield case.no("rights_statistics_only", article=article), case.above("statistics")
    elif tier != "persons":
        yield case.no("rights_blocked", article=article), case.every


def _assurance(case: Case, article: str) -> Iterator[No]:
    named = (case.agreement.id, case.to.agency, case.item.id, case.item.offence)
    ours = [one for one in case.context.assurances if (one.agreement, one.giver, one.item, one.offence) == named and one.excludes >= ASSURED]
    if not ours:
        yield case.no("assurance_missing", article=article), case.nominal
    elif all(one.expires <= case.context.now for one in ours):
        last = max(one.expires for one in ours)
        yield case.no("assurance_lapsed", article=article, date=last.astimezone(UTC).date().isoformat()), case.nominal


def _breach(case: Case) -> Iterator[No]:
    if case.to.breach is not False:
        condition = case.agreement.condition(case.item.holder, case.to.agency)
        yield case.no("assurance_breach", article=condition.article if condition else ""), case.nominal


# (4) persons


def _person_known(case: Case) -> Iterator[No]:
    yield case.no("person_unknown"), _of_persons(case, lambda one: one is None or one.category not in (*CATEGORIES, *ENDED))


def _person_adult(case: Case) -> Iterator[No]:
    yield case.no("perhaps_minor"), _of_persons(case, lambda one: one is None or one.adult is not True)


def _person_cleared(case: Case) -> Iterator[No]:
    yield (
        case.no("person_cleared"),
        _of_persons(case, lambda one: one is not None and (one.category in ENDED or one.status_class in ENDED)),
    )


def _person_status(case: Case) -> Iterator[No]:
    """A suspect, accused, wanted or convicted person needs a status of that kind; a witness or victim has none."""
    yield case.no("person_without_status"), _of_persons(case, _status_unfit)


def _status_unfit(one: PersonFacts | None) -> bool:
    return one is None or one.status_class not in (LIVE if one.category in LIVE else (*ENDED, "none"))


def _person_qualified(case: Case) -> Iterator[No]:
    """A person never travels without category, status and age flag: the partner's own rules need them."""
    yield case.no("person_unqualified"), unqualified(case.elements, case.every)


def _of_persons(case: Case, bad: Callable[[PersonFacts | None], bool]) -> Paths:
    return NONE.union(*(paths for element, paths in case.elements.items() if bad(case.item.persons.get(element))))


# (3) category of item, (5) purpose, (6) handling, offence, direction: does the clause speak about the record?
# Its reason is told when no clause speaks: that of the nearest clause.


def _direction(ask: Ask, clause: d.Clause) -> bool:
    return ask.giver in clause.from_parties and ask.taker in clause.to_parties


# does the clause open the path?


def _class_covered(case: Case, clause: d.Clause) -> Iterator[No]:
    yield case.no("class_not_covered", clause, value=clause.up_to), case.above(clause.up_to)


def _fields(case: Case, clause: d.Clause) -> Iterator[No]:
    if clause.only or clause.excluded:
        inside, outside = _matcher(clause.only), _matcher(clause.excluded)
        closed = frozenset(path for path in case.every if (clause.only and not inside.match(path)) or (clause.excluded and outside.match(path)))
        yield case.no("field_excluded", clause), closed | unqualified(case.elements, case.every - closed)


def _category(case: Case, clause: d.Clause) -> Iterator[No]:
    closed = _of_persons(case, lambda one: one is None or one.category not in clause.persons)
    yield case.no("category_not_covered", clause), closed


@lru_cache(maxsize=1024)
def _matcher(patterns: tuple[str, ...]) -> Pattern[str]:
    parts = (pattern.replace("*", "[^/]+") for pattern in patterns)
    return compile_pattern(f"(?:{'|'.join(parts)})(?:/|$)")


# (8) who must have acted before it goes


def _wait_persons(case: Case, clause: d.Clause) -> Iterator[No]:
    yield case.no("waits_person_data", clause), case.groups.get("person", NONE) - case.approved


def _wait_text(case: Case, clause: d.Clause) -> Iterator[No]:
    yield case.no("waits_text_not_clear", clause), case.groups.get("text", NONE) - case.approved


def _wait_handling(case: Case, clause: d.Clause) -> Iterator[No]:
    if HANDLING_RANK[case.item.handling] >= FOUR_EYES_FROM:
        yield case.no("waits_handling", clause, value=case.item.handling), case.every - case.approved


def _wait_mode(case: Case, clause: d.Clause) -> Iterator[No]:
    if clause.mode != "automatic":
        yield case.no("waits_agreed_mode", clause), case.every - case.approved


def _wait_neutrality(case: Case, clause: d.Clause) -> Iterator[No]:
    if case.context.neutrality_attested is not True:
        yield case.no("waits_neutrality", clause), case.nominal


RULES: dict[str, Rule] = {
    "facts_complete": Facts(_complete),
    "agreement_in_force": Withhold(_in_force),
    "holder_is_party": Withhold(_holder),
    "partner_in_directory": Withhold(_directory),
    "partner_card": Withhold(_card),
    "partner_open": Withhold(_open),
    "not_recalled": Withhold(_recalled),
    "retention_running": Withhold(_retention),
    "retention_agreed": Withhold(_retention_agreed),
    "not_blocked": Withhold(_blocked),
    "originator_control": Withhold(_originator),
    "never_internal": Withhold(_internal),
    "class_known": Withhold(_class_known),
    "human_rights": Withhold(_rights),
    "no_breach": Withhold(_breach),
    "person_known": Withhold(_person_known),
    "person_adult": Withhold(_person_adult),
    "person_not_cleared": Withhold(_person_cleared),
    "person_status": Withhold(_person_status),
    "person_qualified": Withhold(_person_qualified),
    "clause_understood": Clause("clause_not_understood", lambda _, clause: clause.understood is True),
    "clause_direction": Clause("direction_not_covered", _direction),
    "clause_kind": Clause("kind_not_covered", lambda ask, clause: ask.kind in clause.kinds),
    "clause_purpose": Clause("purpose_not_covered", lambda ask, clause: ask.purpose in clause.purposes),
    "clause_handling": Clause("handling_above_limit", lambda ask, clause: HANDLING_RANK[ask.handling] <= HANDLING_RANK[clause.handling_max]),
    "clause_offence": Clause("offence_not_covered", lambda ask, clause: ask.offence in clause.offences),
    "class_covered": Cover(_class_covered),
    "fields_covered": Cover(_fields),
    "category_covered": Cover(_category),
    "two_people_for_persons": Wait(_wait_persons),
    "two_people_for_text": Wait(_wait_text),
    "two_people_for_handling": Wait(_wait_handling),
    "two_people_where_agreed": Wait(_wait_mode),
    "neutrality_attested": Wait(_wait_neutrality),
}
