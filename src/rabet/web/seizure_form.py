"""The short form for a seizure: typed answers to a record body and back. A correction keeps every field the form does not show."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from rabet.casework.reporting import Draft
from rabet.records.header import HANDLING
from rabet.vocabulary import tables
from rabet.web import calendars
from rabet.web.form_fields import Answers

Body = dict[str, Any]
LEAST = {"exhibits": 2, "identifiers": 3, "parties": 2}
MOST_PERSONS, MOST_PACKAGES = 99, 1_000_000
# Of these the owner may be a company; then they are consignment data.
COMPANY_OWNED = ("plate", "vin")
# Weapons, cash and equipment have no row in the short form; they stay as they are.
WEIGHED = ("drug", "precursor")
PARTY_CODES = {"role": "party_role", "category": "party_category", "status_class": "status_class"}


@dataclass
class SeizureForm:
    """One form.

    data: what was typed (None = not yet); base: the body that is corrected (None = a new report); country, zone: of the node; cases:
    (id, number) of the officer's cases; now: aware.
    """

    data: Mapping[str, str] | None
    base: Mapping[str, Any] | None
    language: str
    now: datetime
    country: str
    zone: str
    cases: Sequence[tuple[str, str]] = ()

    def __post_init__(self) -> None:
        self._old: Body = deepcopy(dict(self.base or {}))
        self._first = self._initial()
        self.answers = Answers(self._first if self.data is None else self.data, self.language, self.now)
        self.body: Body = self._read() if self.data is not None else {}

    @property
    def valid(self) -> bool:
        return self.data is not None and not self.answers.errors

    @property
    def draft(self) -> Draft:
        """Return the record to report; only when valid."""
        ask = self.answers
        return Draft(
            kind="seizure",
            body=self.body,
            id=ask.data.get("id", ""),
            handling=ask.chosen("handling", HANDLING),
            offence=ask.chosen("offence", tables.table("offence").codes),
            urgent=ask.checked("urgent"),
            case=ask.chosen("case", [case for case, _number in self.cases]),
        )

    def rows(self, name: str) -> range:
        """Return the numbers of the rows for a list: all it has, one more, and never less than the form shows at first."""
        return range(max(LEAST[name], len(self._shown(name)) + 1))

    # answers to body

    def _read(self) -> Body:
        ask = self.answers
        new: Body = {name: ask.chosen(name, tables.table(name).codes) for name in ("circumstances", "transport")}
        new["concealment"] = {"method": ask.chosen("hiding", tables.table("concealment").codes)}
        new["text"] = {"summary": ask.text("summary")}
        new["place"] = self._place()
        new["simulated"] = True if ask.checked("simulated") else None
        body = over(self._old, new)
        body["seized_at"] = self._when()
        body["exhibits"] = [*self._list("exhibits", self._exhibit), *self._unshown("exhibits")]
        body["identifiers"] = self._list("identifiers", self._identifier)
        body["parties"] = [*self._list("parties", self._party), *self._nameless()]
        body["danger"] = self._danger()
        if not body["exhibits"]:
            ask.errors.setdefault("exhibits-0-substance", _("This is needed."))
        return {name: value for name, value in body.items() if value not in ({}, [])}

    def _when(self) -> Body:
        """Read the time; one that was not touched in a correction stays as it was signed."""
        if "seized_at" in self._old and self.answers.text("when") == self._first["when"]:
            return dict(self._old["seized_at"])
        zone = self._zone()
        found = self.answers.moment("when", zone, needed=True)
        return found.as_body(zone) if found else {}

    def _zone(self) -> str:
        """Return the clock of the country named; of the own country, the node's."""
        codes = tables.table("country").find(self.answers.text("country"))
        if len(codes) != 1 or codes[0] == self.country:
            return self.zone
        return tables.table("country").entries[codes[0]].facts.get("zone", self.zone)

    def _place(self) -> Body:
        ask = self.answers
        country = ask.code("country", "country")
        ask.text("country", needed=True)
        return {"country": country, "division": ask.text("division"), "post": ask.text("post"), "name": ask.text("place")}

    def _shown(self, name: str) -> list[Body]:
        held: list[Body] = self._old.get(name, [])
        return [one for one in held if one.get("type") in WEIGHED] if name == "exhibits" else held

    def _unshown(self, name: str) -> list[Body]:
        return [one for one in self._old.get(name, []) if one not in self._shown(name)]

    def _list(self, name: str, read: Callable[[str, Body], Body]) -> list[Body]:
        """Read each row over the element it shows; an emptied row removes it."""
        held, made = self._shown(name), []
        for number in self.rows(name):
            old = held[number] if number < len(held) else {}
            new = read(f"{name}-{number}-", old)
            if new:
                made.append(over(old, new))
        return made

    def _exhibit(self, row: str, old: Body) -> Body:
        ask = self.answers
        if not any(ask.text(row + name) for name in ("substance", "amount")):
            return {}
        unit = ask.chosen(row + "unit", tables.table("unit").codes) or "kg"
        amount = ask.number(row + "amount", needed=True)
        if amount:
            ask.echoes[row + "amount"] += f" {tables.label('unit', unit, self.language)}"
        packages = ask.count(row + "packages", MOST_PACKAGES)
        exhibit = {"type": old.get("type", "drug"), "quantity": {"value": amount, "unit": unit}, "packages": packages}
        return {**exhibit, **self._substance(row)}

    def _substance(self, row: str) -> Body:
        """Read what the substance is; in a correction, words that were not touched change nothing."""
        ask = self.answers
        named = ask.text(row + "substance", needed=True)
        found = tables.table("substance").find(named)
        code = found[0] if len(found) == 1 else ""
        if code:
            ask.echoes[row + "substance"] = tables.label("substance", code, self.language)
        return {} if named == self._first.get(row + "substance") else {"substance": code, "substance_as_given": named}

    def _identifier(self, row: str, old: Body) -> Body:
        del old
        ask = self.answers
        value = ask.text(row + "value")
        if not value:
            return {}
        kind = ask.chosen(row + "kind", tables.table("identifier").codes)
        if not kind:
            ask.errors[row + "kind"] = _("Say what this identifier is.")
        owner = {"nature": "company" if ask.checked(row + "company") else ""} if kind in COMPANY_OWNED else {}
        return {"kind": kind, "value": value, **owner}

    def _party(self, row: str, old: Body) -> Body:
        del old
        ask = self.answers
        texts = {name: ask.text(row + name) for name in ("name", "father_name")}
        codes = {name: ask.chosen(row + name, tables.table(table).codes) for name, table in PARTY_CODES.items()}
        said = {**texts, **codes, "born": ask.day(row + "born")}
        if not any(said.values()):
            return {}
        adult = {"yes": True, "no": False}.get(ask.data.get(row + "adult", ""))
        return {"nature": "company" if ask.checked(row + "company") else "natural", **said, "adult": adult}

    def _nameless(self) -> list[Body]:
        """Persons who are counted but not described: one element each, with nothing that tells them apart."""
        count = self.answers.count("persons", MOST_PERSONS) if self.base is None else None
        return [{"nature": "natural", "category": "unknown"} for _each in range(count or 0)]

    def _danger(self) -> list[Body]:
        ask = self.answers
        more = {"grade": ask.chosen("danger-grade", tables.table("danger_grade").codes), "expires": ask.day("danger-expires")}
        touched = any(ask.data.get(f"danger-{name}", "") != self._first.get(f"danger-{name}", "") for name in more)
        held = {one.get("kind"): one for one in self._old.get("danger", []) if not touched}
        chosen = [kind for kind in tables.table("danger").codes if ask.checked(f"danger-{kind}")]
        return [held.get(kind) or over({}, {"kind": kind, **more}) for kind in chosen]

    # body to answers

    def _initial(self) -> dict[str, str]:
        old = self._old
        place, seized = old.get("place", {}), old.get("seized_at", {})
        first = {
            "when": seized.get("typed") or seized.get("from") or f"{calendars.in_zone(self.now, self.zone):%Y-%m-%d %H:%M}",
            "country": tables.label("country", place.get("country", self.country), self.language),
            "division": place.get("division", ""),
            "post": place.get("post", ""),
            "place": place.get("name", ""),
            "circumstances": old.get("circumstances", ""),
            "transport": old.get("transport", ""),
            "hiding": old.get("concealment", {}).get("method", ""),
            "summary": old.get("text", {}).get("summary", ""),
            "simulated": "on" if old.get("simulated") else "",
        }
        for danger in old.get("danger", []):
            first |= {f"danger-{danger.get('kind')}": "on", "danger-grade": danger.get("grade", ""), "danger-expires": danger.get("expires", "")}
        rows = ((name, number, one) for name in LEAST for number, one in enumerate(self._shown(name)))
        return first | {f"{name}-{number}-{key}": value for name, number, one in rows for key, value in self._typed(name, one).items()}

    def _typed(self, name: str, one: Body) -> dict[str, str]:
        """Return what an officer would have typed for one element of a list."""
        if name == "exhibits":
            quantity = one.get("quantity", {})
            named = one.get("substance_as_given") or tables.label("substance", one.get("substance", ""), self.language)
            packages = str(one.get("packages", ""))
            return {"substance": named, "amount": str(quantity.get("value", "")), "unit": quantity.get("unit", ""), "packages": packages}
        company = "on" if one.get("nature") == "company" else ""
        if name == "identifiers":
            return {"kind": one.get("kind", ""), "value": one.get("value", ""), "company": company}
        texts = {key: one.get(key, "") for key in ("name", "father_name", "born", *PARTY_CODES)}
        adult = "" if one.get("adult") is None else "yes" if one["adult"] else "no"
        return {**texts, "company": company, "adult": adult}


def over(old: Mapping[str, Any], new: Mapping[str, Any]) -> Body:
    """Return the old object with the new values laid over it; what is new and empty is removed."""
    made = dict(old)
    for name, value in new.items():
        laid = over(made.get(name, {}), value) if isinstance(value, dict) else value
        if laid in ("", None, {}):
            made.pop(name, None)
        else:
            made[name] = laid
    return made
