"""Look at a record as a partner would get it now, or would under a changed agreement. Nothing leaves and nothing is decided."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rabet.agreements.decision import Decision
from rabet.agreements.parsing import parse_agreement
from rabet.agreements.standing import HeldAgreement
from rabet.casework.desk import Desk
from rabet.casework.facts import Standing, standing
from rabet.casework.fields import Fields
from rabet.casework.reading import PERSON_CLASSES, may_see_persons, own_newest
from rabet.casework.refusal import NotFound
from rabet.casework.releasing import decide
from rabet.casework.values import AuditEntry, Officer
from rabet.records.disclosure import Leaf, assemble


@dataclass(frozen=True, slots=True)
class Preview:
    """shown: the body the partner would see at once; after_approval: what would join it; decision: every reason."""

    shown: Mapping[str, Any]
    after_approval: Mapping[str, Any]
    decision: Decision


def preview(
    desk: Desk, officer: Officer, record: str, partner: str, agreement: bytes | None = None, *, case: str = "", purpose: str = ""
) -> Preview:
    """Decide as release would. agreement: exact bytes of a changed document, looked at as if all parties had signed it.

    Person data are named by their fields; their values are shown with a case of the officer and a purpose, as on the record.

    Raises:
        NotFound: the record or partner. BadInput: the changed document is not an agreement.
    """
    with desk.store.begin() as uow:
        version = own_newest(desk, uow, officer, record, action="view")
        known = standing(desk, uow)
        if partner not in known.directory:
            raise NotFound(partner)
        if agreement is not None:
            known = _with(known, agreement)
        fields = Fields.of(version.header.kind, uow.content(version))
        decision = decide(desk, uow, known, version, fields, partner)
        named = may_see_persons(uow, officer, version, case, purpose)
        uow.audit(AuditEntry(act="record.persons_shown" if named else "release.previewed", officer=officer.id,
                             role=next(iter(sorted(officer.roles)), ""), about=record, case=case if named else version.case,
                             purpose=purpose if named else "", detail={"partner": partner}))  # fmt: skip
        shown = fields if named else without_values(fields)
    return Preview(_part(shown, decision.granted), _part(shown, decision.waiting), decision)


def _with(known: Standing, data: bytes) -> Standing:
    document = parse_agreement(data)
    others = tuple(one for one in known.held if one.document.id != document.id)
    return replace(known, held=(HeldAgreement(document, "in_force"), *others))


def without_values(fields: Fields) -> Fields:
    """The same fields, those of persons emptied."""
    emptied = (Leaf(leaf.path, "", "") if fields.classes[leaf.path] in PERSON_CLASSES else leaf for leaf in fields.leaves)
    return Fields(fields.kind, tuple(emptied))


def _part(fields: Fields, paths: frozenset[str]) -> Mapping[str, Any]:
    return assemble(leaf for leaf in fields.leaves if leaf.path in paths)
