"""From the values of casework to what the API answers."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rabet.agreements.reasons import Reason, explain
from rabet.casework.reading import RecordView
from rabet.casework.reporting import Outcome
from rabet.casework.values import Alert, Event, ListRow, Withheld
from rabet.web.live import Frame, frame

Json = dict[str, Any]


def outcome(made: Outcome, language: str) -> Json:
    waiting = [{"partner": partner, "release": release} for partner, release in made.waiting]
    return {
        "record": made.record,
        "version": made.version,
        "repeated": made.repeated,
        "sent": list(made.sent),
        "waiting": waiting,
        "withheld": withheld(made.withheld, language),
        "alerts": made.alerts,
    }


def withheld(found: Iterable[Withheld], language: str) -> list[Json]:
    return [
        {
            "partner": one.partner,
            "version": one.version,
            "part": one.part,
            "reasons": [_reason(one.partner, *reason, language) for reason in one.reasons],
        }
        for one in found
    ]


def _reason(partner: str, name: str, clause: str, article: str, language: str) -> Json:
    text = explain(Reason(name, clause, article, params=(("partner", partner),)), language)  # type: ignore[arg-type]
    return {"id": name, "clause": clause, "article": article, "text": text}


def row(found: ListRow) -> Json:
    return {**asdict(found), "at": found.at.isoformat(), "danger": found.danger.split(",") if found.danger else []}


def record(view: RecordView) -> Json:
    header, version = view.version.header, view.version
    return {
        "header": asdict(header),
        "origin": version.origin,
        "sender": version.sender,
        "agreement": version.agreement,
        "body": dict(view.body),
        "persons_hidden": view.persons_hidden,
        "versions": [{"version": number, "state": state, "at": at} for number, state, at in view.versions],
        "alerts": [alert(one) for one in view.alerts],
    }


def alert(one: Alert) -> Json:
    reasons = [(kind, value) for _id, kind, value in one.reasons]
    return {"record": one.record, "other": one.other, "person": one.person, "at": one.at.isoformat(), "reasons": reasons}


def fate(view: RecordView, language: str) -> Json:
    releases = [
        {
            "id": one.id,
            "version": one.version,
            "partner": one.partner,
            "agreement": one.agreement,
            "part": one.part,
            "state": one.state,
            "approvals": len(one.approvals),
            "at": one.at.isoformat(),
        }
        for one in view.releases
    ]
    receipts = [
        {"version": version, "partner": partner, "state": state, "detail": detail, "at": at}
        for version, partner, state, detail, at in view.receipts
    ]
    header = view.version.header
    said = withheld(view.withheld, language)
    return {
        "record": header.id, "version": header.version, "state": header.state, "releases": releases, "withheld": said, "receipts": receipts,
    }  # fmt: skip


def event(one: Event, rows: Mapping[str, ListRow]) -> Json:
    found = rows.get(one.record)
    return {
        "number": one.number,
        "kind": one.kind,
        "record": one.record,
        "partner": one.partner,
        "detail": dict(one.detail),
        "at": one.at.isoformat() if isinstance(one.at, datetime) else "",
        "row": row(found) if found else None,
    }


def event_frames(events: Sequence[Event], rows: Mapping[str, ListRow], form: str) -> Sequence[Frame]:
    """Return one server-sent event of JSON per event."""
    del form
    return [frame(one.number, "event", json.dumps(event(one, rows), ensure_ascii=False)) for one in events]
