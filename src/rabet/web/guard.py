"""What stands around every page: headers, who asks, whether the route is declared, and how a refusal is told.

Four steps in this order (configuration.MIDDLEWARE): `headers`, Django's session, `visitor`, Django's CSRF check, `answers`.
"""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from rabet.casework.refusal import NotFound, Refused
from rabet.records.bad_input import LANGUAGES, BadInput, describe
from rabet.web import problems
from rabet.web.frame import page
from rabet.web.pages.sign_in import is_strong
from rabet.web.people import Person
from rabet.web.routes import ROUTES
from rabet.web.site import LANGUAGE_COOKIE, PERSON_KEY, STAMP_KEY, Request, Site

Answer = Callable[[Request], HttpResponse]
API = "/api/"
_log = logging.getLogger(__name__)

POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; object-src 'none'; "
    "require-trusted-types-for 'script'; trusted-types rabet; frame-ancestors {ancestors}"
)
FIXED_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def headers(get_response: Answer) -> Answer:
    """Put the security headers on every answer; nothing is cached unless the view says so."""

    def step(request: Request) -> HttpResponse:
        response = get_response(request)
        framers = _framers(request)
        response.headers["Content-Security-Policy"] = POLICY.format(ancestors=" ".join(framers) if framers else "'none'")
        if not framers:
            response.headers["X-Frame-Options"] = "DENY"
        for name, value in FIXED_HEADERS.items():
            response.headers[name] = value
        if request.node.options.secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return step


def _framers(request: Request) -> tuple[str, ...]:
    match = getattr(request, "resolver_match", None)
    route = ROUTES.get(match.url_name) if match else None
    return request.node.options.framed_by if route and route.framed else ()


def visitor(get_response: Answer) -> Answer:
    """Find out who asks and speak his language. The API knows systems by token instead and has routes of its own."""

    def step(request: Request) -> HttpResponse:
        request.person, request.strong, request.language = None, False, request.node.options.language
        request.get_host()  # refuses a Host header that is not of this node
        if request.path_info.startswith(API):
            request.urlconf = "rabet.web.api.urls"  # type: ignore[attr-defined]
        else:
            request.person = _person(request)
        request.language = _language(request)
        with translation.override(request.language):
            response = get_response(request)
        response.headers["Content-Language"] = request.language
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response

    return step


def _person(request: Request) -> Person | None:
    key = request.session.get(PERSON_KEY)
    person = request.node.people.person(key) if key else None
    if person is not None and person.stamp != request.session.get(STAMP_KEY):
        person = None  # the password was changed since
    request.strong = person is not None and is_strong(request, request.node.desk.clock.now())
    return person


def _language(request: Request) -> str:
    chosen = (request.person.language if request.person else "") or request.COOKIES.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else _asked_for(request.headers.get("Accept-Language", ""), request.node)


def _asked_for(header: str, site: Site) -> str:
    """Return the first language of Accept-Language that is one of ours: browsers list them in the order of preference."""
    wanted = (part.split(";")[0].split("-")[0].strip().lower() for part in header[:400].split(","))
    return next((language for language in wanted if language in LANGUAGES), site.options.language)


class answers:  # noqa: N801 - listed beside the functions in MIDDLEWARE
    """Let only declared routes through, ask for sign-in, and turn what acts refuse into a page that says why."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        if not request.path_info.startswith(API):
            return too_large(request) if request.too_large else self.get_response(request)
        response = problems.too_large() if request.too_large else self.get_response(request)
        return problems.not_allowed(response.headers["Allow"]) if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED else response

    def process_view(self, request: Request, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:  # noqa: ANN401 - Django's signature
        del view, args, kwargs
        if request.path_info.startswith(API):
            return None
        match = request.resolver_match
        route = ROUTES[match.url_name if match and match.url_name else ""]
        if request.method not in route.methods:
            response = problem(request, HTTPStatus.METHOD_NOT_ALLOWED, _("This address does not take such a request."))
            response.headers["Allow"] = ", ".join(route.methods)
            return response
        if request.person is None and not route.open:
            return _to_sign_in(request)
        return None

    def process_exception(self, request: Request, error: Exception) -> HttpResponse | None:
        if request.path_info.startswith(API):
            return None
        return tell(request, error)


def _to_sign_in(request: Request) -> HttpResponse:
    if request.headers.get("Accept") == "text/event-stream":
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
    where = request.get_full_path() if request.method == "GET" else "/"
    return HttpResponseRedirect(f"{reverse('sign-in')}?{urlencode({'next': where})}")


def tell(request: Request, error: Exception) -> HttpResponse | None:
    """Return the page for what an act or Django refused; None for a fault of ours."""
    match error:
        case NotFound():
            return not_found(request)
        case Refused():
            return problem(request, HTTPStatus.FORBIDDEN, *error.texts(request.language))
        case BadInput():
            return problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, *(describe(one, request.language) for one in error.problems))
        case RequestDataTooBig() | TooManyFieldsSent():
            return too_large(request)
        case _:
            return None


def titles() -> dict[int, str]:
    return {
        HTTPStatus.BAD_REQUEST: _("This request cannot be read"),
        HTTPStatus.FORBIDDEN: _("Not permitted"),
        HTTPStatus.NOT_FOUND: _("Nothing here"),
        HTTPStatus.METHOD_NOT_ALLOWED: _("Not possible"),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _("Too large"),
        HTTPStatus.UNPROCESSABLE_ENTITY: _("Something must be corrected"),
        HTTPStatus.INTERNAL_SERVER_ERROR: _("The node made a mistake"),
    }


def problem(request: Request, status: int, *sentences: str) -> HttpResponse:
    """Return a page that says what is wrong, in sentences."""
    response = page(request, "problem.html", {"title": titles()[status], "sentences": sentences}, status)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        response.headers["Connection"] = "close"
    return response


def too_large(request: Request) -> HttpResponse:
    return problem(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _("What you sent is too large. Send it in parts."))


def not_found(request: Request, exception: Exception | None = None) -> HttpResponse:
    """Answer the same whether a thing is absent or may not be seen."""
    del exception
    return problem(request, HTTPStatus.NOT_FOUND, _("There is nothing at this address, or nothing that you may see."))


def bad_request(request: Request, exception: Exception | None = None) -> HttpResponse:
    return tell(request, exception or Exception()) or problem(
        request, HTTPStatus.BAD_REQUEST, _("The request does not have the form this node reads.")
    )


def forbidden(request: Request, exception: Exception | None = None) -> HttpResponse:
    del exception
    return problem(request, HTTPStatus.FORBIDDEN, _("You may not do this."))


def own_fault(request: HttpRequest) -> HttpResponse:
    """Say plainly that it was the node's fault; the log has the rest."""
    return problem(
        request,  # type: ignore[arg-type]
        HTTPStatus.INTERNAL_SERVER_ERROR,
        _("Nothing was stored. Try again; if it happens again, tell the administrator the time."),
    )


def stale_form(request: Request, reason: str = "") -> HttpResponse:
    """Answer a form without a valid token: opened before sign-in, in another window, or sent by another site."""
    _log.info("form refused: %s", reason)
    return problem(request, HTTPStatus.FORBIDDEN, _("This form is no longer valid. Go back, load the page again and send it once more."))
