"""A partner's words on our pages: they open, run nothing, and turn no line, whatever types and texts he signed."""

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from tests.attacks.forge import PLAIN, TOKEN, Forger, commit
from tests.web.conftest import CASE, Pages, close_pages, django, open_pages

from rabet.casework.receiving import Result, receive
from rabet.records.header import read_header
from rabet.records.kinds import KINDS

__all__ = ["django"]
HOSTILE = (
    "<script>alert(1)</script>", "'\"><img src=x onerror=alert(1)>", "{{ 7|add:7 }}{% now 'Y' %}", "javascript:alert(1)",
    "abc\u202egnp.exe", "\u2066x\u2069", "\u009b2J\x1b[2J", "ﷺ" * 40, "\u200f\u200e\u061c", "9999-99-99T99:99", "0000-01-01", "2026-13-01",
    "2026-11-20T08:00+99:99", "-5", "NaN", "1e400", "0" * 400, "", " ", "İıŞ", "۱۲٫۵", "12,5", "../../etc/passwd", "%s%n", "\n\r\n", "a,b;c",
)  # fmt: skip
ODD = (None, True, False, 0, -1, 10**300, [], {})
RAW = re.compile(r"<script>alert|<img src=x|[\u202a-\u202e\u2066\u2067\x1b\u0080-\u009f]")


@dataclass
class Pair:
    """What a Forger needs of the world."""

    khazar: Pages
    alborz: Pages

    def node(self, agency: str) -> Any:  # noqa: ANN401
        return self.khazar.node if agency == "khazar" else self.alborz.node

    def documents(self) -> Any:  # noqa: ANN401
        with self.alborz.node.store.read() as uow:
            return {"khazar-alborz": uow.agreements()[0]}

    def give(self, sender: str, partner: str, messages: list[tuple[int, str | None]]) -> Sequence[Result]:
        desk = self.node(partner).desk
        with desk.store.begin() as uow:
            return receive(desk, uow, sender, messages)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, django: None) -> Iterator[Pair]:
    pages = open_pages(tmp_path_factory.mktemp("hostile"), "khazar", "alborz")
    yield Pair(*pages)
    close_pages(*pages)


def _record(chance: random.Random, forger: Forger) -> str:
    """A record in which every field of its kind may hold anything, and some fields stand where none should."""
    kind = chance.choice(list(KINDS))
    person = {"category": "suspect", "status_class": "suspect", "adult": True, "nature": "natural"}
    leaves: dict[str, Any] = {f"parties/.000000000001/{name}": value for name, value in person.items()}
    for pattern in KINDS[kind].fields:
        if pattern.removeprefix("parties/*/") not in person and chance.random() < 0.6:
            path = pattern.replace("*", f".{chance.choice((1, 2)):012x}")
            leaves[path] = chance.choice(HOSTILE) if chance.random() < 0.7 else chance.choice(ODD)
    for name in ("danger", "exhibits", "seized_at", "place", "legs", "text", "more/.a", chance.choice(HOSTILE) or "x"):
        if chance.random() < 0.2:
            odd = chance.choice((*HOSTILE, *ODD))
            leaves = {path: value for path, value in leaves.items() if not path.startswith(f"{name}/")} | {name: odd}
    made = commit(leaves.items())
    return forger.text(forger.header(made, kind=kind), made)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_a_partner_signs_every_page_opens_and_runs_nothing(pair: Pair, seed: int) -> None:
    chance, forger = random.Random(seed), Forger(pair)  # type: ignore[arg-type]
    officer = pair.alborz.browser("duty", ("en", "fa", "az", "ru")[seed])
    system = {"authorization": f"Bearer {pair.alborz.token('read', 'feed')}"}
    taken = 0
    for _ in range(12):
        text = _record(chance, forger)
        (result,) = forger.send(text)
        assert result.reason != "poison"
        if result.status != "accepted":
            continue
        taken += 1
        record = read_header(json.loads(text)["header"]).id
        for path in (f"/records/{record}/", f"/records/{record}/?case={CASE}&purpose=investigation", f"/records/{record}/versions/1/"):
            answer = officer.get(path)
            assert answer.status == 200, path
            assert not RAW.search(answer.text), RAW.search(answer.text)
        assert officer.get(f"/api/v1/records/{record}", **system).status == 200
    assert taken > 3
    for path in ("/", "/records/", "/alerts/", "/embed/feed/"):
        answer = officer.get(path)
        assert answer.status == 200
        assert not RAW.search(answer.text), RAW.search(answer.text)
    assert officer.get("/api/v1/records", **system).status == 200
    assert officer.get("/api/v1/feed?limit=500", **system).status == 200


@pytest.mark.parametrize("amount", ["0" * 400, "1E999999", "9" * 190, "-", 10**190, "Infinity", "sNaN", "1_0", "۱۲"])
def test_no_quantity_takes_lists_and_feed_from_everybody(pair: Pair, amount: object) -> None:
    """One record with a number too long for the formatter, and nobody at the partner's node saw any record again."""
    forger, officer = Forger(pair), pair.alborz.browser("duty")  # type: ignore[arg-type]
    leaves = {**dict(PLAIN), f"exhibits/{TOKEN}/quantity/value": amount}
    assert forger.send(forger.record(leaves.items()))[0].status == "accepted"
    assert [officer.get(path).status for path in ("/", "/records/", "/embed/feed/")] == [200, 200, 200]


@pytest.mark.parametrize("warning", [5, True, "armed", [], {}, {"/.000000000001": "armed"}, {"/kind": "armed"}, {"/.000000000001/kind": []}])
def test_whatever_stands_for_a_warning_the_record_opens(pair: Pair, warning: Any) -> None:  # noqa: ANN401
    forger, officer = Forger(pair), pair.alborz.browser("duty")  # type: ignore[arg-type]
    leaves = [(f"danger{more}", value) for more, value in warning.items()] if isinstance(warning, dict) and warning else [("danger", warning)]
    text = forger.record((*PLAIN, *leaves))
    forger.send(text)
    record = read_header(json.loads(text)["header"]).id
    assert officer.get(f"/records/{record}/?case={CASE}&purpose=investigation").status in (200, 404)
