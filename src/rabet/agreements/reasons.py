"""Every reason a decision can give: a stable id, and a sentence for it in four languages (reasons.json)."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

from rabet.agreements.terms import in_words

ReasonId = Literal[
    # the agreement and the partner
    "no_agreement",
    "agreement_draft",
    "agreement_offered",
    "agreement_signed",
    "agreement_expired",
    "agreement_suspended",
    "agreement_superseded",
    "fact_missing",
    "holder_not_party",
    "partner_not_in_directory",
    "partner_card_differs",
    "partner_stopped",
    # the record
    "recalled",
    "retention_over",
    "retention_not_agreed",
    "blocked_by_protection_officer",
    "originator_consent_missing",
    "originator_consent_narrower",
    "never_leaves",
    "class_unknown",
    "about_record_not_held",
    # the human-rights condition
    "rights_blocked",
    "rights_statistics_only",
    "rights_no_persons",
    "assurance_missing",
    "assurance_lapsed",
    "assurance_breach",
    # persons
    "person_unknown",
    "perhaps_minor",
    "person_cleared",
    "person_without_status",
    "person_unqualified",
    # the clauses
    "clause_not_understood",
    "direction_not_covered",
    "kind_not_covered",
    "purpose_not_covered",
    "handling_above_limit",
    "offence_not_covered",
    "class_not_covered",
    "field_excluded",
    "category_not_covered",
    # waiting for people
    "waits_person_data",
    "waits_text_not_clear",
    "waits_handling",
    "waits_agreed_mode",
    "waits_neutrality",
    # why something went
    "released_by_clause",
    # an index that leaves the node
    "index_offence",
    "index_category",
    "index_minor",
    "index_cleared",
    "index_status",
    # access by an officer: forbids
    "F01_recalled",
    "F02_retention_over",
    "F03_handling_above_clearance",
    "F04_purpose_not_allowed",
    "F05_no_originator_consent",
    "F06_second_person_missing",
    "F07_account_inactive",
    "F08_strong_sign_in_needed",
    "F09_no_automated_processing",
    "F10_named_officers_only",
    "F11_agreement_not_in_force",
    "F12_role_sees_no_content",
    "F13_blocked_by_protection_officer",
    # access by an officer: permits, and what each of them asks for
    "P1_own_case",
    "P2_own_supervisor",
    "P3_received_under_agreement",
    "P4_statistics",
    "P5_liaison",
    "P6_data_protection",
    "needs_action",
    "needs_role",
    "needs_own_agency",
    "needs_own_record",
    "needs_received_record",
    "needs_case_or_unit",
    "needs_unit",
    # the gate before the bytes leave
    "gate_document",
    "gate_message",
    "gate_dates",
    "gate_parties",
    "gate_record",
    "gate_consent",
    "gate_clause",
    "gate_rights",
    "gate_person",
    "gate_approval",
]

PLACES = ("agreement", "clause", "article", "partner", "date", "fact", "value")
# Where `value` is a code: the table that has its words.
_VALUES: Mapping[str, str] = {
    "class_not_covered": "release_class",
    "retention_not_agreed": "kind",
    "index_category": "party_category",
    "index_status": "status_class",
    "needs_action": "action",
    "needs_role": "action",
}


class Reason(NamedTuple):
    """Why, with the place in the agreement. params: (name, value) pairs that fill the sentence: partner, date, fact, value."""

    id: ReasonId
    clause: str = ""
    article: str = ""
    agreement: str = ""
    params: tuple[tuple[str, str], ...] = ()


def explain(reason: Reason, language: str) -> str:
    """Return the sentence for a person in "en", "fa", "az" or "ru". A place that was not filled is shown as a dash."""
    named = {"agreement": reason.agreement, "clause": reason.clause, "article": reason.article, **dict(reason.params)}
    if reason.id in _VALUES and "value" in named:
        named["value"] = in_words(_VALUES[reason.id], named["value"], language)
    return texts()[reason.id][language].format_map(dict.fromkeys(PLACES, "–") | {name: value for name, value in named.items() if value})


@cache
def texts() -> Mapping[str, Mapping[str, str]]:
    """Return reason id -> sentence per language."""
    text = files(__package__).joinpath("reasons.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]
