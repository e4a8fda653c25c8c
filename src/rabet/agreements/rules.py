"""The rules of release, one table. Each rule is a few lines that say no to a field and why; decision.py applies them all.

Five kinds, in the order they are applied: `Facts` (something needed is not known), `Withhold` (no clause and nobody can open this
field), `Speaks` (does this clause speak about this record?), `Opens` (this clause does not open this field), `Waits` (the clause opens
it only after people acted). The numbers in the headings are those of docs/explanation/release-decision.md.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from rabet.agreements.document import Agreement, Clause
from rabet.agreements.facts import ITEM, PARTNER, RELEASE, ItemFacts, PartnerFacts, ReleaseContext, missing_facts
from rabet.agreements.question import Question, Slot
from rabet.agreements.reasons import Reason, ReasonId
from rabet.agreements.standing import HeldAgreement
from rabet.agreements.terms import CATEGORIES, ENDED, HANDLING_RANK, LIVE

FOUR_EYES_FROM = HANDLING_RANK["H2"]


@dataclass(frozen=True, slots=True)
class Facts:
    """Names facts that are missing; nothing is decided without them."""

    check: Callable[[HeldAgreement, ItemFacts, PartnerFacts, ReleaseContext], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Withhold:
    """Says no to a field whatever the clauses say."""

    check: Callable[[Question, Slot], Reason | None]


@dataclass(frozen=True, slots=True)
class Speaks:
    """Asks whether a clause speaks about such a record; `reason` is told when it does not."""

    reason: ReasonId
    holds: Callable[[Question, Clause], bool]


@dataclass(frozen=True, slots=True)
class Opens:
    """Says no to a field for one clause."""

    check: Callable[[Question, Slot, Clause], Reason | None]


@dataclass(frozen=True, slots=True)
class Waits:
    """Says no to a field for one clause until people acted."""

    check: Callable[[Question, Slot, Clause], Reason | None]


Rule = Facts | Withhold | Speaks | Opens | Waits


def no(question: Question, reason: ReasonId, article: str = "", **params: str) -> Reason:
    """Build a reason that holds for the whole agreement."""
    return Reason(reason, "", article, question.agreement.id, (("partner", question.partner.agency), *params.items()))


def no_by(question: Question, clause: Clause, reason: ReasonId, **params: str) -> Reason:
    """Build a reason that names its clause."""
    given = (("partner", question.partner.agency), *params.items())
    return Reason(reason, clause.id, clause.article, question.agreement.id, given)


def _complete(held: HeldAgreement, item: ItemFacts, to: PartnerFacts, context: ReleaseContext) -> Iterator[str]:
    if type(held) is not HeldAgreement or type(held.document) is not Agreement:
        yield "agreement"
    elif type(held.status) is not str:
        yield "agreement.status"
    yield from missing_facts("item", item, ITEM)
    yield from missing_facts("partner", to, PARTNER)
    yield from missing_facts("context", context, RELEASE)


# (1) agreement in force, (2) recipient in the directory


def _in_force(q: Question, _: Slot) -> Reason | None:
    """The status at the moment, and the dates once more."""
    begins, ends = q.agreement.begins, q.agreement.ends
    if q.status == "signed" or (q.status == "in_force" and q.today < begins):
        return no(q, "agreement_signed", date=begins.isoformat())
    if q.status == "expired" or (q.status == "in_force" and ends is not None and q.today > ends):
        return no(q, "agreement_expired", date=ends.isoformat() if ends else "")
    if q.status == "in_force":
        return None
    reason = _STATUS_REASONS.get(q.status)
    return no(q, reason) if reason else no(q, "fact_missing", fact="agreement.status")


_STATUS_REASONS: Mapping[str, ReasonId] = {
    "draft": "agreement_draft",
    "offered": "agreement_offered",
    "suspended": "agreement_suspended",
    "superseded": "agreement_superseded",
}


def _holder(q: Question, _: Slot) -> Reason | None:
    return None if q.agreement.party(q.holder) else no(q, "holder_not_party", value=q.holder)


def _directory(q: Question, _: Slot) -> Reason | None:
    listed = q.agreement.party(q.partner.agency) is not None and q.partner.agency != q.holder
    return None if listed else no(q, "partner_not_in_directory")


def _card(q: Question, _: Slot) -> Reason | None:
    party = q.agreement.party(q.partner.agency)
    known = party is None or (party.card == q.partner.card and q.partner.confirmed is True)
    return None if known else no(q, "partner_card_differs")


def _open(q: Question, _: Slot) -> Reason | None:
    return None if q.partner.open is True else no(q, "partner_stopped")


# the record itself


def _recalled(q: Question, _: Slot) -> Reason | None:
    return None if q.state == "current" else no(q, "recalled")


def _retention(q: Question, _: Slot) -> Reason | None:
    return None if q.today <= q.retain_until else no(q, "retention_over", date=q.retain_until.isoformat())


def _retention_agreed(q: Question, _: Slot) -> Reason | None:
    retention = q.agreement.retention
    return None if q.kind in retention.kinds else no(q, "retention_not_agreed", retention.article, value=q.kind)


def _blocked(q: Question, _: Slot) -> Reason | None:
    return None if q.blocked is False else no(q, "blocked_by_protection_officer")


def _originator(q: Question, slot: Slot) -> Reason | None:
    """A copy goes on only as far as its author's consent, while that lasts (F05)."""
    if q.consent == "own":
        return None
    if not q.consent:
        return no(q, "originator_consent_missing", value=q.author)
    return no(q, "originator_consent_narrower", value=q.author) if slot.above(q.consent) else None


def _internal(q: Question, slot: Slot) -> Reason | None:
    return no(q, "never_leaves") if slot.release == "internal" else None


def _class_known(q: Question, slot: Slot) -> Reason | None:
    return None if slot.release else no(q, "class_unknown")


# (7) human-rights condition and assurances


def _rights(q: Question, slot: Slot) -> Reason | None:
    condition = q.agreement.condition(q.holder, q.partner.agency)
    if condition is None:
        return no(q, "fact_missing", fact="agreement.human_rights")
    tier, article = condition.tier, condition.article
    if tier == "persons":
        return None
    if tier == "persons_with_assurance":
        return _assurance(q, slot, article)
    if tier == "consignment":
        return no(q, "rights_no_persons", article) if slot.nominal else None
    if tier == "statistics":
        return no(q, "rights_statistics_only", article) if slot.above("statistics") else None
    return no(q, "rights_blocked", article)


def _assurance(q: Question, slot: Slot, article: str) -> Reason | None:
    if q.assurance == "valid" or not slot.nominal:
        return None
    if q.assurance == "missing":
        return no(q, "assurance_missing", article)
    return no(q, "assurance_lapsed", article, date=q.assurance)


def _breach(q: Question, slot: Slot) -> Reason | None:
    return no(q, "assurance_breach") if slot.nominal and q.partner.breach is not False else None


# (4) persons


def _person_known(q: Question, slot: Slot) -> Reason | None:
    known = slot.person is not None and slot.person.category in (*CATEGORIES, *ENDED)
    return no(q, "person_unknown") if slot.element and not known else None


def _person_adult(q: Question, slot: Slot) -> Reason | None:
    adult = slot.person is not None and slot.person.adult is True
    return no(q, "perhaps_minor") if slot.element and not adult else None


def _person_cleared(q: Question, slot: Slot) -> Reason | None:
    person = slot.person
    return no(q, "person_cleared") if person is not None and (person.category in ENDED or person.status_class in ENDED) else None


def _person_status(q: Question, slot: Slot) -> Reason | None:
    """A suspect, accused, wanted or convicted person needs a status of that kind; a witness or victim has none."""
    if not slot.element:
        return None
    expected = LIVE if slot.person is not None and slot.person.category in LIVE else ("none",)
    fitting = slot.person is not None and slot.person.status_class in (*expected, *ENDED)
    return None if fitting else no(q, "person_without_status")


def _person_qualified(q: Question, slot: Slot) -> Reason | None:
    """A person never travels without category, status and age flag: the partner's own rules need them."""
    return no(q, "person_unqualified") if slot.element and not slot.qualified else None


# (3) kind, (5) purpose, (6) handling, offence, direction: does the clause speak about the record?
# When no clause does, the reasons of the nearest one are told.


def _direction(q: Question, clause: Clause) -> bool:
    return q.holder in clause.from_parties and q.partner.agency in clause.to_parties


def _handling(q: Question, clause: Clause) -> bool:
    return HANDLING_RANK[q.handling] <= HANDLING_RANK[clause.handling_max]


# does the clause open the field?


def _class_covered(q: Question, slot: Slot, clause: Clause) -> Reason | None:
    return no_by(q, clause, "class_not_covered", value=clause.up_to) if slot.above(clause.up_to) else None


def _field_covered(q: Question, slot: Slot, clause: Clause) -> Reason | None:
    return no_by(q, clause, "field_excluded") if clause.id in slot.closed else None


def _category(q: Question, slot: Slot, clause: Clause) -> Reason | None:
    if not slot.element or clause.up_to != "person":
        return None
    named = slot.person is not None and slot.person.category in clause.persons
    return None if named else no_by(q, clause, "category_not_covered")


# (8) who must have acted before it goes


def _wait_persons(q: Question, slot: Slot, clause: Clause) -> Reason | None:
    return no_by(q, clause, "waits_person_data") if slot.release == "person" and not slot.approved else None


def _wait_text(q: Question, slot: Slot, clause: Clause) -> Reason | None:
    return no_by(q, clause, "waits_text_not_clear") if slot.release == "text" and not slot.approved else None


def _wait_handling(q: Question, slot: Slot, clause: Clause) -> Reason | None:
    strict = HANDLING_RANK[q.handling] >= FOUR_EYES_FROM
    return no_by(q, clause, "waits_handling", value=q.handling) if strict and not slot.approved else None


def _wait_mode(q: Question, slot: Slot, clause: Clause) -> Reason | None:
    return no_by(q, clause, "waits_agreed_mode") if clause.mode != "automatic" and not slot.approved else None


def _wait_neutrality(q: Question, slot: Slot, clause: Clause) -> Reason | None:
    return no_by(q, clause, "waits_neutrality") if slot.nominal and q.neutral is not True else None


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
    "clause_understood": Speaks("clause_not_understood", lambda _, clause: clause.understood is True),
    "clause_direction": Speaks("direction_not_covered", _direction),
    "clause_kind": Speaks("kind_not_covered", lambda q, clause: q.kind in clause.kinds),
    "clause_purpose": Speaks("purpose_not_covered", lambda q, clause: q.purpose in clause.purposes),
    "clause_handling": Speaks("handling_above_limit", _handling),
    "clause_offence": Speaks("offence_not_covered", lambda q, clause: q.offence in clause.offences),
    "class_covered": Opens(_class_covered),
    "field_covered": Opens(_field_covered),
    "category_covered": Opens(_category),
    "two_people_for_persons": Waits(_wait_persons),
    "two_people_for_text": Waits(_wait_text),
    "two_people_for_handling": Waits(_wait_handling),
    "two_people_where_agreed": Waits(_wait_mode),
    "neutrality_attested": Waits(_wait_neutrality),
}
