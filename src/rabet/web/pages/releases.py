"""Second releases: an officer sees exactly what would leave, signs in again over its digest, and lets it go or refuses it."""

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from rabet.agreements.terms import RELEASING_ROLES
from rabet.casework import approving, reading
from rabet.web.frame import page
from rabet.web.pages.sign_in import locked
from rabet.web.people import attempt
from rabet.web.present import groups, without_values
from rabet.web.site import Request, officer_of, signed_in


def releases(request: Request) -> HttpResponse:
    officer = officer_of(request)
    found = reading.waiting(request.node.desk, officer)
    context = {"title": _("Releases that wait for approval"), "releases": found, "done": request.GET.get("done", "")}
    return page(request, "releases.html", context)


def release(request: Request, release: str, error: str = "", status: int = 200) -> HttpResponse:
    """Show the exact fields one release would disclose, to those who may decide on it; to others only which fields they are."""
    officer = officer_of(request)
    made, fields = approving.digest_to_approve(request.node.desk, officer, release)
    may, shown = bool(officer.roles & RELEASING_ROLES), groups(fields.kind, fields.body())
    context = {
        "title": _("Release to approve"),
        "release": made,
        "groups": shown if may else without_values(shown),
        "by_me": any(approval.officer == officer.id for approval in made.approvals),
        "may": may,
        "error": error,
    }
    return page(request, "release.html", context, status)


def approve(request: Request, release: str) -> HttpResponse:
    """Approve what was shown: the digest comes from the page, so that a release changed meanwhile is not approved unseen."""
    person, digest = signed_in(request), request.POST.get("digest", "")[:64]
    secret = request.POST.get("secret", "")[:1000]
    step_up, minutes = attempt(lambda: request.node.people.step_up(person.key, secret, digest))
    if minutes:
        return _again(request, release, locked(minutes), 429)
    if step_up is None:
        return _again(request, release, _("That was not right. Nothing was approved."), 422)
    parts = approving.approve(request.node.desk, step_up, release)
    return HttpResponseRedirect(f"{reverse('releases')}?done={'sent' if parts.sent else 'first'}")


def _again(request: Request, name: str, error: str, status: int) -> HttpResponse:
    return release(request, name, error, status)


def refuse(request: Request, release: str) -> HttpResponse:
    approving.refuse_release(request.node.desk, officer_of(request), release)
    return HttpResponseRedirect(f"{reverse('releases')}?done=refused")
