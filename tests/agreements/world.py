"""Three invented agencies, their agreement and one seizure with everything in it: what the tests of this folder start from."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from rabet.agreements.document import Agreement, Authority, Party
from rabet.agreements.drafting import DraftTerms, draft
from rabet.agreements.facts import (
    AccessContext,
    Approval,
    Assurance,
    Consent,
    ItemFacts,
    PartnerFacts,
    PersonFacts,
    RecordFacts,
    ReleaseContext,
    release_digest,
)
from rabet.agreements.parsing import parse_agreement
from rabet.agreements.standing import HeldAgreement
from rabet.casework.values import Officer
from rabet.records.kinds import release_classes

DOCS = Path(__file__).parents[2] / "docs"
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
AGENCIES = {"khazar": ("AZ", "Khazar"), "volga": ("RU", "Volga"), "alborz": ("IR", "Alborz")}


def four(text: str) -> dict[str, str]:
    return {language: f"{text} ({language})" for language in ("en", "fa", "az", "ru")}


def party(agency: str, port: int = 7001) -> Party:
    state, name = AGENCIES[agency]
    authority = Authority("contact_point", four(f"Contact point of {name}"))
    return Party(id=agency, state=state, name=four(name), card=card_of(agency), host="node.example", port=port, authorities=(authority,))


def card_of(agency: str) -> str:
    return agency.encode().hex().ljust(64, "0")


def drafted(template: str = "bilateral", agencies: tuple[str, ...] = ("khazar", "volga"), **changes: Any) -> bytes:  # noqa: ANN401
    terms = DraftTerms(
        id="-".join(agencies),
        number="17/2026",
        signed_on=date(2026, 1, 10),
        begins=date(2026, 2, 1),
        ends=date(2030, 12, 31),
        offices={agency: four(f"Head of {agency}") for agency in agencies},
        rights={(giver, taker): "persons" for giver in agencies for taker in agencies if giver != taker},
    )
    return draft(template, [party(agency) for agency in agencies], replace(terms, **changes))


def changed(data: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """The document with one change, in other bytes."""
    document = json.loads(data)
    change(document)
    return json.dumps(document, ensure_ascii=False).encode()


def agreement(change: Callable[[dict[str, Any]], object] | None = None, **terms: Any) -> Agreement:  # noqa: ANN401
    data = drafted(**terms)
    return parse_agreement(changed(data, change) if change else data)


def held(change: Callable[[dict[str, Any]], object] | None = None, **terms: Any) -> HeldAgreement:  # noqa: ANN401
    return HeldAgreement(agreement(change, **terms), "in_force")


LEAVES: Mapping[str, Any] = {
    "case_number": "114/26",
    "protocol_number": "P-9",
    "circumstances": "control",
    "seized_at/from": "2026-11-20T08:00+04:00",
    "seized_at/precision": "minute",
    "place/country": "AZ",
    "place/post": "Astara",
    "transport": "road",
    "exhibits/.01/type": "drug",
    "exhibits/.01/substance": "methamphetamine",
    "exhibits/.01/quantity/value": "12.5",
    "exhibits/.01/quantity/unit": "kg",
    "exhibits/.01/bag_seal": "B-77",
    "identifiers/.11/kind": "container",
    "identifiers/.11/value": "MSKU3456783",
    "identifiers/.11/nature": "company",
    "identifiers/.12/kind": "phone",
    "identifiers/.12/value": "+994000000001",
    "parties/.21/nature": "natural",
    "parties/.21/category": "suspect",
    "parties/.21/status_class": "accused",
    "parties/.21/adult": True,
    "parties/.21/name": "Simulated Person",
    "parties/.22/nature": "company",
    "parties/.22/name": "Simulated Trading",
    "text/summary": "Found behind a false wall.",
}
PERSON_PATHS = frozenset(path for path in LEAVES if path.startswith(("parties/.21", "identifiers/.12")))
TEXT_PATHS = frozenset({"text/summary"})
STATISTICS = frozenset(path for path, name in release_classes("seizure", LEAVES).items() if name == "statistics")
CONSIGNMENT = frozenset(path for path, name in release_classes("seizure", LEAVES).items() if name == "consignment")


def person(**changes: Any) -> PersonFacts:  # noqa: ANN401
    return replace(PersonFacts("suspect", "accused", adult=True, offence="transport"), **changes)


def item(**changes: Any) -> ItemFacts:  # noqa: ANN401
    facts = ItemFacts(
        kind="seizure",
        id="5e" * 16,
        digest="d1" * 32,
        author="khazar",
        holder="khazar",
        handling="H1",
        purpose="investigation",
        offence="transport",
        state="current",
        retain_until=date(2029, 1, 1),
        blocked=False,
        text_clear=False,
        fields=release_classes("seizure", LEAVES),
        persons={"parties/.21": person()},
    )
    return replace(facts, **changes)


def partner(**changes: Any) -> PartnerFacts:  # noqa: ANN401
    return replace(PartnerFacts("volga", card_of("volga"), confirmed=True, open=True, breach=False), **changes)


def approval(
    under: HeldAgreement,
    paths: frozenset[str] = PERSON_PATHS | TEXT_PATHS,
    role: str = "supervisor",
    pseudonym: str = "o-2",
    **changes: Any,  # noqa: ANN401
) -> Approval:
    digest = release_digest(under.document.digest, "volga", "d1" * 32, paths)
    return replace(Approval(role, pseudonym, "khazar", digest, paths), **changes)


def two_approvals(under: HeldAgreement, paths: frozenset[str] = PERSON_PATHS | TEXT_PATHS) -> tuple[Approval, Approval]:
    return approval(under, paths, "duty_officer", "o-1"), approval(under, paths)


def assurance(**changes: Any) -> Assurance:  # noqa: ANN401
    both = frozenset({"death_sentence", "torture"})
    given = Assurance("khazar-volga", "volga", "5e" * 16, "transport", "Prosecutor", both, NOW + timedelta(days=30))
    return replace(given, **changes)


def consent(**changes: Any) -> Consent:  # noqa: ANN401
    return replace(Consent("alborz", "5e" * 16, "volga", "person", NOW + timedelta(hours=5)), **changes)


def context(**changes: Any) -> ReleaseContext:  # noqa: ANN401
    return replace(ReleaseContext(now=NOW, neutrality_attested=True), **changes)


def officer(**changes: Any) -> Officer:  # noqa: ANN401
    given = Officer(id="o-1", agency="khazar", unit="astara", roles=frozenset({"duty_officer"}), clearance="H2", cases=frozenset({"c-1"}))
    return replace(given, **changes)


def record(**changes: Any) -> RecordFacts:  # noqa: ANN401
    facts = RecordFacts(
        id="5e" * 16,
        author="khazar",
        holder="khazar",
        agreement_status="",
        case="c-1",
        unit="astara",
        purposes=frozenset({"investigation"}),
        handling="H1",
        automated=True,
        named=frozenset(),
        consents=(),
        retain_until=date(2029, 1, 1),
        state="current",
        blocked=False,
    )
    return replace(facts, **changes)


def using(**changes: Any) -> AccessContext:  # noqa: ANN401
    return replace(AccessContext(now=NOW, purpose="investigation"), **changes)
