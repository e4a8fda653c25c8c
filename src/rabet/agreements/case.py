"""One question about one record and one partner, with what several rules need worked out once: classes, persons, approvals."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date

from rabet.agreements.document import Agreement, Clause
from rabet.agreements.facts import Approval, ItemFacts, PartnerFacts, ReleaseContext, release_digest
from rabet.agreements.reasons import Reason, ReasonId
from rabet.agreements.standing import HeldAgreement
from rabet.agreements.terms import PROPOSING_ROLES, RANK, RELEASING_ROLES

Paths = frozenset[str]
NONE: Paths = frozenset()
QUALIFIERS = ("category", "status_class", "adult")


@dataclass(slots=True)
class Case:
    """The question.

    groups: effective class -> paths ("text" is free text nobody marked clear, "" what has no known class); nominal: what counts as
    person data; elements: natural persons, element path -> paths; approved: paths that two people approved.
    """

    agreement: Agreement
    status: str
    item: ItemFacts
    to: PartnerFacts
    context: ReleaseContext
    today: date
    every: Paths
    groups: Mapping[str, Paths]
    nominal: Paths
    elements: Mapping[str, Paths]
    approved: Paths

    def no(self, reason: ReasonId, clause: Clause | None = None, article: str = "", **params: str) -> Reason:
        given = (("partner", self.to.agency), *params.items())
        return Reason(reason, clause.id if clause else "", clause.article if clause else article, self.agreement.id, given)

    def above(self, tier: str) -> Paths:
        """Paths of a higher class than `tier`; text that nobody marked clear stands with persons."""
        limit = RANK[tier]
        return NONE.union(*(paths for name, paths in self.groups.items() if _CLASS_RANK.get(name, limit) > limit))


_CLASS_RANK = {**RANK, "text": RANK["person"]}


def make_case(held: HeldAgreement, item: ItemFacts, to: PartnerFacts, context: ReleaseContext) -> Case:
    """Sort the paths of a record by class and by person, and find those that two people approved. Facts must be complete."""
    found: dict[str, list[str]] = {}
    clear = item.text_clear is True
    for path, given in item.fields.items():
        name = "consignment" if clear and given == "text" else given
        found.setdefault(name if type(name) is str and name in _KNOWN else "", []).append(path)
    groups = {name: frozenset(paths) for name, paths in found.items()}
    persons = groups.get("person", NONE)
    elements = _elements(persons)
    return Case(
        agreement=held.document,
        status=held.status,
        item=item,
        to=to,
        context=context,
        today=context.now.astimezone(UTC).date(),
        every=frozenset(item.fields),
        groups=groups,
        nominal=persons | groups.get("text", NONE),
        elements=elements,
        approved=_approved(held.document.digest, item, to.agency, context.approvals, elements) if context.approvals else NONE,
    )


_KNOWN = frozenset({"statistics", "consignment", "person", "text", "internal"})


def _elements(persons: Paths) -> dict[str, Paths]:
    """Return the natural persons of a record: element path -> its paths."""
    found: dict[str, set[str]] = {}
    for path in persons:
        if path.startswith("parties/"):
            found.setdefault("/".join(path.split("/", 2)[:2]), set()).add(path)
    return {element: frozenset(paths) for element, paths in found.items()}


def _approved(agreement: str, item: ItemFacts, to: str, approvals: Iterable[Approval], elements: Mapping[str, Paths]) -> Paths:
    """Paths that two different people of the holder approved, one of them entitled to release, each over these exact paths."""
    valid = [
        one
        for one in approvals
        if one.agency == item.holder and one.role in PROPOSING_ROLES and one.digest == release_digest(agreement, to, item.digest, one.paths)
    ]
    pairs = (
        first.paths & second.paths
        for first in valid
        for second in valid
        if first.role in RELEASING_ROLES and first.pseudonym != second.pseudonym
    )
    both = NONE.union(*pairs)
    return both - unqualified(elements, both)


def unqualified(elements: Mapping[str, Paths], among: Paths) -> Paths:
    """Persons among these paths whose category, status or age flag is not among them, with all they have there."""
    return NONE.union(*(paths & among for element, paths in elements.items() if not all(f"{element}/{name}" in among for name in QUALIFIERS)))
