"""Bytes of an agreement -> Agreement, or BadInput with the path of the first thing that is missing, of the wrong type or not in its list."""

import re
from dataclasses import replace
from functools import lru_cache
from typing import cast

from rabet.agreements import terms
from rabet.agreements.document import (
    Agreement,
    ArticleText,
    Authority,
    Clause,
    Clocks,
    Condition,
    LegalText,
    Party,
    RequestForm,
    Retention,
    Signatory,
    digest_of,
)
from rabet.agreements.reading import Section
from rabet.records.bad_input import refuse
from rabet.records.header import HANDLING
from rabet.records.kinds import KINDS
from rabet.records.signing import ALGORITHMS, Algorithm
from rabet.records.strict_json import read_json

FORMAT = "rabet-agreement/1"
_NAME = re.compile(r"[a-z][a-z0-9-]{1,63}")
_AGENCY = re.compile(r"[a-z][a-z0-9-]{1,31}")
_CLAUSE = re.compile(r"[a-z][a-z0-9-]{0,31}")
_ARTICLE = re.compile(r"\d{1,3}(\.\d{1,3}){0,2}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_STATE = re.compile(r"[A-Z]{2}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9a-f:]{2,45}\]")
_FILE = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
_LINE = re.compile(r"[^\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]{1,120}")
_PATTERN = re.compile(r"([a-z][a-z0-9_]*|\*)(/([a-z][a-z0-9_]*|\*)){0,7}")


@lru_cache(maxsize=64)
def parse_agreement(data: bytes) -> Agreement:
    """Parse exact bytes.

    Raises:
        BadInput: not strict JSON; key missing, wrong type, code outside its closed list, reference to a party that is not one.
    """
    extra: list[str] = []
    root = Section(read_json(data, max_bytes=500_000, max_depth=8, max_items=20_000), "", extra)
    if root.take("format") != FORMAT:
        raise refuse("format", "unknown_format", expected=FORMAT)
    parties = _parties(root)
    ids = tuple(party.id for party in parties)
    offences = root.codes("offences", terms.OFFENCES)
    clauses = _clauses(root, ids, offences)
    force = root.section("in_force")
    crypto = root.section("crypto")
    agreement = Agreement(
        digest=digest_of(data),
        data=data,
        id=root.text("id", _NAME),
        version=root.number("version", 1, 10_000),
        previous=root.optional_text("previous", _DIGEST),
        title=root.texts("title"),
        parties=parties,
        legal=_legal(root.section("legal"), ids),
        begins=force.day("from"),
        ends=force.optional_day("until"),
        clauses=clauses,
        conditions=_conditions(root, ids),
        offences=offences,
        retention=_retention(root.section("retention")),
        suite=crypto.code("suite", terms.SUITES),
        floor=_floor(crypto),
        request_form=_form(root.section("request_form")),
        clocks=_clocks(root.section("clocks")),
        consent_lease=root.number("consent_lease_hours", 1, 720),
        unknown=(),
    )
    for section in (force, crypto, root):
        section.close()
    _agree_with_itself(agreement)
    return replace(agreement, unknown=tuple(extra))  # complete only when every section is closed


def _parties(root: Section) -> tuple[Party, ...]:
    parties = tuple(_party(section) for section in root.sections("parties", least=2))
    ids = [party.id for party in parties]
    if len(set(ids)) != len(ids):
        raise root.wrong("parties", ids)
    return parties


def _party(section: Section) -> Party:
    reached = section.section("reached_at")
    party = Party(
        id=section.text("id", _AGENCY),
        state=section.text("state", _STATE),
        name=section.texts("name"),
        card=section.text("card", _DIGEST),
        host=reached.text("host", _HOST),
        port=reached.number("port", 1, 65_535),
        authorities=tuple(_authority(item) for item in section.sections("authorities")),
    )
    reached.close()
    section.close()
    return party


def _authority(section: Section) -> Authority:
    authority = Authority(section.code("role", terms.AUTHORITY_ROLES), section.texts("name"))
    section.close()
    return authority


def _legal(section: Section, parties: tuple[str, ...]) -> LegalText:
    texts = tuple(_article_text(item) for item in section.sections("texts"))
    languages = [text.language for text in texts]
    if len(set(languages)) != len(languages):
        raise section.wrong("texts", languages)
    signatories = tuple(_signatory(item, parties) for item in section.sections("signatories"))
    if {signatory.party for signatory in signatories} != set(parties):
        raise section.wrong("signatories", [signatory.party for signatory in signatories])
    legal = LegalText(
        number=section.text("number", _LINE),
        signed_on=section.day("signed_on"),
        prevails=section.code("prevails", languages),
        texts=texts,
        signatories=signatories,
    )
    section.close()
    return legal


def _article_text(section: Section) -> ArticleText:
    text = ArticleText(section.code("language", terms.LANGUAGES), section.text("file", _FILE), section.text("sha256", _DIGEST))
    section.close()
    return text


def _signatory(section: Section, parties: tuple[str, ...]) -> Signatory:
    signatory = Signatory(section.code("party", parties), section.texts("office"))
    section.close()
    return signatory


def _clauses(root: Section, parties: tuple[str, ...], offences: tuple[str, ...]) -> tuple[Clause, ...]:
    clauses = tuple(_clause(section, parties, offences) for section in root.sections("clauses"))
    ids = [clause.id for clause in clauses]
    if len(set(ids)) != len(ids):
        raise root.wrong("clauses", ids)
    return clauses


def _clause(section: Section, parties: tuple[str, ...], offences: tuple[str, ...]) -> Clause:
    section.code("effect", terms.EFFECTS)
    up_to = cast("terms.ReleaseTier", section.code("up_to", terms.RELEASE_TIERS))
    only, excluded, fields_known = _field_lists(section)
    clause = {
        "id": section.text("id", _CLAUSE),
        "article": section.text("article", _ARTICLE),
        "from_parties": section.codes("from", parties),
        "to_parties": section.codes("to", parties),
        "kinds": section.codes("kinds", KINDS),
        "purposes": section.codes("purposes", terms.PURPOSES),
        "handling_max": section.code("handling_max", HANDLING),
        "offences": section.codes("offences", offences),
        "persons": _categories(section, up_to),
        "mode": section.code("mode", terms.MODES),
    }
    known = section.close() and fields_known
    return Clause(up_to=up_to, only=only, excluded=excluded, understood=known, **clause)  # type: ignore[arg-type]


def _categories(section: Section, up_to: str) -> tuple[str, ...]:
    """Read `persons`: needed where a clause reaches persons, out of place where it does not."""
    if up_to == "person":
        return section.codes("persons", terms.CATEGORIES)
    if section.take("persons", None) is not None:
        raise section.wrong("persons", up_to)
    return ()


def _field_lists(section: Section) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """Read `fields`: {"only": [...]} or {"except": [...]} or both; absent means every path of the class."""
    if section.take("fields", None) is None:
        return (), (), True
    fields = section.section("fields")
    only = _patterns(fields, "only")
    excluded = _patterns(fields, "except")
    return only, excluded, fields.close()


def _patterns(fields: Section, key: str) -> tuple[str, ...]:
    if fields.take(key, None) is None:
        return ()
    patterns = tuple(fields.items(key))
    for pattern in patterns:
        if not isinstance(pattern, str) or not _PATTERN.fullmatch(pattern):
            raise fields.wrong(key, pattern)
    return patterns


def _conditions(root: Section, parties: tuple[str, ...]) -> tuple[Condition, ...]:
    """Every direction between two parties needs exactly one condition: silence is not consent."""
    conditions = tuple(_condition(section, parties) for section in root.sections("human_rights"))
    given = [(c.from_party, c.to_party) for c in conditions]
    expected = {(giver, taker) for giver in parties for taker in parties if giver != taker}
    for giver, taker in sorted(expected - set(given)):
        raise refuse(f"human_rights/{giver}-{taker}", "missing")
    if len(given) != len(expected):
        raise root.wrong("human_rights", given)
    return conditions


def _condition(section: Section, parties: tuple[str, ...]) -> Condition:
    article = section.text("article", _ARTICLE)
    giver, taker = section.code("from", parties), section.code("to", parties)
    tier = cast("terms.Tier", section.code("tier", terms.TIERS))
    return Condition(article, giver, taker, tier if section.close() else "blocked")


def _retention(section: Section) -> Retention:
    kinds = section.section("kinds")
    days = {kind: kinds.number(kind, 1, 36_525) for kind in kinds.names(KINDS)}
    retention = Retention(section.text("article", _ARTICLE), days, section.number("persons", 1, terms.LONGEST_PERSON_DAYS))
    section.close()
    return retention


def _floor(crypto: Section) -> tuple[Algorithm, ...]:
    floor = cast("tuple[Algorithm, ...]", crypto.codes("floor", ALGORITHMS))
    if "ed25519" not in floor:
        raise crypto.wrong("floor", list(floor))
    return floor


def _form(section: Section) -> RequestForm:
    lists = terms.labels()
    form = RequestForm(
        article=section.text("article", _ARTICLE),
        fields=section.codes("fields", lists["form_field"]),
        person_fields=section.codes("person_fields", lists["person_field"]),
        languages=section.codes("languages", terms.LANGUAGES),
        signed_by=section.codes("signed_by", lists["form_signature"]),
        refusals=section.codes("refusals", lists["refusal"]),
    )
    section.close()
    return form


def _clocks(section: Section) -> Clocks:
    clocks = Clocks(
        article=section.text("article", _ARTICLE),
        urgent_direct=section.number("urgent_direct_hours", 1, 8_760),
        urgent_indirect=section.number("urgent_indirect_hours", 1, 8_760),
        other=section.number("other_hours", 1, 8_760),
        core_data=section.number("core_data_hours", 1, 8_760),
        written_confirmation=section.number("written_confirmation_hours", 1, 8_760),
    )
    section.close()
    return clocks


def _agree_with_itself(agreement: Agreement) -> None:
    """What parts of the document say about each other."""
    if agreement.ends is not None and agreement.ends < agreement.begins:
        raise refuse("in_force/until", "wrong_form", value=agreement.ends.isoformat())
    if (agreement.version == 1) != (agreement.previous is None):
        raise refuse("previous", "wrong_form", value=str(agreement.previous))
    for clause in agreement.clauses:
        for kind in clause.kinds:
            if kind not in agreement.retention.kinds:
                raise refuse(f"retention/kinds/{kind}", "missing")
