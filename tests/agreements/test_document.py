"""An agreement is read strictly: every key is needed, every code is in its list, and what is not understood never opens anything."""

import json
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from tests.agreements import world
from tests.agreements.world import changed, drafted

from rabet.agreements.document import Agreement, SignedAgreement
from rabet.agreements.parsing import parse_agreement
from rabet.records.bad_input import BadInput

PLAIN = drafted()
OPTIONAL = {"fields", "persons"}  # `persons` where a clause does not reach persons


def problem(data: bytes) -> tuple[str, str]:
    with pytest.raises(BadInput) as refused:
        parse_agreement(data)
    return refused.value.problems[0].path, refused.value.problems[0].id


def leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401
    """Every key of every object of the document."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield (*path, key)
            yield from leaves(value, (*path, key))
    elif isinstance(node, list):
        for place, value in enumerate(node[:1]):
            yield from leaves(value, (*path, place))


def reach(document: Any, path: tuple[Any, ...]) -> Any:  # noqa: ANN401
    for step in path[:-1]:
        document = document[step]
    return document


KEYS = [path for path in leaves(json.loads(PLAIN)) if path[-2:-1] != ("kinds",)]


def shown(path: tuple[Any, ...]) -> str:
    return "/".join(str(step) for step in path)


@pytest.mark.parametrize("path", KEYS, ids=shown)
def test_a_missing_key_is_refused_by_its_path(path: tuple[Any, ...]) -> None:
    data = changed(PLAIN, lambda document: reach(document, path).pop(path[-1]))
    assert problem(data) == (shown(path), "missing")


@pytest.mark.parametrize("path", KEYS, ids=shown)
@pytest.mark.parametrize("wrong", [True, [], {}, "\u202enonsense", -1, [None], "x" * 500])
def test_a_value_of_the_wrong_type_or_form_is_refused_within_its_path(path: tuple[Any, ...], wrong: Any) -> None:  # noqa: ANN401
    data = changed(PLAIN, lambda document: reach(document, path).__setitem__(path[-1], wrong))
    assert problem(data)[0].startswith(shown(path))


CONTRADICTIONS: tuple[tuple[str, Callable[[dict[str, Any]], object], str], ...] = (
    ("a form from the future", lambda d: d.update(format="rabet-agreement/2"), "format"),
    ("one party", lambda d: d["parties"].pop(), "parties"),
    ("the same party twice", lambda d: d["parties"].append(d["parties"][0]), "parties"),
    ("an address with a user name", lambda d: d["parties"][0]["reached_at"].update(host="me@node.example"), "parties/0/reached_at/host"),
    ("no port", lambda d: d["parties"][0]["reached_at"].update(port=0), "parties/0/reached_at/port"),
    ("a role nobody knows", lambda d: d["parties"][0]["authorities"][0].update(role="king"), "parties/0/authorities/0/role"),
    ("a text language that is not there prevails", lambda d: d["legal"]["texts"].pop(0), "legal/prevails"),
    ("two texts in one language", lambda d: d["legal"]["texts"].append(d["legal"]["texts"][0]), "legal/texts"),
    ("a party that did not sign the paper", lambda d: d["legal"]["signatories"].pop(), "legal/signatories"),
    ("a clause for a stranger", lambda d: d["clauses"][0].update(to=["alborz"]), "clauses/0/to/0"),
    ("a clause twice", lambda d: d["clauses"].append(d["clauses"][0]), "clauses"),
    ("a clause that forbids", lambda d: d["clauses"][0].update(effect="forbid"), "clauses/0/effect"),
    ("an unknown kind", lambda d: d["clauses"][0].update(kinds=["rumour"]), "clauses/0/kinds/0"),
    ("an unknown purpose", lambda d: d["clauses"][0].update(purposes=["curiosity"]), "clauses/0/purposes/0"),
    ("an unknown offence", lambda d: d["offences"].append("consumption"), "offences/8"),
    ("an offence the agreement does not list", lambda d: d["offences"].remove("laundering"), "clauses/0/offences/7"),
    ("a purpose twice", lambda d: d["clauses"][0].update(purposes=["detection", "detection"]), "clauses/0/purposes"),
    ("text as a class", lambda d: d["clauses"][0].update(up_to="text"), "clauses/0/up_to"),
    ("persons of unknown category", lambda d: d["clauses"][3].update(persons=["unknown"]), "clauses/3/persons/0"),
    ("acquitted persons", lambda d: d["clauses"][3].update(persons=["acquitted"]), "clauses/3/persons/0"),
    ("persons where none go", lambda d: d["clauses"][0].update(persons=["suspect"]), "clauses/0/persons"),
    ("a pattern that is code", lambda d: d["clauses"][0].update(fields={"only": [".*"]}), "clauses/0/fields/only"),
    ("patterns that are no list", lambda d: d["clauses"][0].update(fields={"except": "place"}), "clauses/0/fields/except"),
    ("a direction without condition", lambda d: d["human_rights"].pop(), "human_rights/volga-khazar"),
    ("two conditions for one direction", lambda d: d["human_rights"].append(d["human_rights"][0]), "human_rights"),
    ("an unknown tier", lambda d: d["human_rights"][0].update(tier="usually"), "human_rights/0/tier"),
    ("a kind without time of keeping", lambda d: d["retention"]["kinds"].pop("seizure"), "retention/kinds/seizure"),
    ("an unknown kind to keep", lambda d: d["retention"]["kinds"].update(rumour=1), "retention/kinds/rumour"),
    ("persons kept for six years", lambda d: d["retention"].update(persons=2191), "retention/persons"),
    ("an unknown cipher suite", lambda d: d["crypto"].update(suite="ROT13"), "crypto/suite"),
    ("a floor without Ed25519", lambda d: d["crypto"].update(floor=["ml-dsa-65"]), "crypto/floor"),
    ("ends before it begins", lambda d: d["in_force"].update(until="2026-01-01"), "in_force/until"),
    ("a day that does not exist", lambda d: d["in_force"].update(until="2026-02-30"), "in_force/until"),
    ("a second version of nothing", lambda d: d.update(version=2), "previous"),
    ("a first version of something", lambda d: d.update(previous="00" * 32), "previous"),
)


@pytest.mark.parametrize(("case", "change", "path"), CONTRADICTIONS, ids=lambda value: value if isinstance(value, str) else "")
def test_what_does_not_fit_together_is_refused(case: str, change: Callable[[dict[str, Any]], object], path: str) -> None:
    assert problem(changed(PLAIN, change))[0] == path


def test_strict_json_is_asked_first() -> None:
    assert problem(b'{"id": 1, "id": 2}')[1] == "duplicate_key"
    assert problem(b"[]") == ("", "not_an_object")


def test_an_open_end_is_said_by_null() -> None:
    assert parse_agreement(changed(PLAIN, lambda document: document["in_force"].update(until=None))).ends is None


def test_unknown_keys_are_kept_and_named() -> None:
    data = changed(PLAIN, lambda d: (d.update(note="x"), d["parties"][0].update(fax="1"), d["title"].update(kk="y")))
    agreement = parse_agreement(data)
    assert agreement.data == data
    assert set(agreement.unknown) == {"note", "parties/0/fax", "title/kk"}


def test_a_clause_with_an_unknown_key_is_not_applied() -> None:
    agreement = parse_agreement(changed(PLAIN, lambda d: (d["clauses"][0].update(unless="x"), d["clauses"][1].update(fields={"most": []}))))
    assert [clause.understood for clause in agreement.clauses] == [False, False, True, True, True]
    assert set(agreement.unknown) == {"clauses/0/unless", "clauses/1/fields/most"}


def test_a_condition_with_an_unknown_key_blocks() -> None:
    agreement = parse_agreement(changed(PLAIN, lambda d: d["human_rights"][0].update(unless="x")))
    assert [condition.tier for condition in agreement.conditions] == ["blocked", "persons"]


def test_two_documents_are_equal_when_their_bytes_are() -> None:
    same, other = parse_agreement(PLAIN), parse_agreement(PLAIN + b"\n")
    assert same == parse_agreement(bytes(PLAIN))
    assert hash(same) == hash(parse_agreement(bytes(PLAIN)))
    assert same != other
    assert same.digest == SignedAgreement(PLAIN, {}).digest != other.digest


def test_everything_is_frozen() -> None:
    def frozen(value: object) -> bool:
        if is_dataclass(value):
            return value.__dataclass_params__.frozen and all(frozen(getattr(value, field.name)) for field in fields(value))  # type: ignore[attr-defined]
        return not isinstance(value, list) and (not isinstance(value, tuple) or all(frozen(item) for item in value))

    assert frozen(parse_agreement(PLAIN))


def test_every_key_is_documented() -> None:
    text = (world.DOCS / "reference" / "agreements.md").read_text(encoding="utf-8")
    names = {str(path[-1]) for path in KEYS} - set(AGENCY_LANGUAGES) | OPTIONAL | {"only", "except"}
    assert not {name for name in names if f"`{name}`" not in text}


AGENCY_LANGUAGES = ("en", "fa", "az", "ru")


def test_an_agreement_knows_its_parties_and_conditions() -> None:
    agreement: Agreement = parse_agreement(PLAIN)
    assert agreement.party("alborz") is None
    assert agreement.condition("khazar", "khazar") is None
