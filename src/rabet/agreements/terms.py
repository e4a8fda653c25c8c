"""The closed lists an agreement may choose from. What is not in them cannot be agreed by mistake: a document that names it is refused."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from rabet.records.header import HANDLING
from rabet.vocabulary import tables

Texts = Mapping[str, str]
ReleaseTier = Literal["statistics", "consignment", "person"]
Tier = Literal["blocked", "statistics", "consignment", "persons_with_assurance", "persons"]
Mode = Literal["automatic", "approved"]
Status = Literal["draft", "offered", "signed", "in_force", "expired", "suspended", "superseded"]

LANGUAGES = ("en", "fa", "az", "ru")
EFFECTS = ("release",)
MODES: tuple[Mode, ...] = ("automatic", "approved")
TIERS: tuple[Tier, ...] = ("blocked", "statistics", "consignment", "persons_with_assurance", "persons")
# Release classes from least to most intrusive; free text counts as person data until an officer marks it clear.
RELEASE_TIERS: tuple[ReleaseTier, ...] = ("statistics", "consignment", "person")
RANK: Mapping[str, int] = {name: rank for rank, name in enumerate(RELEASE_TIERS)}
HANDLING_RANK: Mapping[str, int] = {code: rank for rank, code in enumerate(HANDLING)}
SUITES = ("MLKEM768-X25519/HKDF-SHA256/AES-256-GCM",)
AUTHORITY_ROLES = ("contact_point", "competent_authority", "laboratory", "customs", "data_protection")
LONGEST_PERSON_DAYS = 1826  # five years: the longest first retention (INTERPOL's rules on the processing of data)

# 1988 United Nations Convention, article 3(1). Paragraph 2 (personal consumption) is left out: consumers are not the business of an exchange.
OFFENCES = tables.table("offence").codes
PURPOSES = tables.table("purpose").codes

# A person's category and the class of his legal status. The first four alone may ever enter an index that leaves a node; a clause may
# name the protected ones for a release by two people; who was acquitted or cleared, or is not known, does not leave at all.
LIVE = ("suspect", "accused", "wanted", "convicted")
ENDED = ("acquitted", "dropped", "cleared")
PROTECTED = ("consumer", "relative", "contact", "witness", "victim", "coerced_courier")
CATEGORIES = (*LIVE, *PROTECTED)

# Who may propose a release, who may be its second person; a machine, an administrator and an auditor are neither.
PROPOSING_ROLES = frozenset({"duty_officer", "liaison_officer", "customs_officer", "analyst", "chemist", "supervisor"})
RELEASING_ROLES = frozenset({"liaison_officer", "supervisor"})
NO_CONTENT_ROLES = frozenset({"administrator", "auditor", "data_protection_officer"})


@cache
def labels() -> Mapping[str, Mapping[str, Texts]]:
    """Return list name -> code -> text per language, for lists that only agreements know."""
    text = files(__package__).joinpath("terms.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


def in_words(table: str, code: str, language: str) -> str:
    """Return the words for a code of one of these lists or of a vocabulary table; an unknown code is shown as it stands."""
    own = labels().get(table, {}).get(code)
    return own[language] if own else tables.label(table, code, language)
