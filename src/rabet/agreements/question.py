"""One question about one record and one partner, reduced to what the rules look at.

A record may have many fields, but for the rules two fields of one class, about one person, equally approved, are the same: they share
a `Slot`. A `Question` holds the slots and the facts about record, partner and day, nothing else (no id, no value, no path), so that
its answer can be kept and used again for the next record that asks the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from re import Pattern
from re import compile as compile_pattern
from typing import NamedTuple

from rabet.agreements.document import Agreement
from rabet.agreements.facts import ASSURED, Approval, Assurance, Consent, ItemFacts, PartnerFacts, PersonFacts, ReleaseContext, release_digest
from rabet.agreements.standing import HeldAgreement
from rabet.agreements.terms import PROPOSING_ROLES, RANK, RELEASE_TIERS, RELEASING_ROLES

Paths = frozenset[str]
NONE: Paths = frozenset()
QUALIFIERS = ("category", "status_class", "adult")
_CLASSES = frozenset({"statistics", "consignment", "person", "text", "internal"})
_RANK = {**RANK, "text": RANK["person"]}


class Slot(NamedTuple):
    """All the rules can see of a field.

    release: "statistics", "consignment", "person", "text" (free text nobody marked clear), "internal", "" (class not known); element: it
    belongs to a natural person listed in the record, who is `person` (None = nothing known); qualified: category, status and age flag
    of that person stand beside it; approved: by two people; closed: ids of the clauses that leave the field out.
    """

    release: str
    element: bool
    person: PersonFacts | None
    qualified: bool
    approved: bool
    closed: frozenset[str]

    @property
    def nominal(self) -> bool:
        """Counts as person data."""
        return self.release in ("person", "text")

    def above(self, tier: str) -> bool:
        """Is of a higher class than `tier`; fields without a known class are another rule's."""
        return _RANK.get(self.release, -1) > RANK[tier]


class Question(NamedTuple):
    """What decides, beside the slots.

    consent: "own" for an own record, else the highest class its author lets pass on, "" = none; assurance: "valid", "missing" or the
    ISO date of its lapse.
    """

    agreement: Agreement
    status: str
    today: date
    kind: str
    author: str
    holder: str
    handling: str
    purpose: str
    offence: str
    state: str
    retain_until: date
    blocked: bool
    partner: PartnerFacts
    consent: str
    assurance: str
    neutral: bool
    slots: frozenset[Slot]


def ask(held: HeldAgreement, item: ItemFacts, to: PartnerFacts, context: ReleaseContext) -> tuple[Question, Mapping[Slot, Paths]]:
    """Return the question and the paths behind each slot. Facts must be complete."""
    agreement = held.document
    slots = _slots(agreement, item, to, context.approvals)
    question = Question(
        agreement=agreement,
        status=held.status,
        today=context.now.astimezone(UTC).date(),
        kind=item.kind,
        author=item.author,
        holder=item.holder,
        handling=item.handling,
        purpose=item.purpose,
        offence=item.offence,
        state=item.state,
        retain_until=item.retain_until,
        blocked=item.blocked,
        partner=to,
        consent="own" if item.author == item.holder else _consent(item, to, item.consents, context.now),
        assurance=_assurance(agreement, item, to, context.assurances, context.now),
        neutral=context.neutrality_attested,
        slots=frozenset(slots),
    )
    return question, slots


def _consent(item: ItemFacts, to: PartnerFacts, consents: Iterable[Consent], now: datetime) -> str:
    named = (item.author, item.id, to.agency)
    given = [RANK[one.up_to] for one in consents if (one.author, one.item, one.to) == named and one.until > now]
    return RELEASE_TIERS[max(given)] if given else ""


def _assurance(agreement: Agreement, item: ItemFacts, to: PartnerFacts, assurances: Iterable[Assurance], now: datetime) -> str:
    """An assurance counts when it names this agreement, giver, item and offence and rules out both uses."""
    named = (agreement.id, to.agency, item.id, item.offence)
    lapses = [one.expires for one in assurances if (one.agreement, one.giver, one.item, one.offence) == named and one.excludes >= ASSURED]
    if not lapses:
        return "missing"
    last = max(lapses)
    return "valid" if last > now else last.astimezone(UTC).date().isoformat()


def _slots(agreement: Agreement, item: ItemFacts, to: PartnerFacts, approvals: tuple[Approval, ...]) -> Mapping[Slot, Paths]:
    groups = _by_class(item)
    persons = groups.pop("person", [])
    elements, loose = _by_person(persons)
    if loose:
        groups["person"] = loose
    approved = _approved(agreement, item, to, approvals, elements) if approvals else NONE
    closed = _closed(agreement, item, elements)
    kinds = [(Slot(release, False, None, False, False, NONE), frozenset(paths)) for release, paths in groups.items()]  # noqa: FBT003
    for element, own in elements.items():
        kinds.append((Slot("person", True, item.persons.get(element), _qualified(element, own), False, NONE), own))  # noqa: FBT003
    found: dict[Slot, Paths] = {}
    for kind, paths in kinds:
        for slot, part in _split(kind, paths, approved, closed):
            found[slot] = found.get(slot, NONE) | part
    return found


def _by_class(item: ItemFacts) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    clear = item.text_clear is True
    for path, given in item.fields.items():
        release = given if type(given) is str and given in _CLASSES else ""
        groups.setdefault("consignment" if clear and release == "text" else release, []).append(path)
    return groups


def _by_person(paths: Iterable[str]) -> tuple[dict[str, Paths], list[str]]:
    """Return element path -> its paths for the natural persons listed, and the person data that stand elsewhere."""
    found: dict[str, list[str]] = {}
    loose: list[str] = []
    for path in paths:
        if path.startswith("parties/"):
            found.setdefault("/".join(path.split("/", 2)[:2]), []).append(path)
        else:
            loose.append(path)
    return {element: frozenset(own) for element, own in found.items()}, loose


def _qualified(element: str, among: Paths) -> bool:
    return all(f"{element}/{name}" in among for name in QUALIFIERS)


def _split(slot: Slot, paths: Paths, approved: Paths, closed: Mapping[str, Paths]) -> Iterator[tuple[Slot, Paths]]:
    """Part the paths of a slot by who approved them and which clauses leave them out."""
    if not approved and not closed:
        yield slot, paths
        return
    parts: dict[tuple[bool, frozenset[str]], set[str]] = {}
    for path in paths:
        left_out = frozenset(clause for clause, out in closed.items() if path in out)
        parts.setdefault((path in approved, left_out), set()).add(path)
    for (by_two, left_out), part in parts.items():
        yield slot._replace(approved=by_two, closed=left_out), frozenset(part)


def _approved(agreement: Agreement, item: ItemFacts, to: PartnerFacts, approvals: Iterable[Approval], elements: Mapping[str, Paths]) -> Paths:
    """Paths that two different people of the holder approved, one of them entitled to release, each over these exact paths."""
    valid = [
        one
        for one in approvals
        if one.agency == item.holder
        and one.role in PROPOSING_ROLES
        and one.digest == release_digest(agreement.digest, to.agency, item.digest, one.paths)
    ]
    pairs = (
        first.paths & second.paths
        for first in valid
        for second in valid
        if first.role in RELEASING_ROLES and first.pseudonym != second.pseudonym
    )
    both = NONE.union(*pairs)
    return both - _unqualified(elements, both)


def _closed(agreement: Agreement, item: ItemFacts, elements: Mapping[str, Paths]) -> dict[str, Paths]:
    """Clause id -> paths it leaves out; a person whose category, status or age flag it leaves out is left out whole."""
    result = {}
    for clause in agreement.clauses:
        if clause.only or clause.excluded:
            inside, outside = _matcher(clause.only), _matcher(clause.excluded)
            out = frozenset(p for p in item.fields if (clause.only and not inside.match(p)) or (clause.excluded and outside.match(p)))
            result[clause.id] = out | _unqualified(elements, frozenset(item.fields) - out)
    return result


def _unqualified(elements: Mapping[str, Paths], among: Paths) -> Paths:
    return NONE.union(*(paths & among for element, paths in elements.items() if not _qualified(element, among)))


@lru_cache(maxsize=1024)
def _matcher(patterns: tuple[str, ...]) -> Pattern[str]:
    parts = (pattern.replace("*", "[^/]+") for pattern in patterns)
    return compile_pattern(f"(?:{'|'.join(parts)})(?:/|$)")
