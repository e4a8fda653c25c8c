"""The live feed: danger warnings first, then what happened, newest on top; it goes on by itself over server-sent events."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rabet.casework.refusal import NotFound
from rabet.web.entries import latest, live_lines, warnings
from rabet.web.frame import page, sees_content
from rabet.web.live import LiveResponse
from rabet.web.site import Request, officer_of

MOST = 200


def feed(request: Request) -> HttpResponse:
    if not sees_content(request):
        return page(request, "feed_closed.html", {"title": _("Feed")})
    return _page(request, "feed.html", "")


def embedded(request: Request) -> HttpResponse:
    """Show the feed small, for a page beside other nodes; it asks to sign in where nobody is."""
    if request.person is None or not sees_content(request):
        return page(request, "feed_closed.html", {"title": _("Feed"), "embedded": True})
    return _page(request, "feed.html", "embedded")


def _page(request: Request, template: str, form: str) -> HttpResponse:
    found, head = latest(request.node, officer_of(request), request.language)
    context = {
        "title": _("Feed"),
        "embedded": bool(form),
        "warnings": warnings(found),
        "entries": found,
        "head": head,
        "most": MOST,
        "forms": {category: _new(number) for category, number in (("one", 1), ("few", 2), ("many", 5), ("other", 2))},
    }
    return page(request, template, context)


def _new(number: int) -> str:
    """Return the words on the button for one plural category; the browser puts the number in."""
    return ngettext("%(count)s new", "%(count)s new", number) % {"count": "%"}


def stream(request: Request) -> HttpResponse:
    """Send what happens from now on, after what the browser already has (Last-Event-ID, or `after` in the address)."""
    if not sees_content(request):
        raise NotFound("feed")
    after = request.headers.get("Last-Event-ID") or request.GET.get("after", "0")
    number = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    form = f"{request.language} {'embedded' if 'embedded' in request.GET else ''}".strip()
    live = request.node.live
    return LiveResponse(live.subscribe(officer_of(request), live_lines(request.node), form, number))
