"""What the drivers of a link find: lanes with trees, texts that go, digests that stay, receipts that are never lost."""

from collections.abc import Callable
from hashlib import sha256
from itertools import pairwise

import pytest
from tests.storage.conftest import TestClock
from tests.storage.samples import AUDIT, NOW, content, outgoing, report, row, version

from rabet.casework.values import Event, LaneState
from rabet.records.merkle import CompactRange, leaf_hash
from rabet.storage.lanes import Evidence
from rabet.storage.record_keys import RecordKeys
from rabet.storage.store import Store
from rabet.storage.transactions import reading, rows


def digest(text: str) -> bytes:
    return sha256(text.encode()).digest()


def send(store: Store, *texts: str, lane: str = "normal", seed: object = "sent") -> None:
    with store.begin() as uow:
        for number, text in enumerate(texts):
            made = version(uow, f"{seed} {text} {number}")
            uow.add_version(made, content("x"), row(made))
            uow.send(outgoing(made, text, lane=lane))
        uow.audit(AUDIT)


def batch(first: int, texts: list[str], before: CompactRange) -> tuple[Evidence, CompactRange]:
    tree = before.extend(leaf_hash(digest(text)) for text in texts)
    made = Evidence(
        first=first,
        through=first + len(texts),
        manifest=b"manifest",
        signatures="[]",
        digests=[digest(text) for text in texts],
        receipt=f"receipt {first}".encode(),
        root=tree.root(),
    )
    return made, tree


def acknowledge(store: Store, first: int, texts: list[str], before: CompactRange | None = None) -> CompactRange:
    made, tree = batch(first, texts, before or CompactRange())
    store.links.acknowledge("alborz", "normal", made, tree)
    return tree


def test_sequences_run_on_without_gap_per_partner_and_lane(store: Store) -> None:
    send(store, "a", "b")
    send(store, "c", lane="urgent")
    send(store, "d")
    assert store.links.sizes("alborz") == {"urgent": (1, 0), "normal": (3, 0)}
    assert store.links.sizes("volga") == {"urgent": (0, 0), "normal": (0, 0)}
    assert [(one.sequence, one.text) for one in store.links.waiting("alborz", "normal", 0)] == [(0, "a"), (1, "b"), (2, "d")]
    assert [one.text for one in store.links.waiting("alborz", "normal", 2)] == ["d"]
    assert store.links.waiting("volga", "normal", 0) == []


def test_a_batch_is_bounded_by_count_and_by_bytes_but_never_empty(store: Store) -> None:
    send(store, *("x" * 1000 for _ in range(5)))
    assert len(store.links.waiting("alborz", "normal", 0, count=3)) == 3
    assert len(store.links.waiting("alborz", "normal", 0, room=2500)) == 2
    assert len(store.links.waiting("alborz", "normal", 0, room=10)) == 1


def test_texts_are_sealed_in_the_database(store: Store) -> None:
    send(store, "a text that must not be read")
    with reading(store.alias):
        ((sealed,),) = rows(store.alias, "SELECT text FROM outbox")
    assert b"must not" not in bytes(sealed)


def test_a_receipt_moves_the_lane_and_drops_the_texts_but_not_the_digests(store: Store) -> None:
    send(store, "a", "b", "c")
    tree = acknowledge(store, 0, ["a", "b"])
    assert store.links.sizes("alborz")["normal"] == (3, 2)
    assert store.links.out_tree("alborz", "normal", 2) == tree
    assert store.links.out_tree("alborz", "normal", 1) == CompactRange().append(leaf_hash(digest("a")))
    with pytest.raises(ValueError, match="not 3"):
        store.links.out_tree("alborz", "normal", 3)
    waiting = store.links.waiting("alborz", "normal", 0)
    assert [(one.text, one.digest) for one in waiting] == [(None, digest("a")), (None, digest("b")), ("c", digest("c"))]


def test_a_receipt_that_comes_twice_or_late_changes_nothing_more(store: Store) -> None:
    send(store, "a", "b", "c")
    tree = acknowledge(store, 0, ["a", "b", "c"])
    acknowledge(store, 0, ["a", "b"])
    acknowledge(store, 0, ["a", "b", "c"])
    assert store.links.sizes("alborz")["normal"] == (3, 3)
    assert store.links.out_tree("alborz", "normal", 3) == tree


def test_receipts_that_overlap_are_all_kept_and_give_each_digest_once(store: Store) -> None:
    send(store, "a", "b", "c", "d")
    half = acknowledge(store, 0, ["a", "b"])
    assert half.size == 2
    acknowledge(store, 0, ["a", "b", "c"])
    acknowledge(store, 2, ["c", "d"], half)
    log = store.logs.lane("alborz", "normal", "out")
    assert [(one.first, one.through, one.receipt) for one in log.batches] == [
        (0, 2, b"receipt 0"),
        (0, 3, b"receipt 0"),
        (2, 4, b"receipt 2"),
    ]
    assert log.digests == [digest(text) for text in "abcd"]
    assert store.links.out_tree("alborz", "normal", 3).size == 3


def test_withdrawn_texts_leave_as_digests(store: Store) -> None:
    send(store, "other")
    made = report(store, 1)
    with store.begin() as uow:
        uow.send(outgoing(made, "one"))
        uow.send(outgoing(made, "two"))
        uow.audit(AUDIT)
    with store.begin() as uow:
        assert uow.withdraw(made.header.id, before=1) == 0
        assert uow.withdraw(made.header.id, before=2) == 2
        assert uow.withdraw(made.header.id, before=2) == 0
        uow.audit(AUDIT)
    assert [(one.text, one.digest) for one in store.links.waiting("alborz", "normal", 0)] == [
        ("other", digest("other")),
        (None, digest("one")),
        (None, digest("two")),
    ]


def test_a_text_whose_key_was_destroyed_leaves_as_its_digest(store: Store, keys: RecordKeys) -> None:
    made = report(store, 1)
    with store.begin() as uow:
        uow.send(outgoing(made, "one"))
        uow.audit(AUDIT)
    keys.destroy(made.key_slot)
    assert [one.text for one in store.links.waiting("alborz", "normal", 0)] == [None]


def test_a_message_that_may_not_leave_is_emptied_alone(store: Store) -> None:
    send(store, "a", "b")
    store.links.empty_message("alborz", "normal", 0)
    assert [one.text for one in store.links.waiting("alborz", "normal", 0)] == [None, "b"]


def test_a_message_about_no_record_has_a_key_of_its_own(store: Store) -> None:
    made = report(store, 1)
    with store.begin() as uow:
        uow.send(outgoing(made, "status", record="", version=0, key_slot=-1))
        uow.audit(AUDIT)
    assert [one.text for one in store.links.waiting("alborz", "normal", 0)] == ["status"]


def test_a_lane_goes_back_to_what_the_partner_still_holds(store: Store) -> None:
    send(store, "a", "b", "c")
    acknowledge(store, 0, ["a", "b", "c"])
    store.links.rewind("alborz", "normal", 1)
    assert store.links.sizes("alborz")["normal"] == (3, 1)
    assert store.links.out_tree("alborz", "normal", 1).size == 1
    assert [one.text for one in store.links.waiting("alborz", "normal", 1)] == [None, None]


def test_the_outbox_shows_how_each_lane_fares(store: Store, clock: TestClock) -> None:
    send(store, "a")
    clock.move(minutes=5)
    send(store, "b")
    store.links.fares("alborz", "normal", "unreachable", contact=False)
    state = LaneState(
        partner="alborz", lane="normal", direction="out", size=2, through=0, oldest_waiting=NOW, contact=None, trouble="unreachable"
    )
    with store.read() as uow:
        assert uow.lanes() == [state]
    acknowledge(store, 0, ["a", "b"])
    with store.read() as uow:
        (after,) = uow.lanes()
    assert (after.through, after.oldest_waiting, after.contact, after.trouble) == (2, None, clock.now(), "")


def test_what_a_partner_accepted_is_seen_beside_what_else_he_said(store: Store, clock: TestClock) -> None:
    one, two = report(store, 1), report(store, 2)
    with store.begin() as uow:
        uow.send(outgoing(one, "one"))
        uow.send(outgoing(two, "two"))
        uow.audit(AUDIT)
    acknowledge(store, 0, ["one", "two"])
    clock.move(minutes=1)
    with store.begin() as uow:
        uow.add_receipt(two.header.id, 1, "alborz", "rejected", "unknown_agreement", NOW)
        uow.add_receipt(one.header.id, 1, "alborz", "delivered", "duty_officer", clock.now())
        uow.audit(AUDIT)
    with store.read() as uow:
        said = uow.receipts(one.header.id)
        assert [(state, detail) for _, _, state, detail, _ in said] == [("accepted", ""), ("delivered", "duty_officer")]
        assert all(earlier[4] <= later[4] for earlier, later in pairwise(said))
        assert [state for _, _, state, _, _ in uow.receipts(two.header.id)] == ["rejected"]


# In lanes.


def take(store: Store, first: int, texts: list[str]) -> CompactRange:
    with store.begin() as uow:
        lane = uow.in_lane("alborz", "normal")
        made, tree = batch(first, texts, lane.tree)
        uow.accept_batch(lane, made, tree)
        uow.audit(AUDIT)
    return tree


def test_what_was_taken_is_held_with_digests_roots_and_receipts(store: Store) -> None:
    one = take(store, 0, ["a", "b"])
    two = take(store, 2, ["c"])
    assert store.links.held("alborz") == {"urgent": 0, "normal": 3}
    with store.begin() as uow:
        lane = uow.in_lane("alborz", "normal")
        assert lane.tree == two
        assert lane.digests(1, 3) == [digest("b"), digest("c")]
        assert lane.digests(1, 1) == []
        assert (lane.root_at(2), lane.root_at(1), lane.root_at(3)) == (one.root(), None, two.root())
        assert [lane.receipt_for(seq).receipt for seq in range(3)] == [b"receipt 0", b"receipt 0", b"receipt 2"]
        assert lane.receipt_for(3) is None
        uow.audit(AUDIT)
    assert store.logs.lane("alborz", "normal", "in").digests == [digest(text) for text in "abc"]


def take_and_fail(store: Store) -> None:
    with store.begin() as uow:
        lane = uow.in_lane("alborz", "normal")
        uow.accept_batch(lane, *batch(0, ["a"], lane.tree))
        uow.event(Event(kind="record"))
        uow.audit(AUDIT)
        raise ZeroDivisionError


def test_a_receipt_and_what_it_promises_are_one(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        take_and_fail(store)
    assert store.links.held("alborz") == {"urgent": 0, "normal": 0}
    with store.begin() as uow:
        assert uow.in_lane("alborz", "normal").receipt_for(0) is None
        uow.audit(AUDIT)


def test_poison_is_kept_sealed(store: Store) -> None:
    with store.begin() as uow:
        uow.quarantine(uow.in_lane("alborz", "normal"), 7, "not_json", "a person's name")
        uow.audit(AUDIT)
    with reading(store.alias):
        ((sequence, reason, text),) = rows(store.alias, "SELECT sequence, reason, text FROM quarantine")
    assert (sequence, reason) == (7, "not_json")
    assert b"person" not in bytes(text)


def test_an_anchor_counts_once_its_message_has_a_receipt(store: Store) -> None:
    made = report(store, 1)
    with store.begin() as uow:
        uow.anchor(outgoing(made, "audit", record="", version=0, key_slot=-1), 1, b"b" * 32, b"r" * 16)
        uow.checkpoint(1, "note")
        uow.audit(AUDIT)
    assert store.logs.audit().anchors == []
    acknowledge(store, 0, ["audit"])
    log = store.logs.audit()
    assert [(one.partner, one.size, one.blinded, one.blind) for one in log.anchors] == [("alborz", 1, b"b" * 32, b"r" * 16)]
    assert log.checkpoints == ["note"]
    assert [leaf_hash(entry) for entry in log.entries] == log.recorded
    assert len(log.entries) == 2


def test_two_openings_of_one_database_share_a_lane(make_store: Callable[..., Store], database: str) -> None:
    one, two = make_store(database), make_store(database)
    send(one, "a", seed=1)
    send(two, "b", seed=2)
    assert [message.text for message in one.links.waiting("alborz", "normal", 0)] == ["a", "b"]
