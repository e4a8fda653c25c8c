"""How the link to each partner stands: live, late, how much waits since when, last contact, each lane by itself."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from rabet.casework import standing
from rabet.web.frame import page
from rabet.web.site import Request


def links(request: Request) -> HttpResponse:
    partners = {partner.agency: partner for partner in standing.partners(request.node.desk)}
    return page(request, "links.html", {"title": _("Links to partners"), "partners": partners})
