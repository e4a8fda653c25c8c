"""Reporting a seizure, and correcting one, by a short form that shows how each answer was understood."""

from collections.abc import Mapping

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from rabet.casework import correcting, reading, reporting, standing
from rabet.casework.refusal import Refused
from rabet.records.bad_input import BadInput, describe
from rabet.web.frame import page
from rabet.web.seizure_fields import sections, word_lists
from rabet.web.seizure_form import SeizureForm
from rabet.web.site import Request, officer_of


def report(request: Request) -> HttpResponse:
    """Show the form; check it; or sign, store and send what it says. The record's id stands in the form: sent twice, it counts once."""
    form = _form(request, None)
    if form.valid and "check" not in request.POST:
        try:
            (outcome,) = reporting.report(request.node.desk, officer_of(request), [form.draft])
        except BadInput as error:
            return _show(request, form, "report.html", sentences(error, request.language), 422)
        done = "repeated" if outcome.repeated else "reported"
        return HttpResponseRedirect(f"{reverse('record', kwargs={'record': outcome.record})}?done={done}")
    return _show(request, form, "report.html", (), 200 if form.valid or form.data is None else 422)


def correct(request: Request, record: str) -> HttpResponse:
    """Make the next version. Persons must be open to the officer, because a version without them would remove them."""
    officer, desk = officer_of(request), request.node.desk
    given: Mapping[str, str] = request.POST if request.method == "POST" else request.GET
    case, purpose = given.get("case", "")[:64], given.get("purpose", "")[:64]
    view = reading.show(desk, officer, record, case=case, purpose=purpose)
    if "edit" not in view.may or view.version.origin != "own":
        raise Refused("not_the_author")
    header = view.version.header
    context = {"record": record, "case": case, "purpose": header.purpose, "cases": standing.cases(desk, officer)}
    if view.persons_hidden or header.kind != "seizure":
        return page(request, "correct_first.html", {"title": _("Correct the record"), "kind": header.kind, **context})
    form = _form(request, dict(view.body))
    if form.valid and "check" not in request.POST:
        draft = reporting.Draft(
            kind=header.kind, body=form.body, id=record, handling=form.draft.handling or header.handling, purpose=header.purpose,
            offence=form.draft.offence or header.offence, retain_until=header.retain_until, evaluation=header.evaluation,
            urgent=form.draft.urgent, case=view.version.case,
        )  # fmt: skip
        try:
            correcting.correct(desk, officer, record, draft)
        except BadInput as error:
            return _show(request, form, "correct.html", sentences(error, request.language), 422, **context)
        return HttpResponseRedirect(f"{reverse('record', kwargs={'record': record})}?done=corrected")
    return _show(request, form, "correct.html", (), 200 if form.valid or form.data is None else 422, **context)


def sentences(error: BadInput, language: str) -> tuple[str, ...]:
    return tuple(describe(problem, language) for problem in error.problems)


def _form(request: Request, base: Mapping[str, object] | None) -> SeizureForm:
    desk = request.node.desk
    data = {name: str(value) for name, value in request.POST.items()} if request.method == "POST" else None
    cases = [(case.id, case.number) for case in standing.cases(desk, officer_of(request)) if not case.closed]
    return SeizureForm(data, base, request.language, desk.clock.now(), desk.state, request.node.options.zone, cases)


def _show(request: Request, form: SeizureForm, template: str, problems: tuple[str, ...], status: int, **context: object) -> HttpResponse:
    title = _("Report a seizure") if template == "report.html" else _("Correct the record")
    new_id = (form.data or {}).get("id") or request.node.desk.new_id()
    shown = {"form": form, "sections": sections(form), "lists": word_lists(request.language), "problems": problems, "new_id": new_id}
    return page(request, template, {"title": title, **shown, **context}, status)
