"""Acts on the store, the same on both engines."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.storage.samples import AUDIT, NOW, content, header, keys_of, officer, outgoing, record_id, release, report, row, version

from rabet.casework.values import Alert, Approval, Content, Event, Job, Withheld
from rabet.records.merkle import EMPTY_ROOT, CompactRange, leaf_hash
from rabet.storage.record_keys import KeyDestroyed, RecordKeys
from rabet.storage.store import Store
from rabet.storage.transactions import reading, rows, run, writing
from rabet.storage.unit.ground import ReadOnly
from rabet.storage.unit.work import ChangeWithoutAudit, UnitOfWork


def test_a_version_comes_back_as_it_was_stored(store: Store) -> None:
    made = report(store)
    with store.read() as uow:
        assert uow.version(made.header.id) == made
        assert uow.version(made.header.id, 1) == made
        assert uow.version(made.header.id, 2) is None
        assert uow.versions(record_id("unknown")) == []
        assert uow.content(made) == content("body")
        assert uow.rows([made.header.id]) == {made.header.id: row(made)}


def test_reads_of_a_transaction_see_its_own_writes(store: Store) -> None:
    with store.begin() as uow:
        made = version(uow)
        uow.add_version(made, content("x"), row(made))
        uow.set_identifiers(made.header.id, keys_of(made, ("seal", "S1")))
        uow.add_release(release(made))
        uow.add_withheld(Withheld(made.header.id, 1, "volga", "all", (("no_clause", "c1", "art. 4"),)))
        uow.add_receipt(made.header.id, 1, "alborz", "delivered", "duty_officer", NOW)
        uow.audit(replace(AUDIT, about=made.header.id))
        assert uow.version(made.header.id) == made
        assert uow.content(made) == content("x")
        assert [one.value for one in uow.sharing([("seal", "S1")])] == ["S1"]
        assert uow.releases(made.header.id) == [release(made)]
        assert uow.withheld(made.header.id)[0].reasons == (("no_clause", "c1", "art. 4"),)
        assert uow.receipts(made.header.id) == [(1, "alborz", "delivered", "duty_officer", NOW)]
        assert [entry.about for _, _, entry in uow.audit_entries()] == [made.header.id]
        assert made.header.id in uow.rows([made.header.id])


def act(store: Store, *steps: Callable[[UnitOfWork], object]) -> None:
    """One transaction of these steps."""
    with store.begin() as uow:
        for step in steps:
            step(uow)


def fail(uow: UnitOfWork) -> None:
    raise ZeroDivisionError


def report_all(uow: UnitOfWork) -> None:
    made = version(uow)
    uow.add_version(made, content("x"), row(made))
    uow.event(Event(kind="record", record=made.header.id))
    uow.send(outgoing(made))
    uow.audit(AUDIT)
    uow.rows([made.header.id])  # what was collected is in the database now


def test_a_failed_act_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        act(store, report_all, fail)
    with store.read() as uow:
        assert uow.version(record_id(1)) is None
        assert (uow.last_event(), uow.audit_head()) == (0, (0, EMPTY_ROOT.hex()))
        assert uow.lanes() == []


def test_a_change_without_audit_is_refused(store: Store) -> None:
    with pytest.raises(ChangeWithoutAudit):
        act(store, lambda uow: uow.add_version(version(uow), content("x"), None))
    with pytest.raises(ChangeWithoutAudit):
        act(store, lambda uow: uow.event(Event(kind="partner")))
    with store.read() as uow:
        assert uow.version(record_id(1)) is None
    with store.begin() as uow:  # looking needs no entry
        uow.version(record_id(1))


def test_a_read_only_view_changes_nothing(store: Store) -> None:
    made = report(store)
    with store.read() as uow:
        for change in (
            lambda: uow.add_version(made, content("x"), None),
            lambda: uow.audit(AUDIT),
            lambda: uow.event(Event(kind="x")),
            lambda: uow.set_blocked(made.header.id, blocked=True),
            lambda: uow.send(outgoing(made)),
            lambda: uow.job(Job(key="k", act="a", due=NOW)),
            uow.new_key,
        ):
            with pytest.raises(ReadOnly):
                change()


def test_a_correction_moves_the_record_to_the_top_of_the_list(store: Store) -> None:
    first, second = report(store, 1), report(store, 2)
    with store.begin() as uow:
        corrected = version(uow, 1, head={"version": 2, "handling": "H0"}, unit="u9")
        uow.add_version(corrected, content("new"), row(corrected, place="Julfa"))
        uow.audit(AUDIT)
    with store.read() as uow:
        assert [one.header.version for one in uow.versions(first.header.id)] == [1, 2]
        assert uow.version(first.header.id) == corrected
        assert uow.rows([first.header.id])[first.header.id].place == "Julfa"
        liaison = officer(roles=frozenset({"liaison_officer"}))
        assert [one.record for one in uow.listing(liaison)] == [first.header.id, second.header.id]
        assert [one.record for one in uow.listing(officer(unit="u9"))] == [first.header.id]


def test_a_late_older_version_leaves_the_list_alone(store: Store) -> None:
    with store.begin() as uow:
        newer = version(uow, 1, head={"version": 2, "author": "alborz"})
        uow.add_version(newer, content("two"), row(newer))
        uow.audit(AUDIT)
    with store.begin() as uow:
        older = version(uow, 1, head={"version": 1, "author": "alborz", "handling": "H3"})
        uow.add_version(older, content("one"), None)
        uow.audit(AUDIT)
    with store.read() as uow:
        assert uow.version(newer.header.id) == newer
        assert uow.rows([newer.header.id])[newer.header.id].handling == "H1"
        assert uow.content(older) == content("one")


def test_a_widened_version_keeps_its_place_and_gets_its_new_content(store: Store) -> None:
    first, second = report(store, 1), report(store, 2)
    with store.begin() as uow:
        uow.set_content(first, content("a", "b"))
        uow.add_version(first, content("a", "b", "c"), row(first, place="Baku"))
        uow.audit(AUDIT)
    with store.read() as uow:
        assert uow.content(first) == content("a", "b", "c")
        assert [one.place for one in uow.listing(officer())] == ["Astara", "Baku"]
        assert uow.content(second) == content("body")


def test_blocking_and_clearing_text(store: Store) -> None:
    made = report(store)
    with store.begin() as uow:
        uow.set_text_clear(made.header.id, 1)
        uow.set_blocked(made.header.id, blocked=True)
        assert uow.version(made.header.id) == replace(made, text_clear=True, blocked=True)
        uow.audit(AUDIT)
    with store.read() as uow:
        assert uow.version(made.header.id) == replace(made, text_clear=True, blocked=True)


def test_erasing_destroys_keys_after_commit_and_only_then(store: Store, keys: RecordKeys) -> None:
    made = report(store, 1, ("seal", "S1"))
    sealed = keys.seal(made.key_slot, b"x")
    with pytest.raises(ZeroDivisionError):
        act(store, lambda uow: uow.erase(made.header.id, before=2), lambda uow: uow.audit(AUDIT), fail)
    assert keys.open(made.key_slot, sealed) == b"x"
    with store.begin() as uow:
        uow.erase(made.header.id, before=2)
        tombstone = version(uow, 1, head={"version": 2, "state": "recalled"})
        uow.add_version(tombstone, content(), None)
        uow.audit(AUDIT)
    with pytest.raises(KeyDestroyed):
        keys.open(made.key_slot, sealed)
    with store.read() as uow:
        assert uow.content(made) is None
        assert uow.content(tombstone) == content()
        assert uow.rows([made.header.id]) == {}
        assert uow.sharing([("seal", "S1")]) == []
        assert uow.version(made.header.id) == tombstone


def test_keys_doomed_before_a_crash_are_destroyed_at_the_next_start(
    store: Store, keys: RecordKeys, make_store: Callable[..., Store], database: str
) -> None:
    made = report(store)
    with writing(store.alias):
        run(store.alias, "INSERT INTO doomed_key (slot) VALUES (%s)", [made.key_slot])
    make_store(database)
    with pytest.raises(KeyDestroyed):
        keys.seal(made.key_slot, b"x")


def test_identifiers_are_replaced_and_found_by_key(store: Store) -> None:
    one = report(store, 1, ("seal", "S1"), ("phone", "+994501112233"))
    two = report(store, 2, ("seal", "S1"), ("plate", "10AB123"))
    with store.read() as uow:
        assert {row.record for row in uow.sharing([("seal", "S1"), ("plate", "none")])} == {one.header.id, two.header.id}
        assert [(row.kind, row.value) for row in uow.identifiers(two.header.id)] == [("seal", "S1"), ("plate", "10AB123")]
    with store.begin() as uow:
        uow.set_identifiers(one.header.id, keys_of(one, ("seal", "S9")))
        uow.audit(AUDIT)
    with store.read() as uow:
        assert {row.record for row in uow.sharing([("seal", "S1")])} == {two.header.id}
        assert uow.sharing([]) == []


def test_an_alert_between_two_records_is_joined_whichever_way_round(store: Store) -> None:
    one, two = report(store, 1), report(store, 2)
    alert = Alert(
        id="a" * 32,
        record=one.header.id,
        other=two.header.id,
        reasons=(("same_seal", "seal", "S1"),),
        person=False,
        state="new",
        at=NOW,
    )
    turned = replace(alert, id="b" * 32, record=alert.other, other=alert.record, person=True, reasons=(("same_phone", "phone", "+1"),))
    with store.begin() as uow:
        uow.add_alert(alert)
        uow.add_alert(turned)
        uow.audit(AUDIT)
    joined = replace(alert, person=True, reasons=alert.reasons + turned.reasons)
    with store.read() as uow:
        assert uow.alerts(officer()) == [joined]
        assert uow.alerts(officer(), record=two.header.id) == [joined]
        assert uow.alerts(officer(unit="u2")) == []
        assert uow.rows([two.header.id])[two.header.id].alerts == 1
    with store.begin() as uow:
        assert uow.drop_alerts(two.header.id) == [joined]
        uow.audit(AUDIT)
        assert uow.alerts(officer()) == []


def test_releases_change_state_and_are_found(store: Store) -> None:
    made = report(store)
    waiting = release(made, state="waiting", part="person", approvals=(Approval("duty_officer", "o1", "d" * 64, "now"),))
    with store.begin() as uow:
        uow.add_release(release(made))
        uow.add_release(waiting)
        uow.audit(AUDIT)
    with store.begin() as uow:
        assert uow.releases(state="waiting") == [waiting]
        uow.set_release(replace(waiting, state="sent"))
        uow.audit(AUDIT)
        assert uow.release(waiting.id) == replace(waiting, state="sent")
        with pytest.raises(KeyError):
            uow.set_release(replace(waiting, id="0" * 32))
    with store.read() as uow:
        assert uow.releases(made.header.id, state="waiting") == []
        assert len(uow.releases(made.header.id)) == 2
        assert uow.release("0" * 32) is None


def test_the_audit_log_is_a_tree_over_salted_entries(store: Store) -> None:
    for number in range(5):
        with store.begin() as uow:
            uow.audit(replace(AUDIT, about=f"about {number}", detail={"n": number}))
            uow.audit(replace(AUDIT, act="second"))
    with store.read() as uow:
        entries = uow.audit_entries()
        assert [number for number, _, _ in entries] == list(range(1, 11))
        assert entries[2][2] == replace(AUDIT, about="about 1", detail={"n": 1})
        assert [number for number, _, _ in uow.audit_entries(after=8)] == [9, 10]
        assert [number for number, _, _ in uow.audit_entries(about="about 3")] == [7]
        size, root = uow.audit_head()
    with reading(store.alias):
        stored = rows(store.alias, "SELECT salt, entry FROM audit_entry ORDER BY id")
    tree = CompactRange().extend(leaf_hash(bytes(salt) + bytes(entry)) for salt, entry in stored)
    assert (size, root) == (tree.size, tree.root().hex())


def test_events_are_numbered_in_order_of_commit(store: Store) -> None:
    made = report(store)
    for number in range(3):
        with store.begin() as uow:
            uow.event(Event(kind="record", record=made.header.id, detail={"n": number}))
            uow.event(Event(kind="partner", partner="alborz"))
            uow.audit(AUDIT)
    with store.read() as uow:
        events = uow.events(officer(), after=2)
        assert [(one.number, one.kind) for one in events] == [(3, "record"), (4, "partner"), (5, "record"), (6, "partner")]
        assert events[0].detail == {"n": 1}
        assert uow.last_event() == 6
        assert [one.kind for one in uow.events(officer(unit="u2"))] == ["partner"] * 3


def test_a_record_id_taken_by_another_transaction_is_an_error_not_a_merge(store: Store) -> None:
    made = report(store)
    with store.begin() as uow:
        again = uow.version(made.header.id)
        uow.add_version(replace(again, key_slot=again.key_slot), content("other"), None)
        uow.audit(AUDIT)
    with store.read() as uow:
        assert len(uow.versions(made.header.id)) == 1


def test_prefetch_reads_a_batch_at_once(store: Store) -> None:
    made = [report(store, seed) for seed in range(5)]
    with store.read() as uow:
        uow.prefetch([one.header.id for one in made] + [header("none").id])
        assert [uow.version(one.header.id) for one in made] == made
        assert uow.version(header("none").id) is None


def test_a_leaf_that_is_no_json_text_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="control character"):
        act(store, lambda uow: uow.add_version(version(uow), Content(("a\x1eb",)), None))


def test_a_list_counts_only_alerts_with_records_the_officer_may_see(store: Store) -> None:
    one, two, hidden = report(store, 1), report(store, 2), report(store, 3, unit="u2")
    with store.begin() as uow:
        for number, other in enumerate((two, hidden)):
            uow.add_alert(Alert(id=f"a{number}", record=one.header.id, other=other.header.id, reasons=(), person=False, state="new", at=NOW))
        uow.audit(AUDIT)
    with store.read() as uow:
        listed = {found.record: found.alerts for found in uow.listing(officer())}
        assert listed == {one.header.id: 1, two.header.id: 1}
        everything = [one.header.id, two.header.id, hidden.header.id]
        assert {record: found.alerts for record, found in uow.rows(everything, officer=officer()).items()} == listed
        assert {record: found.alerts for record, found in uow.rows(everything).items()} == dict(zip(everything, (2, 1, 1), strict=True))
