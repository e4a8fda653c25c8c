"""One record: danger first, what it says, who has it, what was withheld and why, and what this officer may do with it."""

from collections.abc import Mapping
from itertools import chain
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from rabet.agreements.reasons import Reason, explain
from rabet.casework import approving, previewing, reading, recalling, standing
from rabet.casework.reading import RecordView
from rabet.casework.refusal import NotFound
from rabet.casework.values import Withheld
from rabet.vocabulary.tables import label
from rabet.web.frame import page
from rabet.web.names import Agencies, recall_reasons
from rabet.web.present import groups, without_values
from rabet.web.site import Request, officer_of

MOST_JSON = 200_000


def record(request: Request, record: str) -> HttpResponse:
    """Show the newest version; persons only with one of the officer's cases and a purpose, and then under audit."""
    officer, desk = officer_of(request), request.node.desk
    case, purpose = request.GET.get("case", "")[:64], request.GET.get("purpose", "")[:64]
    view = reading.show(desk, officer, record, case=case, purpose=purpose)
    others = _rows(request, view)
    context = {
        "title": label("kind", view.version.header.kind, request.language),
        "view": view,
        "header": view.version.header,
        "own": view.version.origin == "own",
        "groups": groups(view.version.header.kind, view.body),
        "dangers": _dangers(view.body),
        "simulated": view.body.get("simulated") is True,
        "withheld": [(one, _explained(request, view, one)) for one in view.withheld],
        "holders": _holders(view),
        "alerts": [(alert, others.get(alert.other if alert.record == record else alert.record)) for alert in view.alerts],
        "cases": standing.cases(desk, officer),
        "case": case,
        "purpose": purpose,
        "recall_reasons": recall_reasons(),
        "partners": [partner.agency for partner in standing.partners(desk)] if view.version.origin == "own" else [],
        "done": request.GET.get("done", ""),
    }
    return page(request, "record.html", context)


def _dangers(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the warnings; a partner may have put anything where they should stand."""
    found = body.get("danger")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _rows(request: Request, view: RecordView) -> Mapping[str, Any]:
    if not view.alerts:
        return {}
    return reading.alerts(request.node.desk, officer_of(request))[1]


def _explained(request: Request, view: RecordView, withheld: Withheld) -> list[tuple[str, str, str]]:
    """Return (sentence, clause, article) per reason."""
    agencies = Agencies(request.node, request.language)
    agreement = _agreement_with(request, view, withheld.partner)
    params = (("partner", agencies[withheld.partner]),)
    return [
        (explain(Reason(name, clause, article, agreement, params), request.language), clause, article)  # type: ignore[arg-type]
        for name, clause, article in withheld.reasons
    ]


def _agreement_with(request: Request, view: RecordView, partner: str) -> str:
    """Return the agreement of what else went to this partner, else the first that binds both."""
    released = (one.agreement for one in view.releases if one.partner == partner)
    binding = (one.document.id for one in standing.agreements(request.node.desk) if one.document.party(partner))
    return next(chain(released, binding), "")


def _holders(view: RecordView) -> list[dict[str, Any]]:
    """Return per partner: the parts that left or wait, and what it answered, newest version first."""
    partners = sorted({release.partner for release in view.releases} | {receipt[1] for receipt in view.receipts})
    return [
        {
            "partner": partner,
            "releases": sorted((one for one in view.releases if one.partner == partner), key=lambda one: (-one.version, one.part)),
            "receipts": [one for one in reversed(view.receipts) if one[1] == partner],
        }
        for partner in partners
    ]


def version(request: Request, record: str, number: str) -> HttpResponse:
    """Show an earlier version, without person data."""
    held = reading.history(request.node.desk, officer_of(request), record)
    found = next((one for one in held if one[0] == int(number)), None)
    if found is None:
        raise NotFound(record)
    kind = reading.show(request.node.desk, officer_of(request), record).version.header.kind
    context = {"title": _("Version %(number)s") % {"number": number}, "record": record, "held": found, "groups": groups(kind, found[3])}
    return page(request, "version.html", context)


def preview(request: Request, record: str) -> HttpResponse:
    """Show the record as one partner would get it now, or under a changed agreement that is pasted in; persons as on the record's page."""
    given = request.POST if request.method == "POST" else request.GET
    partner, case, purpose = (given.get(name, "")[:64] for name in ("partner", "case", "purpose"))
    changed = request.POST.get("agreement", "")[:MOST_JSON].encode() or None
    officer, desk = officer_of(request), request.node.desk
    made = previewing.preview(desk, officer, record, partner, changed, case=case, purpose=purpose)
    view = reading.show(desk, officer, record, case=case, purpose=purpose)
    after = groups(view.version.header.kind, made.after_approval)
    context = {
        "title": _("Seen as a partner"),
        "record": record,
        "partner": partner,
        "case": case,
        "purpose": purpose,
        "shown": groups(view.version.header.kind, made.shown),
        "after": without_values(after) if view.persons_hidden else after,
        "reasons": [(explain(reason, request.language), reason) for reason in made.decision.reasons],
        "agreement": made.decision.agreement,
        "changed": changed is not None,
    }
    return page(request, "preview.html", context)


def recall(request: Request, record: str) -> HttpResponse:
    recalling.recall(request.node.desk, officer_of(request), record, request.POST.get("reason", "")[:40])
    return HttpResponseRedirect(f"{reverse('records')}?done=recalled")


def clear_text(request: Request, record: str) -> HttpResponse:
    """Mark the free text as naming no person; it may then leave as the agreements allow."""
    approving.clear_text(request.node.desk, officer_of(request), record)
    return HttpResponseRedirect(f"{reverse('record', kwargs={'record': record})}?done=cleared")
