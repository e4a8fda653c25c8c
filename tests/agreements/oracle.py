"""Asks Cedar the questions that the rules are asked. Facts are handed over as they are; every conclusion is drawn in oracle.cedar."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import cedarpy

from rabet.agreements.document import Clause
from rabet.agreements.facts import AccessContext, Approval, ItemFacts, PartnerFacts, RecordFacts, ReleaseContext, release_digest
from rabet.agreements.standing import HeldAgreement
from rabet.casework.values import Officer

POLICY = Path(__file__).with_name("oracle.cedar")
READING = ("view", "edit", "propose", "release", "onward", "match")
ENTITIES = [
    {"uid": {"type": "Action", "id": name}, "attrs": {}, "parents": [{"type": "Action", "id": group} for group in groups]}
    for name, groups in {**dict.fromkeys(READING, ("access", "reading")), "count": ("access",), "block": ("access",)}.items()
]


@dataclass(frozen=True)
class Answer:
    """allowed: permitted and without a single error; policies: ids of the permits, or of the forbids that spoke."""

    allowed: bool
    policies: frozenset[str]


def ask(questions: Sequence[tuple[str, dict[str, Any]]]) -> list[Answer]:
    """Answer (action, context) questions in one batch. An error of any policy is a no: Cedar would skip a forbid that fails."""
    requests = [
        {"principal": 'Who::"x"', "action": f'Action::"{action}"', "resource": 'What::"x"', "context": context} for action, context in questions
    ]
    return [_answer(result) for result in cedarpy.is_authorized_batch(requests, _policies(), ENTITIES)]


def _answer(result: cedarpy.AuthzResult) -> Answer:
    errors = result.diagnostics.errors
    return Answer(result.decision == cedarpy.Decision.Allow and not errors, frozenset(result.diagnostics.reasons))


@cache
def _policies() -> cedarpy.PolicySet:
    """The policies under their own ids: from plain text Cedar numbers them."""
    data = json.loads(cedarpy.policies_to_json_str(POLICY.read_text(encoding="utf-8")))
    named = {policy["annotations"]["id"]: policy for policy in data["staticPolicies"].values()}
    if len(named) != len(data["staticPolicies"]):
        raise ValueError("two policies with one id")
    return cedarpy.PolicySet.from_json_str(json.dumps({**data, "staticPolicies": named}))


def day(value: date) -> int:
    return value.toordinal()


def second(value: datetime) -> int:
    return int(value.timestamp())


def present(**values: Any) -> dict[str, Any]:  # noqa: ANN401
    """Cedar has no null: what is None is left out."""
    return {name: value for name, value in values.items() if value is not None}


def release_question(
    held: HeldAgreement, clause: Clause, item: ItemFacts, to: PartnerFacts, context: ReleaseContext, path: str
) -> dict[str, Any]:
    """The facts about one field under one clause. At most one consent, one assurance and two approvals are handed over."""
    document, element = held.document, element_of(path, item)
    condition = next((one for one in document.conditions if (one.from_party, one.to_party) == (item.holder, to.agency)), None)
    party = next((one for one in document.parties if one.id == to.agency), None)
    approvals = dict(zip(("first", "second"), (approval(one, held, item, to, path) for one in context.approvals), strict=False))
    return present(
        now=second(context.now),
        today=day(context.now.date()),
        neutral=context.neutrality_attested,
        tier=condition.tier if condition else "none",
        agreement=present(
            id=document.id,
            status=held.status,
            begins=day(document.begins),
            ends=day(document.ends) if document.ends else None,
            parties=[one.id for one in document.parties],
            keeps=list(document.retention.kinds),
        ),
        clause=present(
            understood=clause.understood,
            kinds=list(clause.kinds),
            purposes=list(clause.purposes),
            offences=list(clause.offences),
            persons=list(clause.persons),
            handlingMax=int(clause.handling_max[1]),
            upTo=clause.up_to,
            mode=clause.mode,
            to=list(clause.to_parties),
            **{"from": list(clause.from_parties)},
        ),
        record=present(
            id=item.id,
            kind=item.kind,
            author=item.author,
            holder=item.holder,
            handling=int(item.handling[1]),
            purpose=item.purpose,
            offence=item.offence,
            state=item.state,
            retainUntil=day(item.retain_until),
            blocked=item.blocked,
        ),
        partner=present(
            agency=to.agency, sameCard=bool(party and party.card == to.card), confirmed=to.confirmed, open=to.open, breach=to.breach
        ),
        field=present(
            **{"class": "clear text" if item.fields[path] == "text" and item.text_clear else item.fields[path]},
            leftOut=left_out(clause, path) or (bool(element) and any(left_out(clause, f"{element}/{name}") for name in WITH)),
            listedPerson=bool(element),
        ),
        person=person(element, item) if element else None,
        consent=next((consent(one) for one in item.consents), None),
        assurance=next(
            (
                present(
                    agreement=one.agreement,
                    giver=one.giver,
                    item=one.item,
                    offence=one.offence,
                    excludes=sorted(one.excludes),
                    expires=second(one.expires),
                )
                for one in context.assurances
            ),
            None,
        ),
        **approvals,
    )


WITH = ("category", "status_class", "adult")


def element_of(path: str, item: ItemFacts) -> str:
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] == "parties" and item.fields[path] == "person" else ""


def left_out(clause: Clause, path: str) -> bool:
    """By hand, from the reference: "*" stands for one segment, a pattern covers what lies below it, `except` wins."""

    def covers(pattern: str) -> bool:
        steps = path.split("/")[: pattern.count("/") + 1]
        return len(steps) == pattern.count("/") + 1 and all(
            wanted in ("*", step) for wanted, step in zip(pattern.split("/"), steps, strict=True)
        )

    return (bool(clause.only) and not any(map(covers, clause.only))) or any(map(covers, clause.excluded))


def person(element: str, item: ItemFacts) -> dict[str, Any]:
    known = item.persons.get(element)
    facts = present(category=known.category, status=known.status_class, adult=known.adult) if known else {}
    return {**facts, "qualified": all(item.fields.get(f"{element}/{name}") == "person" for name in WITH)}


def consent(one: Any) -> dict[str, Any]:  # noqa: ANN401
    return present(author=one.author, item=one.item, to=one.to, upTo=one.up_to, until=second(one.until))


def approval(one: Approval, held: HeldAgreement, item: ItemFacts, to: PartnerFacts, path: str) -> dict[str, Any]:
    """`exact`: it was given over this release, the field is in it, and so are the facts a person travels with."""
    element = element_of(path, item)
    given = one.digest == release_digest(held.document.digest, to.agency, item.digest, one.paths)
    covered = path in one.paths and (not element or all(f"{element}/{name}" in one.paths for name in WITH))
    return present(role=one.role, pseudonym=one.pseudonym, agency=one.agency, exact=given and covered)


def access_question(officer: Officer, record: RecordFacts, context: AccessContext) -> dict[str, Any]:
    return present(
        now=second(context.now),
        today=day(context.now.date()),
        purpose=context.purpose,
        to=context.to,
        approvedByAnother=any(name != officer.id for name in context.approved_by),
        officer=present(
            id=officer.id,
            agency=officer.agency,
            unit=officer.unit,
            roles=sorted(officer.roles),
            clearance=int(officer.clearance[1]),
            cases=sorted(officer.cases),
            strong=officer.strong,
            active=officer.active,
        ),
        record=present(
            id=record.id,
            author=record.author,
            holder=record.holder,
            agreementStatus=record.agreement_status,
            case=record.case,
            unit=record.unit,
            purposes=sorted(record.purposes),
            handling=int(record.handling[1]),
            automated=record.automated,
            named=sorted(record.named),
            retainUntil=day(record.retain_until),
            state=record.state,
            blocked=record.blocked,
        ),
        consent=next((consent(one) for one in record.consents), None),
    )
