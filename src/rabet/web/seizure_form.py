"""The short form for a seizure: typed answers to a record body and back. A correction keeps every field the form does not show."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext as _

from rabet.casework.reporting import Draft
from rabet.records.header import HANDLING
from rabet.vocabulary import tables
from rabet.web import calendars
from rabet.web.form_fields import Answers, Input
from rabet.web.names import field_label

Body = dict[str, Any]
EXHIBITS, IDENTIFIERS, PARTIES, MOST_PERSONS = 2, 3, 2, 99
UNSAID = frozenset({"not_specified"})
COMPANY_OWNED = ("plate", "vin")


@dataclass(frozen=True, slots=True)
class Section:
    """Fields under one heading. rows: fields side by side; folded: shown only when asked for."""

    title: str
    rows: Sequence[Sequence[Input]]
    folded: bool = False


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
            id=ask.chosen("id", [ask.data.get("id", "")]),
            handling=ask.chosen("handling", HANDLING),
            offence=ask.chosen("offence", tables.table("offence").codes),
            urgent=ask.checked("urgent"),
            case=ask.chosen("case", [case for case, _number in self.cases]),
        )

    # answers to body

    def _read(self) -> Body:
        body = {**self._old, **self._facts()}
        body["place"] = {**self._old.get("place", {}), **self._place()}
        body["exhibits"] = self._merged("exhibits", self._rows("exhibits", EXHIBITS), self._exhibit)
        body["identifiers"] = self._merged("identifiers", self._rows("identifiers", IDENTIFIERS), self._identifier)
        body["parties"] = [*self._merged("parties", self._rows("parties", PARTIES), self._party), *self._nameless()]
        body["danger"] = self._danger()
        if not body["exhibits"]:
            self.answers.errors.setdefault("exhibits-0-substance", _("This is needed."))
        return {name: value for name, value in body.items() if value not in ("", None, {}, [])}

    def _facts(self) -> Body:
        ask = self.answers
        facts: Body = {name: ask.chosen(name, tables.table(name).codes) for name in ("circumstances", "transport")}
        hiding = ask.chosen("hiding", tables.table("concealment").codes)
        facts["concealment"] = {**self._old.get("concealment", {}), **({"method": hiding} if hiding else {})}
        summary = ask.text("summary")
        facts["text"] = {**self._old.get("text", {}), "summary": summary} if summary else {}
        facts["seized_at"] = self._when()
        if ask.checked("simulated"):
            facts["simulated"] = True
        return facts

    def _when(self) -> Body:
        """Read the time; one that was not touched in a correction stays as it was signed."""
        if "seized_at" in self._old and self.answers.text("when") == self._first["when"]:
            return dict(self._old["seized_at"])
        zone = self._zone()
        found = self.answers.moment("when", zone, needed=True)
        return found.as_body(zone) if found else {}

    def _zone(self) -> str:
        codes = tables.table("country").find(self.answers.text("country"))
        entry = tables.table("country").entries.get(codes[0]) if len(codes) == 1 and codes[0] != self.country else None
        return entry.facts.get("zone", self.zone) if entry else self.zone

    def _place(self) -> Body:
        ask = self.answers
        country = ask.code("country", "country")
        ask.text("country", needed=True)
        place = {"country": country, "division": ask.text("division"), "post": ask.text("post"), "name": ask.text("place")}
        return {name: value for name, value in place.items() if value or name in self._old.get("place", {})}

    def _rows(self, name: str, least: int) -> range:
        return range(max(least, len(self._old.get(name, [])) + 1))

    def _merged(self, name: str, rows: range, read: Any) -> list[Body]:  # noqa: ANN401 - a bound reader of one row
        """Read each row over the element it shows; an emptied row removes it."""
        merged = []
        for number, old in zip_longest(rows, self._old.get(name, []), fillvalue=None):
            new = read(f"{name}-{number}-") if number is not None else {}
            if new:
                merged.append({**(old or {}), **new})
        return merged

    def _exhibit(self, row: str) -> Body:
        ask = self.answers
        if not any(ask.text(row + name) for name in ("substance", "amount")):
            return {}
        named = ask.text(row + "substance", needed=True)
        found = tables.table("substance").find(named)
        amount, unit = ask.number(row + "amount", needed=True), ask.chosen(row + "unit", tables.table("unit").codes) or "kg"
        if len(found) == 1:
            ask.echoes[row + "substance"] = tables.label("substance", found[0], self.language)
        if amount:
            ask.echoes[row + "amount"] += f" {tables.label('unit', unit, self.language)}"
        packages = ask.count(row + "packages", 1_000_000)
        exhibit: Body = {"type": "drug", "substance_as_given": named, "quantity": {"value": amount, "unit": unit}}
        return {**exhibit, **({"substance": found[0]} if len(found) == 1 else {}), **({} if packages is None else {"packages": packages})}

    def _identifier(self, row: str) -> Body:
        ask = self.answers
        value = ask.text(row + "value")
        if not value:
            return {}
        kind = ask.chosen(row + "kind", tables.table("identifier").codes)
        if not kind:
            ask.errors[row + "kind"] = _("Say what this identifier is.")
        owner = {"nature": "company"} if ask.checked(row + "company") and kind in COMPANY_OWNED else {}
        return {"kind": kind, "value": value, **owner}

    def _party(self, row: str) -> Body:
        ask = self.answers
        texts = {name: ask.text(row + name) for name in ("name", "father_name")}
        codes = {name: ask.chosen(row + name, tables.table(table).codes) for name, table in _PARTY_CODES.items()}
        said = {name: value for name, value in {**texts, **codes, "born": ask.day(row + "born")}.items() if value}
        if not said:
            return {}
        adult = {"yes": True, "no": False}.get(ask.data.get(row + "adult", ""))
        return {"nature": "company" if ask.checked(row + "company") else "natural", **said, **({} if adult is None else {"adult": adult})}

    def _nameless(self) -> list[Body]:
        """Persons who are counted but not described: one element each, with nothing that tells them apart."""
        count = self.answers.count("persons", MOST_PERSONS) if self.base is None else None
        return [{"nature": "natural", "category": "unknown"} for _each in range(count or 0)]

    def _danger(self) -> list[Body]:
        ask = self.answers
        grade, expires = ask.chosen("danger-grade", tables.table("danger_grade").codes), ask.day("danger-expires")
        more = {name: value for name, value in (("grade", grade), ("expires", expires)) if value}
        return [{"kind": kind, **more} for kind in tables.table("danger").codes if ask.checked(f"danger-{kind}")]

    # body to answers

    def _initial(self) -> dict[str, str]:
        old = self._old
        place, seized = old.get("place", {}), old.get("seized_at", {})
        first = {
            "when": seized.get("typed") or seized.get("from") or self._just_now(),
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
        return {**first, **_rows_of(old)}

    def _just_now(self) -> str:
        return f"{calendars.in_zone(self.now, self.zone):%Y-%m-%d %H:%M}"

    # what the page shows

    def sections(self) -> Sequence[Section]:
        """Return the form as the page shows it: what is always asked first, the rest unfolded when asked for or filled."""
        return (
            Section(_("When and where"), (self._time_and_country(), self._where())),
            Section(_("What and how much"), [self._exhibit_row(number) for number in self._rows("exhibits", EXHIBITS)]),
            Section(_("How it was carried"), [[self._select(name, name) for name in ("transport",)] + self._hidden()]),
            Section(_("Identifiers"), [self._identifier_row(number) for number in self._rows("identifiers", IDENTIFIERS)]),
            Section(_("Persons and companies"), self._party_rows(), folded=not self._filled("parties")),
            Section(_("Danger"), self._danger_rows(), folded=not self._filled("danger")),
            Section(_("Text and handling"), self._last_rows()),
        )

    def _filled(self, prefix: str) -> bool:
        return any(value for name, value in self.answers.data.items() if name.startswith(prefix)) or any(
            name.startswith(prefix) for name in self.answers.errors
        )

    def _input(self, name: str, label: str, kind: str = "text", *, hint: str = "", needed: bool = False) -> Input:
        ask = self.answers
        value = ask.data.get(name, "")
        return Input(name, label, value, kind, (), hint, ask.errors.get(name, ""), ask.echoes.get(name, ""), needed)

    def _select(self, name: str, table: str, label: str = "", *, blank: str = "–") -> Input:
        ask = self.answers
        entries = tables.table(table).entries.values()
        options = [(entry.code, entry.labels[self.language]) for entry in entries if entry.code not in UNSAID]
        options = [("", blank), *options] if blank else options
        value = ask.data.get(name, "")
        return Input(name, label or field_label(name, self.language), value, "select", options, "", ask.errors.get(name, ""))

    def _listed(self, name: str, label: str, table: str, *, needed: bool) -> Input:
        """Free text with the table's names to choose from; any language and spelling is understood."""
        return replace(self._input(name, label, needed=needed), list=f"list-{table}")

    def lists(self) -> Mapping[str, Sequence[str]]:
        """Return the names to choose from, per table."""
        return {
            table: [entry.labels[self.language] for entry in tables.table(table).entries.values() if entry.code not in UNSAID]
            for table in ("country", "substance")
        }

    def _time_and_country(self) -> list[Input]:
        label = field_label("place/country", self.language)
        hint = _("Either calendar, any digits: 1403/7/29 14:05, 20.10.2024, today, -1")
        return [
            self._input("when", field_label("seized_at", self.language), "code", hint=hint, needed=True),
            self._listed("country", label, "country", needed=True),
        ]

    def _where(self) -> list[Input]:
        return [
            self._input(name, field_label(f"place/{path}", self.language))
            for name, path in (("division", "division"), ("post", "post"), ("place", "name"))
        ]

    def _exhibit_row(self, number: int) -> list[Input]:
        row = f"exhibits-{number}-"
        return [
            self._listed(row + "substance", field_label("exhibits/*/substance", self.language), "substance", needed=number == 0),
            self._input(row + "amount", field_label("exhibits/*/quantity", self.language), "decimal", needed=number == 0),
            self._select(row + "unit", "unit", field_label("exhibits/*/quantity/unit", self.language), blank=""),
            self._input(row + "packages", field_label("exhibits/*/packages", self.language), "decimal"),
        ]

    def _hidden(self) -> list[Input]:
        return [
            self._select("hiding", "concealment", field_label("concealment/method", self.language)),
            self._select("circumstances", "circumstances"),
        ]

    def _identifier_row(self, number: int) -> list[Input]:
        row = f"identifiers-{number}-"
        return [
            self._select(row + "kind", "identifier", field_label("identifiers/*/kind", self.language)),
            self._input(row + "value", field_label("identifiers/*/value", self.language), "code"),
            self._input(row + "company", _("belongs to a company (plate, chassis)"), "check"),
        ]

    def _party_rows(self) -> list[list[Input]]:
        rows = [self._party_row(number) for number in self._rows("parties", PARTIES)]
        if self.base is None:
            count = self._input("persons", _("Further persons, not described"), "decimal", hint=_("number of persons"))
            return [*(inputs for row in rows for inputs in row), [count]]
        return [inputs for row in rows for inputs in row]

    def _party_row(self, number: int) -> list[list[Input]]:
        row = f"parties-{number}-"
        names = [self._input(row + name, field_label(f"parties/*/{name}", self.language)) for name in ("name", "father_name")]
        born = self._input(row + "born", field_label("parties/*/born", self.language), "code")
        codes = [self._select(row + name, table, field_label(f"parties/*/{name}", self.language)) for name, table in _PARTY_CODES.items()]
        grown = [("", "–"), ("yes", _("yes")), ("no", _("no"))]
        adult = Input(row + "adult", field_label("parties/*/adult", self.language), self.answers.data.get(row + "adult", ""), "select", grown)
        return [[*names, born, self._input(row + "company", _("a company"), "check")], [*codes, adult]]

    def _danger_rows(self) -> list[list[Input]]:
        kinds = [self._input(f"danger-{code}", tables.label("danger", code, self.language), "check") for code in tables.table("danger").codes]
        grade = self._select("danger-grade", "danger_grade", field_label("danger/*/grade", self.language))
        return [kinds, [grade, self._input("danger-expires", field_label("danger/*/expires", self.language), "code")]]

    def _last_rows(self) -> list[list[Input]]:
        ask = self.answers
        cases = Input("case", _("Case"), ask.data.get("case", ""), "select", [("", "–"), *self.cases])
        urgent = self._input("urgent", _("urgent: overtakes what waits"), "check")
        simulated = self._input("simulated", _("invented for an exercise"), "check")
        summary = self._input(
            "summary", field_label("text/summary", self.language), "area", hint=_("Counts as personal data until an officer marks it clear.")
        )
        return [
            [summary],
            [self._select("handling", "handling", _("Handling")), self._select("offence", "offence", _("Offence")), cases],
            [urgent, simulated],
        ]


_PARTY_CODES = {"role": "party_role", "category": "party_category", "status_class": "status_class"}


def _rows_of(old: Mapping[str, Any]) -> dict[str, str]:
    """Return the answers that the rows of a body would be typed as."""
    rows: dict[str, str] = {}
    for number, one in enumerate(old.get("exhibits", [])):
        quantity = one.get("quantity", {})
        named = one.get("substance_as_given") or one.get("substance", "")
        values = {"substance": named, "amount": quantity.get("value", ""), "unit": quantity.get("unit", ""), "packages": one.get("packages", "")}
        rows |= {f"exhibits-{number}-{name}": str(value) for name, value in values.items()}
    for number, one in enumerate(old.get("identifiers", [])):
        rows |= {f"identifiers-{number}-{name}": str(one.get(name, "")) for name in ("kind", "value")}
        rows[f"identifiers-{number}-company"] = "on" if one.get("nature") == "company" else ""
    for number, one in enumerate(old.get("parties", [])):
        rows |= {f"parties-{number}-{name}": str(one.get(name, "")) for name in ("name", "father_name", "born", *_PARTY_CODES)}
        rows[f"parties-{number}-company"] = "on" if one.get("nature") == "company" else ""
        rows[f"parties-{number}-adult"] = {True: "yes", False: "no"}.get(one.get("adult"), "")
    return rows
