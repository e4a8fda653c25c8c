"""Code tables: what a field of a record may say, with names in four languages and look-up that forgives spelling and script.

Each table is a file in data/: per code a name in "en", "fa", "az" and "ru", other spellings under `also`, the `source` of the code
(the file's own where a code gives none) and further facts such as a country's `zone` or a unit's `kilograms`.
"""

import tomllib
from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from rabet.vocabulary.normalise import search_key

LANGUAGES = ("en", "fa", "az", "ru")


@dataclass(frozen=True, slots=True)
class Entry:
    """One code. labels: the four names; also: other spellings; facts: further columns of its table, all text."""

    code: str
    labels: Mapping[str, str]
    also: tuple[str, ...]
    source: str
    facts: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """A closed list of codes, in the order of its file."""

    name: str
    source: str
    entries: Mapping[str, Entry]

    @cached_property
    def codes(self) -> tuple[str, ...]:
        return tuple(self.entries)

    def label(self, code: str, language: str) -> str:
        """Return the name of a code. A code that is not known here is shown as it is; an unknown language gets English. Never fails."""
        entry = self.entries.get(code)
        return entry.labels.get(language, entry.labels["en"]) if entry else code

    def find(self, text: str) -> tuple[str, ...]:
        """Return the codes that a code, name or spelling in any language, script or case stands for: () none, several when ambiguous."""
        return self._spellings.get(search_key(text), ())

    @cached_property
    def _spellings(self) -> Mapping[str, tuple[str, ...]]:
        spellings: dict[str, tuple[str, ...]] = {}
        for entry in self.entries.values():
            for text in dict.fromkeys(search_key(text) for text in (entry.code, *entry.labels.values(), *entry.also)):
                spellings[text] = (*spellings.get(text, ()), entry.code)
        return spellings


@cache
def table(name: str) -> Table:
    """Return a table by the name that record fields give it ("substance", "unit", "country" ...).

    Raises:
        KeyError: there is no such table.
    """
    if name not in table_names():
        raise KeyError(name)
    data = tomllib.loads(_folder().joinpath(f"{name}.toml").read_text(encoding="utf-8"))
    source = data.pop("source")
    return Table(name, source, MappingProxyType({code: _entry(code, row, source) for code, row in data.items()}))


@cache
def table_names() -> frozenset[str]:
    return frozenset(file.name.removesuffix(".toml") for file in _folder().iterdir() if file.name.endswith(".toml"))


def codes_of(name: str) -> Container[str] | None:
    """Return the codes of a table, or None when no table of this name is known: a later version's code is kept, not refused."""
    return table(name).entries if name in table_names() else None


def label(name: str, code: str, language: str) -> str:
    """Return the name of a code in a table; the code itself when table or code are not known here. Never fails."""
    return table(name).label(code, language) if name in table_names() else code


def _folder() -> Any:  # noqa: ANN401 - importlib's Traversable moves between versions of Python
    return files(__package__).joinpath("data")


def _entry(code: str, row: dict[str, Any], source: str) -> Entry:
    labels = MappingProxyType({language: row.pop(language) for language in LANGUAGES})
    return Entry(code, labels, tuple(row.pop("also", ())), row.pop("source", source), MappingProxyType(row))
