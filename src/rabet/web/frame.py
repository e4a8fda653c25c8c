"""The frame of every page: whose node, who asks, in which language, how the links stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from rabet.agreements.terms import NO_CONTENT_ROLES, RELEASING_ROLES
from rabet.casework import reading, standing
from rabet.records.bad_input import LANGUAGES
from rabet.records.strict_json import read_json
from rabet.web.links import Link, links
from rabet.web.names import Agencies
from rabet.web.site import Request

BUILD = Path(__file__).parent / "static" / "build"
LANGUAGE_NAMES = {"en": "English", "fa": "فارسی", "az": "Azərbaycanca", "ru": "Русский"}
SHORT_NAMES = {"en": "EN", "fa": "فا", "az": "AZ", "ru": "РУ"}


@dataclass(frozen=True, slots=True)
class Entrance:
    """One entry of the main menu. count: shown beside it when not 0."""

    route: str
    text: str
    count: int = 0


@cache
def assets() -> Mapping[str, Mapping[str, str]]:
    """Return source name -> {"file", "integrity"} as the build left it; empty before the first build, so that pages still work bare."""
    try:
        built = read_json((BUILD / "manifest.json").read_bytes())
    except FileNotFoundError:
        return {}
    return cast("Mapping[str, Mapping[str, str]]", built)


def page(request: Request, template: str, context: Mapping[str, object], status: int = 200) -> HttpResponse:
    """Render a page inside the frame."""
    return HttpResponse(render_to_string(template, {**context, "status": int(status)}, request), status=status)


def frame(request: Request) -> dict[str, Any]:
    """Give templates what the frame shows (Django's context processor)."""
    site = request.node
    agencies = Agencies(site, request.language)
    return {
        "request": request,
        "site": site,
        "agencies": agencies,
        "home": agencies[site.desk.agency],
        "person": request.person,
        "language": request.language,
        "rtl": get_language_bidi(),
        "languages": [(code, LANGUAGE_NAMES[code], SHORT_NAMES[code]) for code in LANGUAGES],
        "zone": site.options.zone,
        "assets": assets(),
        "menu": menu(request),
        "links": frame_links(request),
        "sees_content": sees_content(request),
    }


def sees_content(request: Request) -> bool:
    return request.person is not None and bool(request.person.officer.roles - NO_CONTENT_ROLES)


def menu(request: Request) -> Sequence[Entrance]:
    """Return the entries this person has use for; each page still decides by itself."""
    if request.person is None:
        return ()
    officer = request.person.officer
    shown = [Entrance("links", _("Links")), Entrance("agreements", _("Agreements"))]
    if not sees_content(request):
        return shown
    desk = request.node.desk
    new = sum(alert.state == "new" for alert in reading.alerts(desk, officer)[0])
    waiting = len(reading.waiting(desk, officer)) if officer.roles & RELEASING_ROLES else 0
    return [
        Entrance("feed", _("Feed")),
        Entrance("records", _("Records")),
        Entrance("alerts", _("Alerts"), new),
        Entrance("releases", _("Approvals"), waiting),
        *shown,
    ]


def frame_links(request: Request) -> Sequence[Link]:
    return links(standing.lanes(request.node.desk), request.node.desk.clock.now()) if request.person else ()
