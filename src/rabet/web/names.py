"""Words for codes that only pages show: roles, states, acts. Everything a record may hold has its words in vocabulary and field_labels.json."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from django.utils.translation import gettext as _

from rabet.casework.desk import Desk
from rabet.casework.standing import agreements, partners
from rabet.records.bad_input import BadInput
from rabet.records.strict_json import read_json
from rabet.web.site import Site


@cache
def field_labels() -> Mapping[str, Mapping[str, str]]:
    """Return path pattern -> label per language, for every field of every kind and every group of fields."""
    text = files(__package__).joinpath("field_labels.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


def field_label(pattern: str, language: str) -> str:
    """Return the label of a field; one this version does not know is shown by its own name."""
    labels = field_labels().get(pattern)
    return labels[language] if labels else pattern.rsplit("/", 1)[-1]


def role_name(role: str) -> str:
    names = {
        "duty_officer": _("duty officer"),
        "liaison_officer": _("liaison officer"),
        "customs_officer": _("customs officer"),
        "analyst": _("analyst"),
        "chemist": _("chemist"),
        "supervisor": _("supervisor"),
        "administrator": _("administrator"),
        "data_protection_officer": _("data-protection officer"),
        "auditor": _("auditor"),
        "system": _("agency system"),
        "partner": _("partner"),
    }
    return names.get(role, role)


def state_name(state: str) -> str:
    """Return the words for the state of a release, a receipt, an agreement or a record."""
    names = {
        "current": _("current"),
        "recalled": _("recalled"),
        "waiting": _("waits for approval"),
        "sent": _("sent"),
        "refused": _("refused"),
        "withdrawn": _("withdrawn"),
        "accepted": _("accepted"),
        "rejected": _("rejected"),
        "delivered": _("shown to an officer"),
        "outside_agreement": _("found outside the agreement"),
        "draft": _("draft"),
        "offered": _("offered"),
        "signed": _("signed, not begun"),
        "in_force": _("in force"),
        "expired": _("expired"),
        "suspended": _("suspended"),
        "superseded": _("superseded"),
        "open": _("open"),
        "stopped": _("stopped"),
    }
    return names.get(state, state)


def recall_reasons() -> Mapping[str, str]:
    """Return code -> words for the reasons of a recall."""
    return {
        "error": _("entered in error"),
        "duplicate": _("entered twice"),
        "cleared": _("persons cleared, acquitted or case dropped"),
        "court_order": _("order of a court"),
        "source_withdrawn": _("source withdrew it"),
        "other": _("another reason"),
    }


def part_name(part: str) -> str:
    names = {"consignment": _("consignment part"), "person": _("person part"), "all": _("whole record"), "part": _("some fields")}
    return names.get(part, part)


class Agencies:
    """Names of agencies in one language: from the agreements that bind them, else from their cards, else the id. Read once per answer."""

    def __init__(self, site: Site, language: str) -> None:
        self._site, self.language = site, language
        self._names: Mapping[str, str] | None = None

    def __getitem__(self, agency: str) -> str:
        if agency == self._site.desk.agency:
            return self._site.options.names[self.language]
        if self._names is None:
            self._names = _names(self._site.desk, self.language)
        return self._names.get(agency, agency)


def _names(desk: Desk, language: str) -> Mapping[str, str]:
    cards = {partner.agency: _card_name(partner.card, language) or partner.agency for partner in partners(desk)}
    agreed = {party.id: party.name[language] for held in agreements(desk) for party in held.document.parties}
    return {**cards, **agreed}


def _card_name(card: str, language: str) -> str:
    """Read the name a partner gives itself; a form this page does not know gives none."""
    try:
        outer = read_json(card)
        inner = read_json(outer["card"]) if isinstance(outer, dict) and "card" in outer else outer
    except (BadInput, TypeError):
        return ""
    names = inner.get("names") if isinstance(inner, dict) else None
    name = names.get(language) if isinstance(names, dict) else None
    return name if isinstance(name, str) else ""
