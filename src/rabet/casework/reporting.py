"""Report records: check, sign once, store, compare, and let the permitted part leave, all in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from rabet.agreements.terms import OFFENCES, PURPOSES
from rabet.casework import comparing, releasing, statements
from rabet.casework.desk import Desk
from rabet.casework.fields import Fields, identifier_rows, list_row
from rabet.casework.ports import UnitOfWork
from rabet.casework.refusal import Refused
from rabet.casework.values import AuditEntry, Event, IdentifierRow, Officer, Version, Withheld
from rabet.records.bad_input import BadInput, Problem, refuse
from rabet.records.disclosure import commit
from rabet.records.header import EVALUATION, HANDLING, ID, Header, write_header
from rabet.records.kinds import KINDS
from rabet.records.signing import Purpose, Signature
from rabet.records.validation import check_body
from rabet.vocabulary.tables import codes_of

MAX_AT_ONCE = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A record before it is signed. id: 32 hex made by whoever writes it, so that a repeat is recognised; "" lets the node make one.

    handling, purpose, retain_until, evaluation: "" takes the node's default, in a correction what the record has; offence: closed list,
    needed where persons are named.
    """

    kind: str
    body: Mapping[str, Any]
    id: str = ""
    handling: str = ""
    purpose: str = ""
    offence: str = ""
    retain_until: str = ""
    evaluation: str = ""
    urgent: bool = False
    case: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an act did with one record. sent: partners a part left for; waiting: (partner, release id); withheld: for the owner's eyes."""

    record: str
    version: int
    repeated: bool = False
    sent: tuple[str, ...] = ()
    waiting: tuple[tuple[str, str], ...] = ()
    withheld: tuple[Withheld, ...] = ()
    alerts: int = 0


@dataclass(frozen=True, slots=True)
class Prepared:
    """A draft made into a signed version, before anything is stored."""

    draft: Draft
    header: Header
    header_text: str
    fields: Fields
    signatures: tuple[Signature, ...] = ()


_DRAFT_KEYS = {"kind": str, "id": str, "handling": str, "purpose": str, "offence": str, "retain_until": str,
               "evaluation": str, "urgent": bool, "case": str, "body": dict}  # fmt: skip


def read_draft(data: Any) -> Draft:  # noqa: ANN401 - JSON as read_json gave it
    """Take a draft from JSON: {"kind", "body", ...}; unknown keys are refused, because a misspelt "urgnet" must not pass unseen.

    Raises:
        BadInput: wrong shape.
    """
    if not isinstance(data, dict):
        raise refuse("", "not_an_object")
    problems = [Problem(key, "unknown_key", {"key": key[:40]}) for key in data if key not in _DRAFT_KEYS]
    problems += [
        Problem(key, "wrong_type", {"expected": kind.__name__})
        for key, kind in _DRAFT_KEYS.items()
        if key in data and type(data[key]) is not kind
    ]
    problems += [Problem(key, "missing") for key in ("kind", "body") if key not in data]
    if problems:
        raise BadInput(*problems)
    return Draft(**data)


def report(desk: Desk, officer: Officer, drafts: Sequence[Draft], *, share: bool = True, imported: bool = False) -> tuple[Outcome, ...]:
    """Sign and store the drafts and send what the agreements allow; a draft repeated with the same id and body takes no second effect.

    Raises:
        BadInput: a draft is not one of its kind, or its id belongs to another record; nothing is stored.
        Refused: the officer's roles may not author this kind.
    """
    if len(drafts) > MAX_AT_ONCE:
        raise refuse("", "too_many_items", limit=MAX_AT_ONCE)
    prepared = sign(desk, [prepare(desk, officer, draft, at=str(i) if len(drafts) > 1 else "") for i, draft in enumerate(drafts)])
    with desk.store.begin() as uow:
        uow.prefetch([item.header.id for item in prepared])
        outcomes: list[Outcome] = []
        rows: list[IdentifierRow] = []
        for item in prepared:
            outcome = _repeat(uow, item)
            if outcome is None:
                outcome, keys = _store(desk, uow, officer, item, share=share, imported=imported)
                rows.extend(keys)
            outcomes.append(outcome)
        counts = comparing.told(desk, uow, officer, comparing.compare(desk, uow, rows))
    return tuple(replace(outcome, alerts=counts.get(outcome.record, 0)) for outcome in outcomes)


def prepare(desk: Desk, officer: Officer, draft: Draft, *, at: str = "", version: int = 1, previous: str = "") -> Prepared:
    """Validate a draft and commit to its fields. `at` stands before the path of each problem."""
    _check(desk, officer, draft, at)
    today = desk.clock.now().date()
    commitment = commit(dict(draft.body), desk.randomness)
    header = Header(
        kind=draft.kind,
        id=draft.id or desk.new_id(),
        version=version,
        author=desk.agency,
        state="current",
        previous=previous,
        handling=draft.handling or desk.handling,
        purpose=draft.purpose or desk.purpose,
        offence=draft.offence or desk.offence,
        retain_until=draft.retain_until or (today + timedelta(days=KINDS[draft.kind].retention_days)).isoformat(),
        evaluation=draft.evaluation or "official",
        leaves=commitment.size,
        root=commitment.root,
    )
    fields = Fields.committed(draft.kind, commitment)
    return Prepared(draft, header, write_header(header), fields)


def _check(desk: Desk, officer: Officer, draft: Draft, at: str) -> None:
    try:
        check_body(draft.kind, draft.body, codes_of)
        check_header(desk, draft)
    except BadInput as error:
        problems = (Problem("/".join(filter(None, (at, p.path))), p.id, p.params) for p in error.problems)
        raise BadInput(*problems) from None
    if not officer.roles & set(KINDS[draft.kind].authors):
        raise Refused("author_role")


def check_case(uow: UnitOfWork, officer: Officer, case: str) -> None:
    """A record is put under an open case of the officer, or of the system's unit: need-to-know follows it, and it stands in the audit log.

    Raises:
        BadInput: the case is none of his.
    """
    known = next((one for one in uow.cases() if one.id == case), None) if case else None
    his = known is not None and (case in officer.cases or (officer.is_system and known.unit == officer.unit))
    if case and (known is None or known.closed or not his):
        raise refuse("case", "unknown_code", value=case[:40], table="case")


def check_header(desk: Desk, draft: Draft) -> None:
    """Check what will stand in the header: codes, id, and a date within the longest retention of its kind."""
    for name, value, good in (
        ("id", draft.id, not draft.id or ID.fullmatch(draft.id)),
        ("handling", draft.handling, draft.handling in ("", *HANDLING)),
        ("evaluation", draft.evaluation, not draft.evaluation or EVALUATION.fullmatch(draft.evaluation)),
        ("purpose", draft.purpose, draft.purpose in ("", *PURPOSES)),
        ("offence", draft.offence, draft.offence in ("", *OFFENCES)),
    ):
        if not good:
            raise refuse(name, "wrong_form", value=value[:40])
    if draft.retain_until:
        _check_retention(desk, draft)


def _check_retention(desk: Desk, draft: Draft) -> None:
    try:
        until = date.fromisoformat(draft.retain_until)
    except ValueError:
        raise refuse("retain_until", "not_date", value=draft.retain_until[:40]) from None
    today = desk.clock.now().date()
    longest = today + timedelta(days=KINDS[draft.kind].retention_days)
    if not today <= until <= longest:
        raise refuse("retain_until", "retention_out_of_range", longest=longest.isoformat())


def sign(desk: Desk, prepared: Sequence[Prepared]) -> Sequence[Prepared]:
    """Have the key process sign all headers in one round trip."""
    signatures = desk.signer.sign_many(Purpose.RECORD, [item.header_text.encode() for item in prepared])
    return [replace(item, signatures=made) for item, made in zip(prepared, signatures, strict=True)]


def _repeat(uow: UnitOfWork, item: Prepared) -> Outcome | None:
    """Recognise a report that was already taken: same id, same body. Another body under a known id is a mistake that must be seen."""
    held = uow.version(item.header.id, 1)
    if held is None:
        return None
    content = uow.content(held)
    if held.origin == "own" and content is not None and Fields.of(held.header.kind, content).body() == item.fields.body():
        newest = uow.version(item.header.id) or held
        return Outcome(record=item.header.id, version=newest.header.version, repeated=True)
    raise refuse("id", "id_taken", id=item.header.id)


def _store(
    desk: Desk, uow: UnitOfWork, officer: Officer, item: Prepared, *, share: bool, imported: bool
) -> tuple[Outcome, Sequence[IdentifierRow]]:
    check_case(uow, officer, item.draft.case)
    version = own_version(desk, uow, officer, item, imported=imported)
    rows = keep(uow, version, item.fields)
    uow.audit(_entry("record.reported", officer, item))
    uow.event(Event(kind="record", record=item.header.id, detail={"version": 1, "origin": "own"}))
    parts = releasing.release(desk, uow, releasing.proposer(officer), version, item.fields) if share else releasing.NOTHING
    return Outcome(record=item.header.id, version=1, sent=parts.sent, waiting=parts.waiting, withheld=parts.withheld), rows


def own_version(desk: Desk, uow: UnitOfWork, officer: Officer, item: Prepared, *, imported: bool = False) -> Version:
    """Make the stored form of an own version, with a fresh record key."""
    urgent = item.draft.urgent or any(path.startswith("danger/") for path in item.fields.values)
    return Version(
        header=item.header,
        header_text=item.header_text,
        signatures=item.signatures,
        origin="own",
        sender="",
        agreement="",
        case=item.draft.case,
        unit=officer.unit,
        officer=officer.id,
        urgent=urgent,
        imported=imported,
        text_clear=False,
        blocked=False,
        keep_until=item.header.retain_until,
        key_slot=uow.new_key(),
        at=desk.clock.now(),
    )


def keep(uow: UnitOfWork, version: Version, fields: Fields) -> Sequence[IdentifierRow]:
    """Store a newest version with its clear projections; return the keys to compare."""
    record = version.header.id
    before = uow.rows([record]).get(record) if version.header.version > 1 else None
    uow.add_version(version, fields.content, list_row(version, fields, laboratory=before.laboratory if before else ""))
    statements.take_effect(uow, version, fields)
    rows = identifier_rows(version, fields)
    if rows or version.header.version > 1:
        uow.set_identifiers(record, rows)
    return rows


def _entry(act: str, officer: Officer, item: Prepared) -> AuditEntry:
    return AuditEntry(
        act=act, officer=officer.id, role=chosen_role(officer, item.header.kind), about=item.header.id,
        case=item.draft.case, purpose=item.header.purpose, detail={"version": item.header.version},
    )  # fmt: skip


def chosen_role(officer: Officer, kind: str) -> str:
    """Return the role under which the officer authors this kind."""
    return next((role for role in KINDS[kind].authors if role in officer.roles), "")
