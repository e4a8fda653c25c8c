"""A curious partner with valid keys sends anything he likes: what cannot be kept is rejected with a reason, and what is kept can be read."""

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.attacks.forge import PLAIN, TOKEN, Forger, commit

from rabet.casework import reading, receiving
from rabet.casework.refusal import NotFound
from rabet.casework.values import ListRow
from rabet.records.disclosure import MAX_FIELDS
from rabet.records.header import read_header

CASE = {"case": "demonstration", "purpose": "investigation"}


def id_of(text: str) -> str:
    return read_header(json.loads(text)["header"]).id


def row_of(forger: Forger, record: str) -> ListRow:
    """The list row at the victim; every officer must be able to list and to show what was taken."""
    desk, officer = forger.nodes.desk(forger.victim), forger.nodes.officer(forger.victim, "duty")
    reading.show(desk, officer, record, **CASE)
    reading.history(desk, officer, record)
    return next(row for row in reading.list_records(desk, officer) if row.record == record)


def test_an_honest_record_of_the_forger_is_taken(forger: Forger) -> None:
    text = forger.record((*PLAIN, *person(), ("identifiers/.000000000003/kind", "phone"), ("identifiers/.000000000003/value", "+994 00 1")))
    assert forger.send(text)[0].status == "accepted"
    assert row_of(forger, id_of(text)).substance == "heroin"


def person() -> tuple[tuple[str, Any], ...]:
    known = {"nature": "natural", "category": "suspect", "status_class": "suspect", "adult": True}
    return tuple((f"parties/{TOKEN}/{name}", value) for name, value in known.items())


@pytest.mark.parametrize(
    ("leaves", "reason"),
    [
        ([("place/country", "RU")], "leaf_conflict"),
        ([("place/country/name", "x")], "leaf_conflict"),
        ([("place", "x")], "leaf_conflict"),
        ([("/".join("a" * 40), 1)], "too_deep"),
        ([("/".join("a" * 9_000), 1)], "too_deep"),
        ([("a" * 2_000, 1)], "too_deep"),
        ([("note", "x" * 20_000)], "text_too_long"),
        ([(f"x/{number}", 0) for number in range(MAX_FIELDS)], "too_many_items"),
    ],
    ids=["a value twice", "fields under a value", "a value over fields", "steep", "abyss", "endless name", "endless text", "multitude"],
)
def test_fields_that_no_body_can_hold_are_rejected(forger: Forger, leaves: list[tuple[str, Any]], reason: str) -> None:
    text = forger.record((*PLAIN, *leaves))
    (result,) = forger.send(text)
    assert (result.status, result.reason) == ("rejected", reason)


def test_a_wider_release_cannot_change_a_field_that_is_held(forger: Forger) -> None:
    """Two leaves for one place under one signed root: first the company, then the man."""
    made = commit((*PLAIN, ("place/post", "Astara"), ("place/post", "Ali Rezaei, Baku")))
    header = forger.header(made)
    first, second = (made.leaves[place] for place in (-2, -1))
    assert _send_leaves(forger, header, made, (*made.leaves[:-2], first)).status == "accepted"
    assert _send_leaves(forger, header, made, (*made.leaves[:-2], second)).reason == "leaf_conflict"
    assert row_of(forger, header.id).place == "Astara"


def _send_leaves(forger: Forger, header: Any, made: Any, shown: Any) -> Any:  # noqa: ANN401
    tree = made.levels[0]
    positions = sorted(tree.index(digest) for leaf, digest in zip(made.leaves, made.digests, strict=True) if leaf in shown)
    by_place = {tree.index(digest): leaf.text for leaf, digest in zip(made.leaves, made.digests, strict=True)}
    fields = [by_place[place] for place in positions]
    from rabet.records.disclosure import _proof  # noqa: PLC0415

    more = {"fields": fields, "positions": positions, "proof": list(_proof(made.levels, positions))}
    return forger.send(forger.text(header, made, show=[], approvals=0, **more))[0]


@pytest.mark.parametrize("day", ["2026-99-99", "0000-00-00", "2027-02-30", "۲۰۲۷-۰۱-۰۱"])
@pytest.mark.parametrize("state", ["current", "recalled"])
def test_a_header_with_a_day_that_does_not_exist_is_rejected(forger: Forger, day: str, state: str) -> None:
    """Without fields no rule of release looks at the date, and every later look at the record stumbled over it."""
    none = {"state": "recalled", "leaves": 0, "root": ""} if state == "recalled" else {}
    header = forger.header(retain_until=day, **none)
    (result,) = forger.send(forger.text(header, proof=[] if none else ["0" * 64]))
    assert (result.status, result.reason) == ("rejected", "wrong_form")
    with pytest.raises(NotFound):
        row_of(forger, header.id)


@pytest.mark.parametrize(
    "changes",
    [{"version": 10**30}, {"version": -1}, {"role": "x" * 100_000}, {"role": "\x1b[2J"}, {"at": "x" * 500}, {"record": "../../etc"}],
    ids=["version beyond every integer", "version below zero", "endless role", "role that clears a screen", "no time", "no id"],
)
def test_a_status_out_of_form_is_rejected(forger: Forger, changes: dict[str, Any]) -> None:
    made = forger.nodes.report()
    back = Forger(forger.nodes, forger.victim, forger.agency)
    plain = {"type": "status", "salt": "", "agreement": "", "record": made.record, "version": 1, "state": "delivered", "role": "analyst"}
    assert back.send(json.dumps({**plain, "at": "2026-11-22T00:00:00+00:00"}))[0].status == "accepted"
    (result,) = back.send(json.dumps({**plain, "at": "2026-11-22T00:00:00+00:00", **changes}))
    assert result.status == "rejected"
    assert result.reason != "poison"


def test_an_audit_message_is_no_place_for_text(forger: Forger) -> None:
    """It goes into this node's audit log, which nobody can shorten."""
    (result,) = forger.send(json.dumps({"type": "audit", "salt": "", "agreement": "", "root": "Ali Rezaei " * 10_000}))
    assert (result.status, result.reason) == ("rejected", "wrong_form")


def test_a_crowd_of_approvals_is_rejected_before_anything_is_worked_out(forger: Forger) -> None:
    made = commit(PLAIN)
    (result,) = forger.send(forger.text(forger.header(made), made, approvals=100))
    assert (result.status, result.reason) == ("rejected", "too_many_items")


@pytest.mark.parametrize(
    "leaves",
    [
        [("identifiers/.a/kind", "plate"), ("identifiers/.a/value", 5), ("identifiers/.a/country", 7)],
        [("identifiers/.a/kind", []), ("identifiers/.a/value", "x1"), ("identifiers/.a/country", ["IR"] * 0)],
        [("identifiers/.a/kind", "x" * 3_000), ("identifiers/.a/value", "1" * 3_000), ("identifiers/.a/country", "Z" * 3_000)],
        [("identifiers/.a/kind", "container"), ("identifiers/.a/value", "ﷺ" * 3_000)],
        [("identifiers/.a/value", True)],
        [(f"parties/{TOKEN}/phone", {}), (f"parties/{TOKEN}/document", False), *person()],
        [("danger", "x")],
        [("danger/kind", "armed")],
        [("parties", 7)],
        [("seized_at/to", 10**400)],
        [("place/post", {})],
        [("place/post", True)],
        [("*", 1), ("~", 2), ("~1", 3), ("~01", 4), (".x", 5), ("a//b", 6), ("", 7), ("a/ ", 8)],
        [("exhibits/*/substance", "Ali")],
        [("a\nb/.c", 1), ("b\n", 2)],
    ],
    ids=str,
)
def test_odd_types_and_paths_are_kept_or_rejected_but_never_break_a_page(forger: Forger, leaves: list[tuple[str, Any]]) -> None:
    taken = {path.split("/")[0] for path, _ in leaves} - {"place", "seized_at", "exhibits"}
    text = forger.record((*(leaf for leaf in PLAIN if leaf[0].split("/")[0] not in taken), *leaves))
    (result,) = forger.send(text)
    assert result.reason != "poison"
    if result.status == "accepted":
        row_of(forger, id_of(text))


def test_what_a_list_shows_of_a_partner_is_short_and_moves_no_cursor(forger: Forger) -> None:
    danger = [(f"danger/.{number:012x}/kind", "\x1b[2J\u009b2J\u202e" + "x" * 3_000) for number in range(20)]
    text = forger.record((*PLAIN, *danger, ("place/post", "\x1b]0;\u009b2J\u202eoops\n" + "x" * 900)))
    assert forger.send(text)[0].status == "accepted"
    row = row_of(forger, id_of(text))
    assert len(row.danger) <= 200
    assert len(row.place) <= 200
    assert not {char for char in row.danger + row.place if char in "\x1b\u009b\u202e\n"}


def test_a_thousand_repeated_numbers_make_neither_many_keys_nor_long_alerts(forger: Forger) -> None:
    """Fifty records that repeat them cost nine seconds under the one write lock, and sixty megabytes of alerts."""
    numbers = [(f"identifiers/.{i:012x}/{name}", value) for i in range(900) for name, value in (("kind", "seal"), ("value", f"REPEATED{i:06}"))]
    made = commit((*PLAIN, *numbers))
    texts = [forger.text(forger.header(made), made) for _ in range(3)]
    assert {result.status for result in forger.send(*texts)} == {"accepted"}
    with forger.nodes.desk(forger.victim).store.read() as uow:
        assert len(uow.identifiers(id_of(texts[0]))) == 500
    desk, officer = forger.nodes.desk(forger.victim), forger.nodes.officer(forger.victim, "duty")
    alerts = reading.show(desk, officer, id_of(texts[0])).alerts
    assert [len(alert.reasons) for alert in alerts] == [50, 50]


def test_versions_come_to_an_end_but_a_recall_is_always_taken(forger: Forger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "MOST_VERSIONS", 3)
    made = commit(PLAIN)
    first = forger.header(made)
    texts = [forger.text(replace(first, version=number), made) for number in (1, 2, 3, 4)]
    grave = forger.text(replace(first, version=5, state="recalled", leaves=0, root=""))
    assert [result.reason for result in forger.send(*texts, grave)] == ["", "", "", "too_many_versions", ""]
