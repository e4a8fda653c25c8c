"""Alerts: records that share an identifier, each with its reasons, for a person to judge. Nothing went back to the partner."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from rabet.casework import reading
from rabet.web.frame import page
from rabet.web.site import Request, officer_of

MOST = 100


def alerts(request: Request) -> HttpResponse:
    found, rows = reading.alerts(request.node.desk, officer_of(request), limit=MOST)
    pairs = [(alert, rows.get(alert.record), rows.get(alert.other)) for alert in found]
    return page(request, "alerts.html", {"title": _("Alerts"), "pairs": pairs})
