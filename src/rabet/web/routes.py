"""Every address of the pages, with the act that decides about it. An address that is not in this table does not exist.

act: function of casework that checks rights and leaves the audit entry ("reading.show"), or one of WITHOUT_ACT for what shows nothing
of any record. open: may be asked without sign-in. framed: other origins named in the settings may show it in a frame.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse

from rabet.web.pages import agreements, alerts, feed, links, record, records, releases, report, sign_in, static

View = Callable[..., HttpResponse]
WITHOUT_ACT = frozenset({"sign-in", "static", "standing data"})
ID, NAME = r"[0-9a-f]{32}", r"[a-z][a-z0-9._-]{0,63}"
READ, SEND, BOTH = ("GET", "HEAD"), ("POST",), ("GET", "HEAD", "POST")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """pattern: regular expression of the path without its leading slash."""

    pattern: str
    view: View
    act: str
    methods: tuple[str, ...] = READ
    open: bool = False
    framed: bool = False


ROUTES: Mapping[str, Route] = {
    "feed": Route(pattern=r"^$", view=feed.feed, act="reading.feed"),
    "feed-stream": Route(pattern=r"^feed/stream/$", view=feed.stream, act="reading.feed"),
    "embed-feed": Route(pattern=r"^embed/feed/$", view=feed.embedded, act="reading.feed", open=True, framed=True),
    "records": Route(pattern=r"^records/$", view=records.records, act="reading.list_records"),
    "record": Route(pattern=rf"^records/(?P<record>{ID})/$", view=record.record, act="reading.show"),
    "record-version": Route(pattern=rf"^records/(?P<record>{ID})/versions/(?P<number>\d{{1,7}})/$", view=record.version, act="reading.history"),
    "record-preview": Route(pattern=rf"^records/(?P<record>{ID})/preview/$", view=record.preview, act="previewing.preview", methods=BOTH),
    "record-correct": Route(pattern=rf"^records/(?P<record>{ID})/correct/$", view=report.correct, act="correcting.correct", methods=BOTH),
    "record-recall": Route(pattern=rf"^records/(?P<record>{ID})/recall/$", view=record.recall, act="recalling.recall", methods=SEND),
    "record-clear-text": Route(
        pattern=rf"^records/(?P<record>{ID})/clear-text/$", view=record.clear_text, act="approving.clear_text", methods=SEND
    ),
    "report": Route(pattern=r"^report/$", view=report.report, act="reporting.report", methods=BOTH),
    "releases": Route(pattern=r"^releases/$", view=releases.releases, act="reading.waiting"),
    "release": Route(pattern=rf"^releases/(?P<release>{ID})/$", view=releases.release, act="approving.digest_to_approve"),
    "release-approve": Route(pattern=rf"^releases/(?P<release>{ID})/approve/$", view=releases.approve, act="approving.approve", methods=SEND),
    "release-refuse": Route(
        pattern=rf"^releases/(?P<release>{ID})/refuse/$", view=releases.refuse, act="approving.refuse_release", methods=SEND
    ),
    "alerts": Route(pattern=r"^alerts/$", view=alerts.alerts, act="reading.alerts"),
    "links": Route(pattern=r"^links/$", view=links.links, act="standing data"),
    "agreements": Route(pattern=r"^agreements/$", view=agreements.agreements, act="standing data"),
    "agreement": Route(pattern=rf"^agreements/(?P<agreement>{NAME})/$", view=agreements.agreement, act="standing data"),
    "agreement-stop": Route(pattern=rf"^agreements/(?P<agreement>{NAME})/stop/$", view=agreements.stop, act="standing.suspend", methods=SEND),
    "sign-in": Route(pattern=r"^sign-in/$", view=sign_in.sign_in, act="sign-in", methods=BOTH, open=True, framed=True),
    "sign-in-link": Route(
        pattern=r"^sign-in/link/(?P<secret>[A-Za-z0-9_-]{16,128})/$", view=sign_in.link, act="sign-in", methods=BOTH, open=True, framed=True
    ),
    "sign-out": Route(pattern=r"^sign-out/$", view=sign_in.sign_out, act="sign-in", methods=SEND),
    "step-up": Route(pattern=r"^step-up/$", view=sign_in.step_up, act="sign-in", methods=BOTH),
    "language": Route(pattern=r"^language/$", view=sign_in.language, act="sign-in", methods=SEND, open=True, framed=True),
    "static": Route(pattern=r"^static/(?P<file>[A-Za-z0-9._-]{1,128})$", view=static.static, act="static", open=True),
    "icon": Route(pattern=r"^icon\.svg$", view=static.icon, act="static", open=True),
}


def details(route: Route) -> dict[str, Any]:
    """Return what the reference page of routes shows."""
    return {"pattern": route.pattern, "act": route.act, "methods": route.methods, "open": route.open}
