"""What the page of the seizure form shows: fields in sections, with their words, options, echoes and errors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from rabet.vocabulary import tables
from rabet.web.form_fields import Input
from rabet.web.names import field_label
from rabet.web.seizure_form import PARTY_CODES, SeizureForm

# Said by leaving a field empty.
UNSAID = frozenset({"not_specified"})
Row = list[Input]


@dataclass(frozen=True, slots=True)
class Section:
    """Fields under one heading. rows: fields side by side; folded: shown only when asked for."""

    title: str
    rows: Sequence[Row]
    folded: bool = False


def word_lists(language: str) -> Mapping[str, Sequence[str]]:
    """Return the names to choose from while typing, per table."""
    return {
        table: [entry.labels[language] for entry in tables.table(table).entries.values() if entry.code not in UNSAID]
        for table in ("country", "substance")
    }


def sections(form: SeizureForm) -> Sequence[Section]:
    """Return the form as the page shows it: what is always asked first, the rest folded until it is filled."""
    page = _Page(form)
    return (
        Section(_("When and where"), [page.when(), page.where()]),
        Section(_("What and how much"), [page.exhibit(number) for number in form.rows("exhibits")]),
        Section(_("How it was carried"), [page.carried()]),
        Section(_("Identifiers"), [page.identifier(number) for number in form.rows("identifiers")]),
        Section(_("Persons and companies"), page.parties(), folded=not page.filled("parties", "persons")),
        Section(_("Danger"), page.danger(), folded=not page.filled("danger")),
        Section(_("Text and handling"), page.rest()),
    )


class _Page:
    """Makes the fields of one form."""

    def __init__(self, form: SeizureForm) -> None:
        self.form, self.ask, self.language = form, form.answers, form.language

    def filled(self, *beginnings: str) -> bool:
        said = {name for name, value in self.ask.data.items() if value} | set(self.ask.errors)
        return any(name.startswith(beginnings) for name in said)

    def when(self) -> Row:
        hint = _("Either calendar, any digits: 1403/7/29 14:05, 20.10.2024, today, -1")
        return [
            self._input("when", "seized_at", "code", hint=hint, needed=True),
            self._listed("country", "place/country", "country", needed=True),
        ]

    def where(self) -> Row:
        return [self._input("division", "place/division"), self._input("post", "place/post"), self._input("place", "place/name")]

    def exhibit(self, number: int) -> Row:
        row, first = f"exhibits-{number}-", number == 0
        return [
            self._listed(row + "substance", "exhibits/*/substance", "substance", needed=first),
            self._input(row + "amount", "exhibits/*/quantity", "decimal", needed=first),
            self._select(row + "unit", "exhibits/*/quantity/unit", "unit", blank=""),
            self._input(row + "packages", "exhibits/*/packages", "decimal"),
        ]

    def carried(self) -> Row:
        return [
            self._select("transport", "transport", "transport"),
            self._select("hiding", "concealment/method", "concealment"),
            self._select("circumstances", "circumstances", "circumstances"),
        ]

    def identifier(self, number: int) -> Row:
        row = f"identifiers-{number}-"
        return [
            self._select(row + "kind", "identifiers/*/kind", "identifier"),
            self._input(row + "value", "identifiers/*/value", "code"),
            self._check(row + "company", _("belongs to a company (plate, chassis)")),
        ]

    def parties(self) -> list[Row]:
        rows = [row for number in self.form.rows("parties") for row in self._party(f"parties-{number}-")]
        if self.form.base is not None:
            return rows
        count = self._input("persons", "", "decimal", hint=_("number of persons"))
        return [*rows, [replace(count, label=_("Further persons, not described"))]]

    def _party(self, row: str) -> list[Row]:
        names = [self._input(row + name, f"parties/*/{name}") for name in ("name", "father_name")]
        codes = [self._select(row + name, f"parties/*/{name}", table) for name, table in PARTY_CODES.items()]
        label, value = field_label("parties/*/adult", self.language), self.ask.data.get(row + "adult", "")
        adult = Input(row + "adult", label, value, "select", [("", "–"), ("yes", _("yes")), ("no", _("no"))])
        born = self._input(row + "born", "parties/*/born", "code")
        return [[*names, born, self._check(row + "company", _("a company"))], [*codes, adult]]

    def danger(self) -> list[Row]:
        kinds = [self._check(f"danger-{code}", tables.label("danger", code, self.language)) for code in tables.table("danger").codes]
        grade = self._select("danger-grade", "danger/*/grade", "danger_grade")
        return [kinds, [grade, self._input("danger-expires", "danger/*/expires", "code")]]

    def rest(self) -> list[Row]:
        case = Input("case", _("Case"), self.ask.data.get("case", ""), "select", [("", "–"), *self.form.cases])
        handling = replace(self._select("handling", "", "handling"), label=_("Handling"))
        offence = replace(self._select("offence", "", "offence"), label=_("Offence"))
        marks = [self._check("urgent", _("urgent: overtakes what waits")), self._check("simulated", _("invented for an exercise"))]
        hint = _("Counts as personal data until an officer marks it clear.")
        return [[self._input("summary", "text/summary", "area", hint=hint)], [handling, offence, case], marks]

    def _input(self, name: str, pattern: str, kind: str = "text", *, hint: str = "", needed: bool = False) -> Input:
        ask, label = self.ask, field_label(pattern, self.language) if pattern else ""
        return Input(
            name, label, ask.data.get(name, ""), kind, (), hint, ask.errors.get(name, ""), ask.echoes.get(name, ""), needed
        )  # fmt: skip

    def _check(self, name: str, label: str) -> Input:
        return Input(name, label, self.ask.data.get(name, ""), "check")

    def _select(self, name: str, pattern: str, table: str, *, blank: str = "–") -> Input:
        entries = tables.table(table).entries.values()
        options = [(entry.code, entry.labels[self.language]) for entry in entries if entry.code not in UNSAID]
        return replace(self._input(name, pattern, "select"), options=[("", blank), *options] if blank else options)

    def _listed(self, name: str, pattern: str, table: str, *, needed: bool) -> Input:
        """Free text with the table's names to choose from; any language and spelling is understood."""
        return replace(self._input(name, pattern, needed=needed), list=f"list-{table}")
