"""Signing in: a one-time link or name and password; once more before what needs it; and the choice of language."""

from datetime import datetime, timedelta
from hashlib import sha256

from django.http import HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from rabet.casework.refusal import NotFound
from rabet.records.bad_input import LANGUAGES
from rabet.web.frame import page
from rabet.web.people import Person, attempt
from rabet.web.site import LANGUAGE_COOKIE, PERSON_KEY, STAMP_KEY, STRONG_KEY, Request, signed_in

STRONG_LASTS = timedelta(minutes=15)
YEAR = 365 * 24 * 3600


def next_page(request: Request) -> str:
    """Return where to go afterwards: a page of this node and nothing else, so that a link cannot lead elsewhere."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    path = wanted.split("?", 1)[0]
    if not wanted.startswith("/") or not url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return "/"
    try:
        resolve(path)
    except Resolver404:
        return "/"
    return wanted


def sign_in(request: Request) -> HttpResponse:
    """Ask for name and password; a wrong pair is answered the same way whichever of the two was wrong."""
    if request.method != "POST":
        return _ask(request)
    name, password = request.POST.get("name", "")[:200], request.POST.get("password", "")[:1000]
    person, minutes = attempt(lambda: request.node.people.by_password(name, password))
    if minutes:
        return _ask(request, locked(minutes), status=429)
    if person is None:
        return _ask(request, _("Name and password do not belong together."), status=422)
    return _enter(request, person)


def _ask(request: Request, error: str = "", status: int = 200) -> HttpResponse:
    context = {"error": error, "name": request.POST.get("name", "")[:200], **_shown(request)}
    return page(request, "sign_in.html", context, status)


def _shown(request: Request) -> dict[str, object]:
    """Return what both pages of sign-in need; in a frame they leave the menu away."""
    wanted = next_page(request)
    return {"title": _("Sign in"), "next": wanted, "embedded": wanted == reverse("embed-feed")}


def locked(minutes: int) -> str:
    return _("Too many wrong attempts. Try again in %(minutes)s min.") % {"minutes": minutes}


def link(request: Request, secret: str) -> HttpResponse:
    """Show whom a one-time link is for; only the button uses it up, so that a mail scanner that follows links does not."""
    if request.method != "POST":
        owner = request.node.people.link_owner(secret)
        status = 200 if owner else 404
        return page(request, "sign_in_link.html", {"owner": owner, **_shown(request)}, status)
    person = request.node.people.by_link(secret)
    if person is None:
        raise NotFound("link")
    return _enter(request, person)


def _enter(request: Request, person: Person) -> HttpResponse:
    request.session.flush()
    request.session[PERSON_KEY], request.session[STAMP_KEY] = person.key, person.stamp
    rotate_token(request)
    return HttpResponseRedirect(next_page(request))


def sign_out(request: Request) -> HttpResponse:
    request.session.flush()
    return HttpResponseRedirect(reverse("sign-in"))


def step_up(request: Request) -> HttpResponse:
    """Sign in once more: records of handling H2 and above then open for a quarter of an hour."""
    person = signed_in(request)
    error, status = "", 200
    if request.method == "POST":
        digest = sha256(f"strong {request.session.session_key}".encode()).hexdigest()
        secret = request.POST.get("secret", "")[:1000]
        given, minutes = attempt(lambda: request.node.people.step_up(person.key, secret, digest))
        if given is not None:
            request.session[STRONG_KEY] = (given.at + STRONG_LASTS).isoformat()
            return HttpResponseRedirect(next_page(request))
        error, status = (locked(minutes), 429) if minutes else (_("That was not right."), 422)
    return page(request, "step_up.html", {"title": _("Sign in once more"), "error": error, "next": next_page(request)}, status)


def is_strong(request: Request, now: datetime) -> bool:
    until = request.session.get(STRONG_KEY)
    return isinstance(until, str) and now < datetime.fromisoformat(until)


def language(request: Request) -> HttpResponse:
    """Remember the language in the account, and in the browser for the page before sign-in."""
    chosen = request.POST.get("language", "")
    response = HttpResponseRedirect(next_page(request))
    if chosen in LANGUAGES:
        if request.person:
            request.node.people.set_language(request.person.key, chosen)
        response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=YEAR, httponly=True, samesite="Lax", secure=request.node.options.secure)
    return response
