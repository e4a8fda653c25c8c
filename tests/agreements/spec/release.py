"""The rules of release as a table: one situation a row, what goes, what waits, and every reason (docs/explanation/release-decision.md)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.agreements import world
from tests.agreements.world import CONSIGNMENT, LEAVES, NOW, PERSON_PATHS, STATISTICS, TEXT_PATHS

from rabet.agreements.decision import Decision, decide_release
from rabet.agreements.standing import HeldAgreement

OPEN = STATISTICS | CONSIGNMENT
PERSONS = PERSON_PATHS
PARTY = frozenset(path for path in LEAVES if path.startswith("parties/.21"))
PHONE = PERSONS - PARTY
TEXT = TEXT_PATHS
NOTHING: frozenset[str] = frozenset()
WAITS = {"waits_person_data", "waits_text_not_clear", "waits_agreed_mode"}

Change = Callable[[dict[str, Any]], object]


@dataclass(frozen=True)
class Row:
    """`case` is the sentence; what is not changed is the plain situation: an own seizure at H1, persons allowed, nobody has approved yet."""

    case: str
    goes: frozenset[str] = OPEN
    waits: frozenset[str] = PERSONS | TEXT
    reasons: set[str] = field(default_factory=lambda: {"never_leaves", *WAITS})
    agreement: Change | None = None
    status: str = "in_force"
    item: Mapping[str, Any] = field(default_factory=dict)
    partner: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)
    approved: frozenset[str] | None = None

    def held(self) -> HeldAgreement:
        return HeldAgreement(world.agreement(self.agreement), self.status)  # type: ignore[arg-type]

    def decide(self) -> Decision:
        held = self.held()
        approvals = {"approvals": world.two_approvals(held, self.approved)} if self.approved is not None else {}
        situation = world.context(**{**approvals, **self.context})
        return decide_release(held, world.item(**self.item), world.partner(**self.partner), situation)

    def holds(self) -> bool:
        decision = self.decide()
        told = {reason.id for reason in decision.reasons}
        return (decision.granted, decision.waiting, told) == (self.goes, self.waits, self.reasons)


def denied(case: str, *reasons: str, **changes: Any) -> Row:  # noqa: ANN401
    """A situation in which nothing goes and nothing waits."""
    return Row(case, NOTHING, NOTHING, {"never_leaves", *reasons}, **changes)


def no_persons(case: str, *reasons: str, **changes: Any) -> Row:  # noqa: ANN401
    """A situation in which no person data and no text go, and nobody can approve them."""
    return Row(case, OPEN, NOTHING, {"never_leaves", *reasons}, **changes)


def no_party(case: str, *reasons: str, **person: Any) -> Row:  # noqa: ANN401
    """A situation in which the person listed does not go; the telephone and the text wait as ever."""
    facts = {"parties/.21": world.person(**person)}
    return Row(case, OPEN, PHONE | TEXT, {"never_leaves", *reasons, *WAITS}, item={"persons": facts})


def tier(name: str) -> Change:
    return lambda document: [one.update(tier=name) for one in document["human_rights"]]


def clauses(**changes: Any) -> Change:  # noqa: ANN401
    return lambda document: [one.update(changes) for one in document["clauses"]]


def clause(name: str, **changes: Any) -> Change:  # noqa: ANN401
    return lambda document: [one.update(changes) for one in document["clauses"] if one["id"] == name]


def only_clause(name: str, **changes: Any) -> Change:  # noqa: ANN401
    def change(document: dict[str, Any]) -> None:
        document["clauses"] = [{**one, **changes} for one in document["clauses"] if one["id"] == name]

    return change


def without_retention(document: dict[str, Any]) -> None:
    """Nothing but queries is agreed to be kept."""
    document["clauses"] = [one | {"kinds": ["query"]} for one in document["clauses"]]
    document["retention"]["kinds"] = {"query": 365}


WITHOUT_STATUS = {path: "person" if path in PARTY else name for path, name in world.item().fields.items() if not path.endswith("status_class")}
ONWARD = {"author": "alborz"}

ROWS = (
    Row("the plain situation: consignment data go at once, person data and text wait for two people"),
    # (1) agreement in force
    denied("nobody has signed", "agreement_draft", status="draft"),
    denied("one party has not signed", "agreement_offered", status="offered"),
    denied("signed by all, begins later", "agreement_signed", status="signed"),
    denied("ended", "agreement_expired", status="expired"),
    denied("suspended", "agreement_suspended", status="suspended"),
    denied("replaced", "agreement_superseded", status="superseded"),
    denied("a status nobody knows", "fact_missing", status="perhaps"),
    denied("said to be in force the day before it begins", "agreement_signed", context={"now": datetime(2026, 1, 31, 23, 59, tzinfo=UTC)}),
    Row("the first day", context={"now": datetime(2026, 2, 1, tzinfo=UTC)}),
    Row("the last day", context={"now": datetime(2030, 12, 31, 23, 59, tzinfo=UTC)}, item={"retain_until": date(2031, 1, 1)}),
    denied(
        "said to be in force the day after it ended",
        "agreement_expired",
        context={"now": datetime(2031, 1, 1, tzinfo=UTC)},
        item={"retain_until": date(2031, 1, 1)},
    ),
    # (2) recipient in the directory
    denied(
        "held by an agency that is no party",
        "holder_not_party",
        "fact_missing",
        "direction_not_covered",
        item={"author": "alborz", "holder": "alborz"},
    ),
    denied(
        "to an agency that is no party",
        "partner_not_in_directory",
        "fact_missing",
        "direction_not_covered",
        partner={"agency": "alborz", "card": world.card_of("alborz")},
    ),
    denied("to itself", "partner_not_in_directory", "fact_missing", partner={"agency": "khazar", "card": world.card_of("khazar")}),
    denied("the card is another", "partner_card_differs", partner={"card": world.card_of("alborz")}),
    denied("the fingerprint was not compared", "partner_card_differs", partner={"confirmed": False}),
    denied("exchange with the partner was stopped here", "partner_stopped", partner={"open": False}),
    # the record
    denied("recalled", "recalled", item={"state": "recalled"}),
    Row("the last day of keeping", item={"retain_until": NOW.date()}),
    denied("kept too long", "retention_over", item={"retain_until": NOW.date() - timedelta(days=1)}),
    denied("no time of keeping agreed for the kind", "retention_not_agreed", "kind_not_covered", agreement=without_retention),
    denied("blocked by the data-protection officer", "blocked_by_protection_officer", item={"blocked": True}),
    Row(
        "a field of no known class",
        OPEN - {"protocol_number"},
        reasons={"never_leaves", "class_unknown", *WAITS},
        item={"fields": {**world.item().fields, "protocol_number": "harmless"}},
    ),
    # originator control
    denied("passed on without its author's consent", "originator_consent_missing", item=ONWARD),
    Row("passed on with consent", item={**ONWARD, "consents": (world.consent(),)}),
    denied("the lease of the consent ran out", "originator_consent_missing", item={**ONWARD, "consents": (world.consent(until=NOW),)}),
    denied("consent for another recipient", "originator_consent_missing", item={**ONWARD, "consents": (world.consent(to="alborz"),)}),
    denied("consent for another record", "originator_consent_missing", item={**ONWARD, "consents": (world.consent(item="other"),)}),
    denied("consent of another than the author", "originator_consent_missing", item={**ONWARD, "consents": (world.consent(author="khazar"),)}),
    no_persons(
        "consent for consignment data only", "originator_consent_narrower", item={**ONWARD, "consents": (world.consent(up_to="consignment"),)}
    ),
    Row(
        "consent for statistics only",
        STATISTICS,
        NOTHING,
        {"never_leaves", "originator_consent_narrower"},
        item={**ONWARD, "consents": (world.consent(up_to="statistics"),)},
    ),
    # (7) human rights
    denied("blocked", "rights_blocked", agreement=tier("blocked")),
    Row("statistics only", STATISTICS, NOTHING, {"never_leaves", "rights_statistics_only"}, agreement=tier("statistics")),
    no_persons("no persons", "rights_no_persons", agreement=tier("consignment")),
    no_persons("an assurance is asked for and missing", "assurance_missing", agreement=tier("persons_with_assurance")),
    Row("an assurance is asked for and given", agreement=tier("persons_with_assurance"), context={"assurances": (world.assurance(),)}),
    no_persons(
        "the assurance lapsed",
        "assurance_lapsed",
        agreement=tier("persons_with_assurance"),
        context={"assurances": (world.assurance(expires=NOW),)},
    ),
    *(
        no_persons(
            f"an assurance that fails in its {name}",
            "assurance_missing",
            agreement=tier("persons_with_assurance"),
            context={"assurances": (world.assurance(**{name: value}),)},
        )
        for name, value in {
            "agreement": "other",
            "giver": "khazar",
            "item": "other",
            "offence": "laundering",
            "excludes": frozenset({"torture"}),
        }.items()
    ),
    no_persons("a breach of an assurance was reported", "assurance_breach", partner={"breach": True}),
    # (4) persons
    no_party("nothing is known of the person's category", "person_unknown", "person_without_status", category=None),
    no_party("category unknown", "person_unknown", "person_without_status", category="unknown"),
    no_party("perhaps under age", "perhaps_minor", adult=None),
    no_party("under age", "perhaps_minor", adult=False),
    no_party("acquitted", "person_cleared", status_class="acquitted"),
    no_party("proceedings dropped", "person_cleared", status_class="dropped"),
    no_party("listed as cleared", "person_cleared", category="cleared", status_class="none"),
    no_party("no status recorded", "person_without_status", status_class=None),
    no_party("a suspect without proceedings", "person_without_status", status_class="none"),
    no_party("a witness with a suspect's status", "person_without_status", category="witness"),
    Row(
        "a witness, where a clause names witnesses",
        agreement=clause("persons", persons=["witness"]),
        item={"persons": {"parties/.21": world.person(category="witness", status_class="none")}},
    ),
    Row(
        "a person of whom no facts are at hand",
        OPEN,
        PHONE | TEXT,
        {"never_leaves", "person_unknown", "perhaps_minor", "person_without_status", *WAITS},
        item={"persons": {}},
    ),
    Row(
        "a person without status in the record",
        OPEN,
        PHONE | TEXT,
        {"never_leaves", "person_unqualified", *WAITS},
        item={"fields": WITHOUT_STATUS},
    ),
    # (3) kind, (5) purpose, (6) handling, offence, direction
    denied("no clause for this direction", "direction_not_covered", agreement=clauses(**{"from": ["volga"], "to": ["khazar"]})),
    denied("no clause for this kind", "kind_not_covered", agreement=clauses(kinds=["statement"])),
    denied("no clause for this purpose", "purpose_not_covered", agreement=clauses(purposes=["laboratory_comparison"])),
    Row("a purpose for which only statistics go", STATISTICS, NOTHING, {"never_leaves", "class_not_covered"}, item={"purpose": "statistics"}),
    denied("handling above every clause", "handling_above_limit", item={"handling": "H3"}),
    denied("another offence", "offence_not_covered", agreement=clauses(offences=["laundering"])),
    denied("no offence", "offence_not_covered", item={"offence": ""}),
    denied("every clause holds a term that is not understood", "clause_not_understood", agreement=clauses(unless="it rains")),
    Row(
        "one clause holds a term that is not understood",
        OPEN,
        NOTHING,
        {"never_leaves", "class_not_covered"},
        agreement=clause("persons", unless="it rains"),
    ),
    # which fields a clause opens
    Row("no clause reaches persons", OPEN, NOTHING, {"never_leaves", "class_not_covered"}, agreement=only_clause("consignment")),
    Row(
        "only some fields",
        frozenset({"exhibits/.01/substance", "place/country", "place/post"}),
        NOTHING,
        {"never_leaves", "class_not_covered", "field_excluded"},
        agreement=only_clause("consignment", fields={"only": ["exhibits/*/substance", "place"]}),
    ),
    Row(
        "some fields left out",
        OPEN - {"place/post", "place/country"},
        NOTHING,
        {"never_leaves", "class_not_covered", "field_excluded"},
        agreement=only_clause("consignment", fields={"except": ["place"]}),
    ),
    Row(
        "a person whose status is left out stays back whole",
        NOTHING,
        OPEN | PHONE | TEXT,
        {"never_leaves", "field_excluded", *WAITS},
        agreement=only_clause("persons", fields={"except": ["parties/*/status_class"]}),
    ),
    Row(
        "a category no clause names",
        OPEN,
        PHONE | TEXT,
        {"never_leaves", "class_not_covered", "category_not_covered", *WAITS},
        agreement=clause("persons", persons=["convicted"]),
    ),
    # (8) people
    Row("two people approved", OPEN | PERSONS | TEXT, NOTHING, {"never_leaves"}, approved=PERSONS | TEXT),
    Row("two people approved a part", OPEN | PHONE, PARTY | TEXT, {"never_leaves", *WAITS}, approved=PHONE),
    Row(
        "two people approved a person without category", OPEN, PERSONS | TEXT, {"never_leaves", *WAITS}, approved=frozenset({"parties/.21/name"})
    ),
    Row("neutrality not attested", reasons={"never_leaves", "waits_neutrality", *WAITS}, context={"neutrality_attested": False}),
    Row(
        "approved, but neutrality not attested",
        OPEN,
        PERSONS | TEXT,
        {"never_leaves", "waits_neutrality"},
        approved=PERSONS | TEXT,
        context={"neutrality_attested": False},
    ),
    Row(
        "an automatic clause never carries persons",
        agreement=clauses(mode="automatic"),
        reasons={"never_leaves", "waits_person_data", "waits_text_not_clear"},
    ),
    Row(
        "text marked clear goes as consignment data",
        OPEN | TEXT,
        PERSONS,
        {"never_leaves", "waits_person_data", "waits_agreed_mode"},
        item={"text_clear": True},
    ),
    Row(
        "handling H2 goes only after two people",
        NOTHING,
        OPEN | PERSONS | TEXT,
        {"never_leaves", "waits_handling", *WAITS},
        item={"handling": "H2"},
    ),
    Row("handling H2, approved", OPEN, PERSONS | TEXT, {"never_leaves", "waits_handling", *WAITS}, item={"handling": "H2"}, approved=OPEN),
    Row("every clause asks for approval", NOTHING, OPEN | PERSONS | TEXT, {"never_leaves", *WAITS}, agreement=clauses(mode="approved")),
)
