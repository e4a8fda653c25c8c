"""The list of records an officer may see, newest first."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from rabet.casework import reading
from rabet.records.kinds import KINDS
from rabet.vocabulary import tables
from rabet.web.frame import page
from rabet.web.site import Request, officer_of

PAGE = 50


def records(request: Request) -> HttpResponse:
    kind, origin, text = (request.GET.get(name, "")[:200].strip() for name in ("kind", "origin", "text"))
    kind = kind if kind in KINDS else ""
    origin = origin if origin in ("own", "received") else ""
    after, asked = request.GET.get("after", "")[:64], _as_code(text) or text
    rows = reading.list_records(request.node.desk, officer_of(request), kind=kind, origin=origin, text=asked, after=after, limit=PAGE + 1)
    more = rows[PAGE - 1].record if len(rows) > PAGE else ""
    context = {
        "title": _("Records"),
        "rows": rows[:PAGE],
        "more": more,
        "kind": kind,
        "origin": origin,
        "text": text,
        "kinds": list(KINDS),
        "done": request.GET.get("done", ""),
    }
    return page(request, "records.html", context)


def _as_code(text: str) -> str:
    """Return the code a word stands for: lists are searched by code, so that a substance is found under its name in any language."""
    found = [code for name in ("substance", "country") for code in tables.table(name).find(text)] if text else []
    return found[0] if len(found) == 1 else ""
