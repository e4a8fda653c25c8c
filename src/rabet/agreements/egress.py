"""The second gate: asked by the key process about the final clear bytes of a message, just before they are sealed.

Written from the prose of docs/explanation/release-decision.md apart from rules.py and decision.py, and sharing nothing with them but
the parsed document, so that a fault there, or a program that skips them, does not open the door. It answers one question only: is
there anything in this message that may not leave? It is stricter where it can see less (it judges persons by the leaves disclosed).
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from rabet.agreements.document import Agreement, Clause
from rabet.agreements.parsing import parse_agreement
from rabet.agreements.reasons import ReasonId
from rabet.records.bad_input import BadInput

CODES = ("H0", "H1", "H2", "H3")
ORDER = ("statistics", "consignment", "person")
SUSPECTED = {"suspect", "accused", "wanted", "convicted"}
BYSTANDERS = {"consumer", "relative", "contact", "witness", "victim", "coerced_courier"}
SIGNERS = {"duty_officer", "liaison_officer", "customs_officer", "analyst", "chemist", "supervisor"}
SECONDS = {"liaison_officer", "supervisor"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingRelease:
    """A record message as its bytes say it.

    The first lines come from the signed header (retain_until: ISO date; digest: hex SHA-256 of the header's bytes); values: path ->
    value of every disclosed leaf; classes: path -> release class worked out anew from these leaves; the rest is the evidence that
    travels with it. approvals: objects with role, pseudonym, agency, digest, paths; assurances: agreement, giver, item, offence,
    excludes, expires; consents: author, item, to, up_to, until (the facts of rabet.agreements.facts fit).
    """

    kind: str
    id: str
    author: str
    state: str
    handling: str
    purpose: str
    offence: str
    retain_until: str
    digest: str
    sender: str
    receiver: str
    receiver_card: str
    values: Mapping[str, Any]
    classes: Mapping[str, str]
    text_clear: bool
    neutral: bool
    breach: bool
    approvals: Sequence[Any] = ()
    assurances: Sequence[Any] = ()
    consents: Sequence[Any] = ()


def check_release(data: bytes, message: OutgoingRelease, now: datetime, *, signed_by: Collection[str], stopped: bool) -> tuple[ReasonId, ...]:
    """Return why the message may not leave; empty means it may.

    data: exact bytes of the agreement; signed_by: parties whose signature over them was verified; stopped: it is suspended or replaced.
    """
    try:
        agreement = parse_agreement(data)
    except BadInput:
        return ("gate_document",)
    whole = stopped is False and {party.id for party in agreement.parties} <= set(signed_by)
    try:
        objections = _objections(agreement, message, now)
    except (AttributeError, KeyError, TypeError, ValueError):
        return ("gate_message",)
    return objections if whole else ("gate_document", *objections)


def _objections(agreement: Agreement, message: OutgoingRelease, now: datetime) -> tuple[ReasonId, ...]:
    found: dict[ReasonId, bool] = {
        "gate_dates": not _dates_fit(agreement, message, now),
        "gate_parties": not _parties_fit(agreement, message),
        "gate_record": not _whole(message),
        "gate_consent": message.author != message.sender and not _consented(message, now),
        "gate_clause": not _paths_fit(agreement, message),
        "gate_rights": not _rights_fit(agreement, message, now),
        "gate_person": not all(_person_fits(element, message) for element in _persons(message)),
        "gate_approval": not _approved(agreement, message),
    }
    return tuple(reason for reason, stops in found.items() if stops)


def _dates_fit(agreement: Agreement, message: OutgoingRelease, now: datetime) -> bool:
    today = now.astimezone(UTC).date()
    running = agreement.begins <= today and not (agreement.ends and agreement.ends < today)
    return running and today <= date.fromisoformat(message.retain_until)


def _whole(message: OutgoingRelease) -> bool:
    return bool(message.id) and message.state == "current" and bool(message.values) and set(message.values) == set(message.classes)


def _parties_fit(agreement: Agreement, message: OutgoingRelease) -> bool:
    cards = {party.id: party.card for party in agreement.parties}
    return message.sender in cards and message.sender != message.receiver and cards.get(message.receiver) == message.receiver_card


def _consented(message: OutgoingRelease, now: datetime) -> bool:
    highest = max(_level(message, path) for path in message.values)
    return any(
        one.author == message.author
        and one.item == message.id
        and one.to == message.receiver
        and one.until > now
        and ORDER.index(one.up_to) >= highest
        for one in message.consents
    )


def _level(message: OutgoingRelease, path: str) -> int:
    """0 statistics, 1 consignment, 2 person; whatever is not known to be less is a person, and internal fields are beyond all."""
    return _rank(message, message.classes[path])


def _rank(message: OutgoingRelease, name: str) -> int:
    if name == "text":
        return 1 if message.text_clear is True else 2
    return ORDER.index(name) if name in ORDER else 3


def _nominal(message: OutgoingRelease) -> set[str]:
    names = {name for name in set(message.classes.values()) if _rank(message, name) >= 2}
    return {path for path in message.values if message.classes[path] in names}


def _alike(agreement: Agreement, message: OutgoingRelease) -> Mapping[str, set[str]]:
    """Paths that no clause tells apart, by one of them: same class, same person; each by itself where a clause names fields."""
    named = any(clause.only or clause.excluded for clause in agreement.clauses)
    groups: dict[tuple[str, str], set[str]] = {}
    for path in message.values:
        name = message.classes[path]
        apart = path if named else _element(path) if name == "person" else ""
        groups.setdefault((name, apart), set()).add(path)
    return {next(iter(paths)): paths for paths in groups.values()}


def _paths_fit(agreement: Agreement, message: OutgoingRelease) -> bool:
    clauses = [clause for clause in agreement.clauses if _speaks(clause, message)]
    return bool(clauses) and all(any(_opens(clause, path, message) for clause in clauses) for path in _alike(agreement, message))


def _speaks(clause: Clause, message: OutgoingRelease) -> bool:
    return (
        clause.understood
        and message.sender in clause.from_parties
        and message.receiver in clause.to_parties
        and message.kind in clause.kinds
        and message.purpose in clause.purposes
        and message.offence in clause.offences
        and CODES.index(message.handling) <= CODES.index(clause.handling_max)
    )


def _opens(clause: Clause, path: str, message: OutgoingRelease) -> bool:
    if _level(message, path) > ORDER.index(clause.up_to):
        return False
    if clause.only and not any(_below(pattern, path) for pattern in clause.only):
        return False
    if any(_below(pattern, path) for pattern in clause.excluded):
        return False
    element = _element(path) if message.classes[path] == "person" else ""
    return not element or message.values.get(f"{element}/category") in clause.persons


def _below(pattern: str, path: str) -> bool:
    wanted, given = pattern.split("/"), path.split("/")
    return len(wanted) <= len(given) and all(one in ("*", other) for one, other in zip(wanted, given, strict=False))


def _rights_fit(agreement: Agreement, message: OutgoingRelease, now: datetime) -> bool:
    tier = next((one.tier for one in agreement.conditions if (one.from_party, one.to_party) == (message.sender, message.receiver)), "blocked")
    highest = max((_rank(message, name) for name in {message.classes[path] for path in message.values}), default=0)
    if tier == "persons_with_assurance":
        limit = 2 if any(_assures(one, agreement, message, now) for one in message.assurances) else 1
    else:
        limit = {"persons": 2, "consignment": 1, "statistics": 0}.get(tier, -1)
    return highest <= (min(limit, 1) if message.breach is not False else limit)


def _assures(one: Any, agreement: Agreement, message: OutgoingRelease, now: datetime) -> bool:  # noqa: ANN401
    about = (one.agreement, one.giver, one.item, one.offence) == (agreement.id, message.receiver, message.id, message.offence)
    return about and one.expires > now and {"death_sentence", "torture"} <= set(one.excludes)


def _element(path: str) -> str:
    return "/".join(path.split("/", 2)[:2]) if path.startswith("parties/") else ""


def _persons(message: OutgoingRelease) -> set[str]:
    return {_element(path) for path in message.values if message.classes.get(path) == "person"} - {""}


def _person_fits(element: str, message: OutgoingRelease) -> bool:
    """A person leaves only as a known adult whose category and status, disclosed with him, belong together."""
    category, status = message.values.get(f"{element}/category"), message.values.get(f"{element}/status_class")
    standing = status in SUSPECTED if category in SUSPECTED else category in BYSTANDERS and status == "none"
    return standing and message.values.get(f"{element}/adult") is True


def _approved(agreement: Agreement, message: OutgoingRelease) -> bool:
    """Person data and handling H2, H3 need two people of the sender; so does what only clauses with mode "approved" open."""
    needed = set(message.values) if message.handling not in CODES[:2] else _nominal(message) | _by_hand(agreement, message)
    if _nominal(message) and message.neutral is not True:
        return False
    good = [one for one in message.approvals if _holds(one, agreement, message)]
    return all(_two(path, good) for path in needed)


def _by_hand(agreement: Agreement, message: OutgoingRelease) -> set[str]:
    at_once = [clause for clause in agreement.clauses if clause.mode == "automatic" and _speaks(clause, message)]
    groups = _alike(agreement, message)
    return set[str]().union(*(paths for path, paths in groups.items() if not any(_opens(clause, path, message) for clause in at_once)))


def _holds(one: Any, agreement: Agreement, message: OutgoingRelease) -> bool:  # noqa: ANN401
    said = json.dumps(["rabet-release/1", agreement.digest, message.receiver, message.digest, sorted(one.paths)], separators=(",", ":"))
    return one.agency == message.sender and one.role in SIGNERS and one.digest == hashlib.sha256(said.encode()).hexdigest()


def _two(path: str, approvals: Sequence[Any]) -> bool:
    people = {one.pseudonym for one in approvals if path in one.paths}
    return len(people) >= 2 and any(path in one.paths and one.role in SECONDS for one in approvals)
