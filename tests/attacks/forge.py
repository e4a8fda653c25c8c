"""A partner with valid keys who sends whatever he likes: any leaves, any header, any approvals, signed as they should be."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import count
from typing import Any

from tests.casework.conftest import Nodes

from rabet.agreements.facts import release_digest
from rabet.casework.receiving import Result
from rabet.records.disclosure import Commitment, Leaf, select
from rabet.records.header import Header, header_digest, write_header
from rabet.records.signing import Purpose

MINUTE, PERSONS = "khazar-alborz", ("liaison_officer", "supervisor")
TOKEN, OTHER = ".000000000001", ".000000000002"
Leaves = Iterable[tuple[str, Any]]
_IDS = count(0xF0)
# What every seizure says of itself.
PLAIN = (
    ("seized_at/from", "2026-11-20T08:00+04:00"), ("seized_at/precision", "minute"), ("seized_at/zone", "Asia/Baku"),
    ("seized_at/calendar", "gregorian"), ("place/country", "AZ"), (f"exhibits/{TOKEN}/type", "drug"),
    (f"exhibits/{TOKEN}/substance", "heroin"), (f"exhibits/{TOKEN}/quantity/value", "1"), (f"exhibits/{TOKEN}/quantity/unit", "kg"),
)  # fmt: skip


@dataclass
class Forger:
    """Signs in the name of `agency` and sends to `victim` under the agreement that lets persons through."""

    nodes: Nodes
    agency: str = "khazar"
    victim: str = "alborz"
    agreement: str = MINUTE
    sent: int = 10_000

    def header(self, made: Commitment | None = None, **changes: Any) -> Header:  # noqa: ANN401 - any field
        plain = Header(
            kind="seizure", id=changes.pop("id", "") or f"{next(_IDS):032x}", version=1, author=self.agency, state="current", previous="",
            handling="H1", purpose="investigation", offence="import_export", retain_until="2027-06-01", evaluation="official",
            leaves=made.size if made else 16, root=made.root if made else "0" * 64,
        )  # fmt: skip
        return replace(plain, **changes)

    def text(self, header: Header, made: Commitment | None = None, *, show: Iterable[str] | None = None, approvals: int = 2, **more: Any) -> str:  # noqa: ANN401
        """Return a record message. show: paths disclosed, all if None; approvals: how many people are claimed; more: keys put over it."""
        text = write_header(header)
        signatures = self.nodes.node(self.agency).keys._keys.sign(Purpose.RECORD, text.encode())  # type: ignore[attr-defined]
        shown = select(made, frozenset(leaf.path for leaf in made.leaves) if show is None else frozenset(show)) if made else None
        paths = frozenset(leaf.path for leaf in made.leaves if show is None or leaf.path in show) if made else frozenset()
        digest = release_digest(self.nodes.documents()[self.agreement].digest, self.victim, header_digest(text), paths)
        said = {"role": "", "officer": "", "digest": digest, "at": "2026-11-21T00:00:00+00:00"}
        data = {
            "type": "record", "salt": "0" * 32, "agreement": self.agreement, "header": text,
            "signatures": [one.to_json() for one in signatures],
            "fields": shown.fields if shown else [], "positions": shown.positions if shown else [], "proof": shown.proof if shown else [],
            "text_clear": False, "neutral": approvals > 0,
            "approvals": [{**said, "officer": f"officer-{i}", "role": PERSONS[i % 2]} for i in range(approvals)],
        }  # fmt: skip
        return json.dumps({**data, **more}, ensure_ascii=False)

    def record(self, leaves: Leaves, **changes: Any) -> str:  # noqa: ANN401 - any field of the header
        """Return a message that shows all of these leaves."""
        made = commit(leaves)
        return self.text(self.header(made, **changes), made)

    def send(self, *texts: str | None) -> Sequence[Result]:
        """Have the victim take these messages as one batch."""
        self.sent += len(texts)
        return self.nodes.give(self.agency, self.victim, [(self.sent - len(texts) + i, text) for i, text in enumerate(texts)])


def commit(leaves: Leaves) -> Commitment:
    """Commit to any leaves, however they contradict each other."""
    made = tuple(Leaf(path, value, json.dumps([f"{i:032x}", path, value], ensure_ascii=False)) for i, (path, value) in enumerate(leaves))
    size = 16
    while size < len(made):
        size *= 2
    return Commitment(made, tuple(sha256(b"%d" % i).digest() for i in range(size - len(made))))
