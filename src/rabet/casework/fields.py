"""The known fields of one version: paths, values, release classes, and what lists and comparison take from them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rabet.casework.values import Content, IdentifierRow, ListRow, Version
from rabet.matching.identifiers import normalise
from rabet.records.disclosure import Commitment, Disclosure, Leaf, assemble, pattern_of, read_leaf, select
from rabet.records.kinds import ReleaseClass, release_classes

LONGEST_IN_LIST = 200
_LISTED = frozenset({"statistics", "consignment"})
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
# Longer than any number that names a thing; an index of a database takes no key of any length.
_LONGEST_KEY = 200
# More things than one seizure names; each is compared with everything the node holds.
_MOST_KEYS = 500


@dataclass(frozen=True)
class Fields:
    """What this node knows of a version's fields. `commitment` is complete only for own records."""

    kind: str
    leaves: tuple[Leaf, ...]
    padding: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, kind: str, content: Content | None) -> "Fields":
        """Read stored content; a record whose key was destroyed has no fields."""
        if content is None:
            return cls(kind, ())
        return cls(kind, tuple(map(read_leaf, content.leaves)), tuple(map(bytes.fromhex, content.padding)))

    @classmethod
    def committed(cls, kind: str, commitment: Commitment) -> "Fields":
        """Take a fresh commitment as it is: its tree is not worked out twice."""
        made = cls(kind, commitment.leaves, commitment.padding)
        made.__dict__["commitment"] = commitment
        return made

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """Leaf path -> value."""
        return {leaf.path: leaf.value for leaf in self.leaves}

    @cached_property
    def classes(self) -> Mapping[str, ReleaseClass]:
        """Leaf path -> release class."""
        return release_classes(self.kind, self.values)

    @cached_property
    def commitment(self) -> Commitment:
        """The salted tree of an own record."""
        return Commitment(self.leaves, self.padding)

    @property
    def content(self) -> Content:
        """The form in which the store keeps it."""
        return Content(tuple(leaf.text for leaf in self.leaves), tuple(block.hex() for block in self.padding))

    def disclose(self, paths: Iterable[str]) -> Disclosure:
        """Make the disclosure of these paths."""
        return select(self.commitment, frozenset(paths))

    def body(self, *, without: frozenset[str] = frozenset()) -> dict[str, Any]:
        """Assemble the body, leaving out the release classes named."""
        return assemble(leaf for leaf in self.leaves if self.classes[leaf.path] not in without)

    def first(self, pattern: str) -> str:
        """Return the first value at a pattern as text fit for a list, or "": what a list shows is no person's, of whatever kind the record."""
        path = pattern if "*" not in pattern else min(self._at(*pattern.split("*")), default="")
        value = self.values.get(path)
        return "" if value is None or value in ([], {}) or self.classes[path] not in _LISTED else _shown(value)

    def _at(self, list_: str, name: str) -> Iterator[str]:
        """Yield the paths of one field in all elements of a list; their tokens have the elements' order."""
        start, depth = f"{list_}.", list_.count("/") + name.count("/")
        return (path for path in self.values if path.startswith(start) and path.endswith(name) and path.count("/") == depth)


def _shown(value: object) -> str:
    """Text fit for a list: a partner's words are short there, move no cursor and turn no line."""
    return _CONTROL.sub(" ", str(value)[:LONGEST_IN_LIST])


def _dangers(fields: Fields) -> str:
    found = (value for path, value in fields.values.items() if path.startswith("danger/") and path.endswith("/kind"))
    return _shown(",".join(sorted({str(kind).replace(",", " ") for kind in found})))


def list_row(version: Version, fields: Fields, *, laboratory: str = "") -> ListRow:
    """Build the list projection: no person data, so that every officer of the node's lists can be shown it."""
    header = version.header
    return ListRow(
        record=header.id,
        version=header.version,
        kind=header.kind,
        author=header.author,
        state=header.state,
        handling=header.handling,
        origin=version.origin,
        sender=version.sender,
        agreement=version.agreement,
        at=version.at,
        happened=fields.first("seized_at/from"),
        country=fields.first("place/country"),
        place=fields.first("place/post") or fields.first("place/name") or fields.first("place/division"),
        substance=fields.first("exhibits/*/substance") or fields.first("exhibits/*/type"),
        quantity=fields.first("exhibits/*/quantity/value"),
        unit=fields.first("exhibits/*/quantity/unit"),
        danger=_dangers(fields),
        urgent=version.urgent,
        simulated=fields.values.get("simulated") is True,
        laboratory=laboratory,
    )


# Fields outside `identifiers` that hold a comparable key: (pattern, kind of identifier, sibling with the country).
_ALSO = {
    "conveyances/*/plate": ("plate", "country"),
    "parties/*/phone": ("phone", "nationality"),
    "parties/*/document": ("document", "nationality"),
    "exhibits/*/marks/*": ("press_mark", ""),
}
_ALSO_NAMES = ("plate", "phone", "document")


def identifier_rows(version: Version, fields: Fields) -> Sequence[IdentifierRow]:
    """Return every comparable key of the version, normalised; a failed check digit is a quality, never a reason to leave it out."""
    rows: dict[tuple[str, str], IdentifierRow] = {}
    for kind, path, country in _identifiers(fields):
        person = fields.classes[path] != "consignment"
        for key in normalise(kind, str(fields.values[path]), country if isinstance(country, str) else None):
            row = IdentifierRow(version.header.id, version.header.version, key.kind, key.value, key.quality, person)
            if len(key.kind) + len(key.value) <= _LONGEST_KEY:
                rows.setdefault((key.kind, key.value), row)
    return tuple(rows.values())[:_MOST_KEYS]


def _identifiers(fields: Fields) -> Iterable[tuple[str, str, object]]:
    for path, value in fields.values.items():
        if not value or len(str(value)) > _LONGEST_KEY:
            continue
        element, _, name = path.rpartition("/")
        if name == "value" and path.startswith("identifiers/"):
            yield str(fields.values.get(f"{element}/kind", "")), path, fields.values.get(f"{element}/country")
        elif (name in _ALSO_NAMES or name.startswith(".")) and (also := _ALSO.get(pattern_of(path))) is not None:
            kind, country = also
            yield kind, path, fields.values.get(f"{element}/{country}") if country else None
