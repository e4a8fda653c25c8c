"""The rule of access as a query: which records an officer may view, in SQL that is equal to `agreements.access.decide_access`.

A test compares the two on random officers and records, on both engines. On PostgreSQL the same rule stands a second time, as
row-level security (migrations/row_security.py), and reads what `Sight.settings` sets.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from rabet.agreements.access import FOUR_EYES_FROM
from rabet.agreements.facts import OFFICER, missing_facts
from rabet.agreements.terms import HANDLING_RANK, NO_CONTENT_ROLES, PROPOSING_ROLES
from rabet.casework.values import Officer
from rabet.storage.transactions import Value

# Between the parts of a list in a setting of PostgreSQL: no code, id or unit may hold it.
BETWEEN = "\x1f"
# A piece of SQL and the values of its places.
Condition = tuple[str, list[Value]]


@dataclass(frozen=True, slots=True)
class Sight:
    """An officer at one moment. in_force: ids of agreements in force; recalled: recalled records too (for the events that say so)."""

    officer: Officer
    agency: str
    in_force: frozenset[str]
    today: date
    recalled: bool = False

    @property
    def handling(self) -> tuple[str, ...]:
        """Handling codes up to the clearance, from four eyes on only for a strong sign-in; none for who may see no content at all."""
        officer = self.officer
        blind = next(missing_facts("officer", officer, OFFICER), None) or officer.roles & NO_CONTENT_ROLES
        if blind or not officer.active or officer.agency != self.agency:
            return ()
        highest = HANDLING_RANK[officer.clearance]
        return tuple(code for code, rank in HANDLING_RANK.items() if rank <= highest and (rank < FOUR_EYES_FROM or officer.strong))

    @property
    def permits(self) -> tuple[str, ...]:
        """Names of the permits open to the officer's roles: unit (need to know), own (supervisor), all (liaison)."""
        roles = self.officer.roles
        named = (("unit", roles & PROPOSING_ROLES), ("own", "supervisor" in roles), ("all", "liaison_officer" in roles))
        return tuple(name for name, holds in named if holds)

    @property
    def states(self) -> tuple[str, ...]:
        return ("current", "recalled") if self.recalled else ("current",)

    def settings(self) -> dict[str, str]:
        """Return the settings of PostgreSQL that the policy on `record` reads."""
        officer = self.officer
        return {
            "rabet.agency": self.agency,
            "rabet.unit": officer.unit,
            "rabet.cases": _listed(officer.cases),
            "rabet.handling": _listed(self.handling),
            "rabet.permits": _listed(self.permits),
            "rabet.agreements": _listed(self.in_force),
            "rabet.states": _listed(self.states),
            "rabet.today": self.today.isoformat(),
        }


def _listed(values: Iterable[str]) -> str:
    return BETWEEN.join(sorted(values))


def predicate(sight: Sight, table: str = "r") -> Condition:
    """Return a condition on `record`, under the alias `table`, and its values."""
    handling, permits = sight.handling, sight.permits
    if not handling or not permits:
        return "1 = 0", []
    return _all(
        _among(f"{table}.handling", handling),
        _among(f"{table}.state", sight.states),
        (f"NOT {table}.blocked", []),
        (f"{table}.retain_until >= %s", [sight.today.isoformat()]),
        _either((f"{table}.author = %s", [sight.agency]), _among(f"{table}.agreement", sight.in_force)),
        _either(*(_permit(name, sight, table) for name in permits)),
    )


def _permit(name: str, sight: Sight, table: str) -> Condition:
    officer = sight.officer
    if name == "all":
        return "1 = 1", []
    if name == "own":
        return f"{table}.author = %s", [sight.agency]
    return _either((f"{table}.unit = %s", [officer.unit]), _among(f'{table}."case"', officer.cases - {""}))


def _among(column: str, values: Collection[str]) -> Condition:
    if not values:
        return "1 = 0", []
    return f"{column} IN ({', '.join(['%s'] * len(values))})", [*sorted(values)]


def _all(*conditions: Condition) -> Condition:
    return " AND ".join(sql for sql, _ in conditions), [value for _, values in conditions for value in values]


def _either(*conditions: Condition) -> Condition:
    return f"({' OR '.join(sql for sql, _ in conditions)})", [value for _, values in conditions for value in values]
