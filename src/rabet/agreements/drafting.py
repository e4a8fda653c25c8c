"""A first draft from a template: parties and dates filled in, article texts named by their digests. Lawyers change it before it is signed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from rabet.agreements.document import Party
from rabet.agreements.parsing import parse_agreement
from rabet.agreements.terms import LANGUAGES, Texts, Tier

TEMPLATES = ("bilateral", "multilateral")
EVERY = "every"
_AND: Texts = {"en": ", ", "fa": "، ", "az": ", ", "ru": ", "}


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftTerms:
    """What a template leaves open.

    number, signed_on, offices: of the paper (office of the signatory per party); rights: (from, to) -> tier, the template's tier where
    none is given; previous: digest of the version this one replaces.
    """

    id: str
    number: str
    signed_on: date
    begins: date
    ends: date | None
    offices: Mapping[str, Texts]
    prevails: str = "en"
    rights: Mapping[tuple[str, str], Tier] = field(default_factory=dict)
    version: int = 1
    previous: str | None = None


def draft(template: str, parties: Sequence[Party], terms: DraftTerms) -> bytes:
    """Return the document as readable JSON; it parses.

    Raises:
        KeyError: no such template, or a party without signatory.
        BadInput: the parts do not make an agreement.
    """
    data = _template(template)
    ids = [party.id for party in parties]
    rights = data["human_rights"]
    document = {
        "format": data["format"],
        "id": terms.id,
        "version": terms.version,
        "previous": terms.previous,
        "title": {language: _title(data["title"][language], parties, language) for language in LANGUAGES},
        "parties": [_party(party) for party in parties],
        "legal": _legal(template, ids, terms),
        "in_force": {"from": terms.begins.isoformat(), "until": terms.ends.isoformat() if terms.ends else None},
        "clauses": [_clause(clause, ids, data["offences"]) for clause in data["clauses"]],
        "human_rights": [
            {"article": rights["article"], "from": giver, "to": taker, "tier": terms.rights.get((giver, taker), rights["tier"])}
            for giver in ids
            for taker in ids
            if giver != taker
        ],
        **{key: data[key] for key in ("offences", "retention", "crypto", "request_form", "clocks", "consent_lease_hours")},
    }
    result = (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
    parse_agreement(result)
    return result


def article_files(template: str) -> Mapping[str, bytes]:
    """Return file name -> bytes of the legal text in each language, to be kept beside the agreement.

    Raises:
        KeyError: no such template.
    """
    return {_file_name(template, language): _read(template, f"{language}.md") for language in LANGUAGES}


def _title(text: str, parties: Sequence[Party], language: str) -> str:
    return text.format(names=_AND[language].join(party.name[language] for party in parties))


def _party(party: Party) -> dict[str, Any]:
    return {
        "id": party.id,
        "state": party.state,
        "name": dict(party.name),
        "card": party.card,
        "reached_at": {"host": party.host, "port": party.port},
        "authorities": [{"role": authority.role, "name": dict(authority.name)} for authority in party.authorities],
    }


def _legal(template: str, parties: Sequence[str], terms: DraftTerms) -> dict[str, Any]:
    texts = [
        {"language": language, "file": _file_name(template, language), "sha256": sha256(_read(template, f"{language}.md")).hexdigest()}
        for language in LANGUAGES
    ]
    return {
        "number": terms.number,
        "signed_on": terms.signed_on.isoformat(),
        "prevails": terms.prevails,
        "texts": texts,
        "signatories": [{"party": party, "office": dict(terms.offices[party])} for party in parties],
    }


def _clause(clause: Mapping[str, Any], parties: Sequence[str], offences: Sequence[str]) -> dict[str, Any]:
    named = {"from": list(parties), "to": list(parties), "offences": list(offences)}
    return {key: named[key] if key in named and value == EVERY else value for key, value in clause.items()}


def _file_name(template: str, language: str) -> str:
    return f"{template}.{language}.md"


@cache
def _template(name: str) -> Mapping[str, Any]:
    return json.loads(_read(name, "agreement.json"))  # type: ignore[no-any-return]


@cache
def _read(template: str, file: str) -> bytes:
    if template not in TEMPLATES:
        raise KeyError(template)
    return files(__package__).joinpath("templates", template, file).read_bytes()
