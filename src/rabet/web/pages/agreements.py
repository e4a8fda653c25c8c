"""Agreements: what each clause lets go to whom, how it stands today, and the switch that stops it at once."""

from collections.abc import Sequence
from itertools import groupby

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from rabet.agreements.standing import HeldAgreement
from rabet.casework import standing
from rabet.casework.refusal import NotFound
from rabet.casework.standing import MAY_STOP
from rabet.web.frame import page
from rabet.web.site import Request, officer_of


def agreements(request: Request) -> HttpResponse:
    return page(request, "agreements.html", {"title": _("Agreements"), "held": [versions[0] for versions in _by_id(request)]})


def agreement(request: Request, agreement: str) -> HttpResponse:
    versions = next((held for held in _by_id(request) if held[0].document.id == agreement), None)
    if versions is None:
        raise NotFound(agreement)
    may_stop = bool(officer_of(request).roles & MAY_STOP)
    title = versions[0].document.title[request.language]
    return page(request, "agreement.html", {"title": title, "held": versions[0], "older": versions[1:], "may_stop": may_stop})


def stop(request: Request, agreement: str) -> HttpResponse:
    """Stop the agreement, or let it stand again."""
    standing.suspend(request.node.desk, officer_of(request), agreement, stop=request.POST.get("act") != "resume")
    return HttpResponseRedirect(reverse("agreement", kwargs={"agreement": agreement}))


def _by_id(request: Request) -> Sequence[Sequence[HeldAgreement]]:
    """Return the versions of each agreement; the one in force first, else the newest."""
    held = standing.agreements(request.node.desk)
    grouped = [list(versions) for _id, versions in groupby(held, key=lambda one: one.document.id)]
    return [sorted(versions, key=lambda one: one.status not in ("in_force", "suspended")) for versions in grouped]
