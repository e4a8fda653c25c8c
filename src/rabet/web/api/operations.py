"""The operations: report, read, list, feed. Each names the act of casework that decides (x-rabet-act) and the scope its token must have."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Query, Status
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer

from rabet.casework import reading, reporting
from rabet.casework.refusal import NotFound, Refused
from rabet.casework.values import Officer, Token
from rabet.records.bad_input import BadInput
from rabet.records.strict_json import read_json
from rabet.web import problems
from rabet.web.api import forms, schemas
from rabet.web.live import LiveResponse
from rabet.web.site import Request, Site

SCOPES = ("report", "read", "feed")
REFUSALS = dict.fromkeys((400, 401, 403, 404, 409, 413, 422), schemas.Problems)
ID = r"[0-9a-f]{32}"
F = TypeVar("F", bound=Callable[..., Any])


class ScopeMissing(Exception):
    """The token is good but not for this."""


class ByToken(HttpBearer):
    """A token of one of the agency's own systems, with a scope."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Officer | None:
        site: Site = request.node  # type: ignore[attr-defined]
        found = site.people.token(token[:200])
        if found is None:
            return None
        if self.scope not in found.scopes:
            raise ScopeMissing(self.scope)
        return officer_of(found, site.desk.agency)


def officer_of(token: Token, agency: str) -> Officer:
    """Return the officer a system acts as: its own unit and clearance. Where it may read, it reads what that unit's duty officer reads."""
    roles = {"system"} if token.scopes <= {"report"} else {"system", "duty_officer"}
    return Officer(id=token.id, agency=agency, unit=token.unit, roles=frozenset(roles), clearance=token.clearance)


api = NinjaAPI(
    title="Rabet",
    version="1",
    description="For the agency's own systems. Every refusal is a sentence in the language of Accept-Language (en, fa, az, ru).",
    openapi_url="/openapi.json",
    docs_url=None,
)


def declared(act: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - OpenAPI
    """Return the extra entries of an operation."""
    return {"x-rabet-act": act, **more}


_DRAFT = {
    "type": "object",
    "required": ["kind", "body"],
    "additionalProperties": False,
    "properties": {
        "kind": {"type": "string", "description": "seizure, consignment, statement, query, answer"},
        "id": {"type": "string", "pattern": f"^{ID}$", "description": "made by the sender: a repeat is recognised by it"},
        "body": {"type": "object", "description": "fields of the kind: docs/reference/records.md"},
        "handling": {"type": "string", "enum": ["H0", "H1", "H2", "H3"]},
        "purpose": {"type": "string"},
        "offence": {"type": "string"},
        "retain_until": {"type": "string", "format": "date"},
        "evaluation": {"type": "string", "pattern": "^(official|[ABCX][1-4])$"},
        "urgent": {"type": "boolean"},
        "case": {"type": "string", "description": "an open case of the system's unit"},
    },
}
_REPORT_BODY = {
    "required": True,
    "content": {"application/json": {"schema": {"oneOf": [_DRAFT, {"type": "array", "items": _DRAFT, "minItems": 1, "maxItems": 256}]}}},
}


@api.post(
    "/reports",
    auth=ByToken("report"),
    response={201: schemas.Outcomes, **REFUSALS},
    summary="Report one record or a list of up to 256; all are stored or none",
    openapi_extra=declared("reporting.report", requestBody=_REPORT_BODY),
)
def report(request: Request) -> Status[dict[str, Any]]:
    data = _json(request)
    drafts = [reporting.read_draft(one) for one in (data if isinstance(data, list) else [data])]
    made = reporting.report(request.node.desk, request.auth, drafts)  # type: ignore[attr-defined]
    return Status(201, {"outcomes": [forms.outcome(one, request.language) for one in made]})


class Unreadable(Exception):
    """The body is not JSON that this node takes."""

    def __init__(self, error: BadInput) -> None:
        self.error = error
        super().__init__(str(error))


def _json(request: Request) -> object:
    try:
        return read_json(request.body)
    except BadInput as error:
        raise Unreadable(error) from None


@api.get(
    "/records",
    auth=ByToken("read"),
    response={200: schemas.Rows, **REFUSALS},
    summary="List records, newest first",
    openapi_extra=declared("reading.list_records"),
)
def records(request: Request, query: Query[schemas.ListQuery]) -> dict[str, Any]:
    officer = request.auth  # type: ignore[attr-defined]
    found = reading.list_records(
        request.node.desk, officer, kind=query.kind, origin=query.origin, text=query.text, after=query.after, limit=query.limit + 1
    )
    more = found[query.limit - 1].record if len(found) > query.limit else ""
    return {"records": [forms.row(one) for one in found[: query.limit]], "next": more}


@api.get(
    "/records/{record}",
    auth=ByToken("read"),
    response={200: schemas.Record, **REFUSALS},
    summary="Read one record",
    openapi_extra=declared("reading.show"),
)
def record(request: Request, record: str) -> dict[str, Any]:
    return forms.record(reading.show(request.node.desk, request.auth, record[:64]))  # type: ignore[attr-defined]


@api.get(
    "/records/{record}/outcome",
    auth=ByToken("report"),
    response={200: schemas.Fate, **REFUSALS},
    summary="What became of an own record: what left, waits, was withheld, and what partners answered",
    openapi_extra=declared("reading.show"),
)
def fate(request: Request, record: str) -> dict[str, Any]:
    view = reading.show(request.node.desk, request.auth, record[:64])  # type: ignore[attr-defined]
    if view.version.origin != "own":
        raise NotFound(record)
    return forms.fate(view, request.language)


@api.get(
    "/feed",
    auth=ByToken("feed"),
    response={200: schemas.Events, **REFUSALS},
    summary="Events after a number, in the order in which they were stored",
    openapi_extra=declared("reading.feed"),
)
def feed(request: Request, query: Query[schemas.FeedQuery]) -> dict[str, Any]:
    events, rows = reading.feed(request.node.desk, request.auth, after=query.after, limit=query.limit)  # type: ignore[attr-defined]
    last = events[-1].number if events else query.after
    return {"events": [forms.event(one, rows) for one in events], "last": last}


_STREAM = {"responses": {200: {"description": "server-sent events: id = number, event = event, data = one Event as JSON", "content": {
    "text/event-stream": {"schema": {"type": "string"}}}}}}  # fmt: skip


@api.get(
    "/feed/stream",
    auth=ByToken("feed"),
    summary="The same as server-sent events that go on; resume with Last-Event-ID or after",
    openapi_extra=declared("reading.feed", **_STREAM),
)
def stream(request: Request, query: Query[schemas.StreamQuery]) -> HttpResponse:
    resumed = request.headers.get("Last-Event-ID", "")
    start = int(resumed) if resumed.isascii() and resumed.isdigit() and len(resumed) < 19 else query.after
    live = request.node.live
    return LiveResponse(live.subscribe(request.auth, forms.event_frames, "json", start))  # type: ignore[attr-defined]


@api.exception_handler(BadInput)
@api.exception_handler(Refused)
@api.exception_handler(NotFound)
def refused(request: Request, error: Exception) -> HttpResponse:
    return problems.refusal(error, request.language)


@api.exception_handler(Unreadable)
def unreadable(request: Request, error: Unreadable) -> HttpResponse:
    return problems.refusal(error.error, request.language, unreadable=True)


@api.exception_handler(AuthenticationError)
def unknown_token(request: Request, error: AuthenticationError) -> HttpResponse:
    del request, error
    return problems.unknown_token()


@api.exception_handler(ScopeMissing)
def scope_missing(request: Request, error: ScopeMissing) -> HttpResponse:
    del request
    return problems.scope_missing(str(error))


@api.exception_handler(ValidationError)
def wrong_query(request: Request, error: ValidationError) -> HttpResponse:
    del request
    places = ["/".join(str(part) for part in one.get("loc", ())[1:]) for one in error.errors]
    return problems.problems(422, [(place, "query", _("This value cannot be used for “%(name)s”.") % {"name": place}) for place in places])


@api.exception_handler(HttpError)
def bad_request(request: Request, error: HttpError) -> HttpResponse:
    del request, error
    return problems.bad_request()
