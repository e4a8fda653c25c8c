"""How the API says what is wrong: {"problems": [{"path", "id", "text"}]}, the text in the language asked for."""

from collections.abc import Iterable
from http import HTTPStatus

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from rabet.casework.refusal import NotFound, Refused
from rabet.records.bad_input import BadInput, describe

# The id of a record already stands for another one: not the form is wrong but the state of things.
CONFLICTS = frozenset({"id_taken"})


def problems(status: int, found: Iterable[tuple[str, str, str]]) -> HttpResponse:
    """Return an answer with problems. found: (path in what was sent or "", stable id, sentence)."""
    listed = [{"path": path, "id": name, "text": text} for path, name, text in found]
    return JsonResponse({"problems": listed}, status=status, json_dumps_params={"ensure_ascii": False})


def refusal(error: Exception, language: str, *, unreadable: bool = False) -> HttpResponse:
    """Return the answer for what an act refused. unreadable: the body was not even JSON that can be taken."""
    match error:
        case NotFound():
            return not_found()
        case Refused():
            return problems(HTTPStatus.FORBIDDEN, (("", name, text) for name, text in zip(error.ids, error.texts(language), strict=True)))
        case BadInput():
            return problems(_status(error, unreadable=unreadable), ((one.path, one.id, describe(one, language)) for one in error.problems))
        case _:
            raise error


def _status(error: BadInput, *, unreadable: bool) -> int:
    ids = {one.id for one in error.problems}
    if "too_large" in ids:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    if unreadable:
        return HTTPStatus.BAD_REQUEST
    return HTTPStatus.CONFLICT if ids & CONFLICTS else HTTPStatus.UNPROCESSABLE_ENTITY


def not_found() -> HttpResponse:
    return problems(HTTPStatus.NOT_FOUND, [("", "not_found", _("There is nothing at this address, or nothing that you may see."))])


def unknown_token() -> HttpResponse:
    response = problems(HTTPStatus.UNAUTHORIZED, [("", "token", _("Send a token of this node: Authorization: Bearer TOKEN"))])
    response.headers["WWW-Authenticate"] = 'Bearer realm="rabet"'
    return response


def scope_missing(scope: str) -> HttpResponse:
    return problems(HTTPStatus.FORBIDDEN, [("", "scope", _("This token does not have the scope “%(scope)s”.") % {"scope": scope})])


def not_allowed(methods: str) -> HttpResponse:
    response = problems(HTTPStatus.METHOD_NOT_ALLOWED, [("", "method", _("This address does not take such a request."))])
    response.headers["Allow"] = methods
    return response


def too_large() -> HttpResponse:
    response = problems(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, [("", "too_large", _("What you sent is too large. Send it in parts."))])
    response.headers["Connection"] = "close"
    return response


def bad_request() -> HttpResponse:
    return problems(HTTPStatus.BAD_REQUEST, [("", "request", _("The request does not have the form this node reads."))])


def own_fault() -> HttpResponse:
    text = _("Nothing was stored. Try again; if it happens again, tell the administrator the time.")
    return problems(HTTPStatus.INTERNAL_SERVER_ERROR, [("", "fault", text)])
