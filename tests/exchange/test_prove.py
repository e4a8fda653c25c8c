"""Every change of a log before its last witnessed head is found and named (T2)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from random import Random

import pytest
from tests.exchange.agencies import NOW, A, B, C, draft, keyring, keys_of, message, queued

from rabet.exchange.envelope import Batch, message_digest
from rabet.exchange.prove import Anchor, Report, SignedManifest, verify_audit, verify_lane
from rabet.exchange.receipt import Result, sign_receipt
from rabet.records.checkpoint import Checkpoint, Note, audit_origin, blinded_root, sign_checkpoint
from rabet.records.merkle import CompactRange, leaf_hash, tree_root
from rabet.records.signing import Purpose

SIZES = (3, 1, 5, 4, 7)
WITNESSED = sum(SIZES)


@dataclass
class Lane:
    """What a node stores of a lane: digests of messages, manifests, receipts."""

    digests: list[bytes] = field(default_factory=list)
    manifests: list[SignedManifest] = field(default_factory=list)
    receipts: list[str] = field(default_factory=list)

    def report(self, me: str = A) -> Report:
        return verify_lane(self.digests, self.manifests, self.receipts, me=me, sender=A, receiver=B, lane="normal", keyring=keyring())

    def kinds(self, me: str = A) -> list[tuple[str, int]]:
        return [(problem.kind, problem.index) for problem in self.report(me).problems]


@cache
def _honest() -> Lane:
    lane, tree = Lane(), CompactRange()
    for size in SIZES:
        batch = draft([queued(number) for number in range(tree.size, tree.size + size)], tree)
        lane.digests += batch.manifest.digests
        lane.manifests.append(SignedManifest(batch.manifest_text, keys_of(A).sign(Purpose.MANIFEST, batch.manifest_text.encode())))
        tree = batch.tree_at(batch.manifest.through)
        results = [Result(seq, "accepted") for seq in range(batch.manifest.first, batch.manifest.through)]
        opened = Batch(batch.manifest, batch.manifest_text, (), batch.messages)
        signed = sign_receipt(opened, tree, results, NOW, signer=keys_of(B), public_key=keys_of(B).public.ed25519)
        lane.receipts.append(signed.to_text())
    return lane


def honest() -> Lane:
    lane = _honest()
    return Lane(list(lane.digests), list(lane.manifests), list(lane.receipts))


def new(number: int) -> bytes:
    return message_digest(message(1_000 + number))


@pytest.mark.parametrize("me", [A, B])
def test_an_untouched_lane_is_proven_at_both_ends(me: str) -> None:
    report = honest().report(me)
    assert report.proven
    assert (report.log, report.size, report.witnessed, report.unwitnessed) == ("rabet/link/alborz/khazar/normal", 20, 20, 0)


def test_what_has_no_receipt_yet_is_shown_as_unwitnessed_tail() -> None:
    lane = honest()
    lane.digests += [new(1), new(2)]
    assert lane.report().proven
    assert lane.report().unwitnessed == 2
    lane.receipts.pop()
    assert lane.report().unwitnessed == 2 + SIZES[-1]
    assert lane.report(B).unwitnessed == 2


@pytest.mark.parametrize("me", [A, B])
@pytest.mark.parametrize("index", range(WITNESSED))
def test_every_single_change_is_named_with_its_index(me: str, index: int) -> None:
    """Alter, delete, insert, truncate and reorder at each of 20 places, at both ends: 200 of 200."""
    altered, deleted, inserted, truncated, reordered = (honest() for _ in range(5))
    altered.digests[index] = new(1)
    assert altered.kinds(me) == [("altered", index)]
    del deleted.digests[index]
    assert deleted.kinds(me) == [("truncated" if index == WITNESSED - 1 else "deleted", index)]
    inserted.digests.insert(index, new(1))
    assert inserted.kinds(me) == [("inserted", index)]
    del truncated.digests[index:]
    assert truncated.kinds(me) == [("truncated", at) for at in range(index, WITNESSED)]
    other = (index + 1) % WITNESSED
    reordered.digests[index], reordered.digests[other] = reordered.digests[other], reordered.digests[index]
    found = reordered.kinds(me)
    assert {kind for kind, _ in found} == {"reordered"}
    assert {at for _, at in found} & {index, other}


def test_several_changes_at_once_are_all_found() -> None:
    lane = honest()
    lane.digests[2] = new(1)
    del lane.digests[9]
    lane.digests.insert(15, new(2))
    assert lane.kinds() == [("altered", 2), ("deleted", 9), ("inserted", 16)]


def test_changes_are_found_when_new_messages_follow() -> None:
    lane = honest()
    del lane.digests[5]
    lane.digests += [new(1), new(2), new(3)]
    assert lane.kinds() == [("deleted", 5)]


@pytest.mark.parametrize("index", range(WITNESSED))
def test_without_manifests_the_receipts_show_between_which_two_a_change_lies(index: int) -> None:
    lane = honest()
    lane.manifests.clear()
    assert lane.report().proven
    lane.digests[index] = new(1)
    (problem,) = lane.report().problems
    assert problem.kind == "altered"
    assert problem.index <= index
    assert problem.detail.startswith("somewhere from ")
    assert index <= int(problem.detail.split()[-1])


def test_without_manifests_a_missing_end_is_still_found() -> None:
    lane = honest()
    lane.manifests.clear()
    del lane.digests[-2:]
    assert lane.kinds() == [("truncated", 18)]


def test_a_forged_receipt_or_manifest_is_a_bad_signature_and_proves_nothing() -> None:
    lane = honest()
    lane.receipts[1] = lane.receipts[1].replace("accepted", "rejected")
    lane.manifests[2] = replace(lane.manifests[2], text=lane.manifests[2].text.replace("a-1", "a-9"))
    assert lane.kinds() == [("bad_signature", 1), ("bad_signature", 2)]
    lane = honest()
    lane.receipts[-1] = json.dumps({**json.loads(lane.receipts[-1]), "signatures": []})
    assert lane.kinds() == [("bad_signature", 4)]
    assert lane.report().unwitnessed == SIZES[-1]


def test_an_insider_who_signs_another_past_contradicts_the_witness() -> None:
    """The administrator of A rewrites messages and manifests with A's own keys: B's receipts still stand."""
    lane, other = honest(), draft([queued(0), queued(77), queued(2)])
    lane.digests[1] = queued(77).digest
    lane.manifests[0] = SignedManifest(other.manifest_text, keys_of(A).sign(Purpose.MANIFEST, other.manifest_text.encode()))
    assert {kind for kind, _ in lane.kinds()} == {"altered"}
    assert lane.kinds()[0] == ("altered", 0)


def test_two_signed_statements_that_disagree_are_named() -> None:
    lane, other = honest(), draft([queued(0), queued(77), queued(2)])
    lane.manifests.append(SignedManifest(other.manifest_text, keys_of(A).sign(Purpose.MANIFEST, other.manifest_text.encode())))
    assert lane.kinds() == [("contradiction", 1)]


def test_statements_of_another_lane_or_agency_prove_nothing() -> None:
    lane = honest()
    urgent = draft([queued(0)], lane="urgent")
    lane.manifests = [SignedManifest(urgent.manifest_text, keys_of(A).sign(Purpose.MANIFEST, urgent.manifest_text.encode()))]
    assert lane.kinds() == [("bad_signature", 0)]
    lane.manifests = [SignedManifest(urgent.manifest_text, keys_of(C).sign(Purpose.MANIFEST, urgent.manifest_text.encode()))]
    assert lane.kinds() == [("bad_signature", 0)]


ENTRIES = [f"entry {number}".encode() for number in range(30)]
BLIND = bytes(range(16))


def checkpoint_note(size: int, entries: Sequence[bytes] = ENTRIES, agency: str = A) -> str:
    key = keys_of(agency).public.ed25519
    checkpoint = Checkpoint(audit_origin(agency), size, tree_root(map(leaf_hash, entries[:size])))
    return Note(checkpoint, (sign_checkpoint(checkpoint, key, keys_of(agency)),)).text()


def anchor(size: int) -> Anchor:
    return Anchor(size, blinded_root(size, tree_root(map(leaf_hash, ENTRIES[:size])), BLIND), BLIND)


def audit(entries: Sequence[bytes], *, notes: Sequence[int] = (8, 20, 30), anchors: Sequence[int] = (8, 20), recorded: bool = True) -> Report:
    return verify_audit(
        entries,
        [checkpoint_note(size) for size in notes],
        [anchor(size) for size in anchors],
        agency=A,
        public_key=keys_of(A).public.ed25519,
        keyring=keyring(),
        recorded=[leaf_hash(entry) for entry in ENTRIES] if recorded else (),
    )


def kinds_of(report: Report) -> list[tuple[str, int]]:
    return [(problem.kind, problem.index) for problem in report.problems]


def test_an_untouched_audit_log_is_proven() -> None:
    report = audit(ENTRIES)
    assert report.proven
    assert (report.size, report.witnessed, report.unwitnessed) == (30, 20, 10)
    assert audit([*ENTRIES, b"new"]).proven


@pytest.mark.parametrize("index", range(len(ENTRIES)))
def test_every_single_change_of_the_audit_log_is_named(index: int) -> None:
    changed = [*ENTRIES[:index], b"changed", *ENTRIES[index + 1 :]]
    assert kinds_of(audit(changed)) == [("altered", index)]
    without = [*ENTRIES[:index], *ENTRIES[index + 1 :]]
    assert kinds_of(audit(without)) == [("truncated" if index == 29 else "deleted", index)]
    assert kinds_of(audit([*ENTRIES[:index], b"planted", *ENTRIES[index:]])) == [("inserted", index)]
    assert kinds_of(audit(ENTRIES[:index]))[0] == ("truncated", index)


@pytest.mark.parametrize("index", range(20))
def test_an_insider_who_rewrites_entries_hashes_and_checkpoints_is_caught_by_the_anchors(index: int) -> None:
    """T2: nothing in the database is trusted; what partners hold is."""
    changed = [*ENTRIES[:index], b"changed", *ENTRIES[index + 1 :]]
    report = verify_audit(
        changed,
        [checkpoint_note(size, changed) for size in (8, 20, 30)],
        [anchor(8), anchor(20)],
        agency=A,
        public_key=keys_of(A).public.ed25519,
        keyring=keyring(),
        recorded=[leaf_hash(entry) for entry in changed],
    )
    assert kinds_of(report) == [("altered", 0 if index < 8 else 8)]


def test_a_rolled_back_audit_log_is_shorter_than_what_was_witnessed() -> None:
    assert kinds_of(audit(ENTRIES[:12], notes=[8], recorded=False)) == [("truncated", 12)]


def test_a_checkpoint_of_another_node_is_a_bad_signature() -> None:
    report = verify_audit(
        ENTRIES,
        [checkpoint_note(8, agency=B), "no note", checkpoint_note(8)],
        [],
        agency=A,
        public_key=keys_of(A).public.ed25519,
        keyring=keyring(),
    )
    assert kinds_of(report) == [("bad_signature", 0), ("bad_signature", 1)]
    assert report.unwitnessed == 30


def test_random_tampering_never_passes() -> None:
    random = Random(7)
    for _ in range(200):
        lane = honest()
        for _ in range(random.randint(1, 4)):
            at = random.randrange(len(lane.digests))
            match random.randrange(4):
                case 0:
                    lane.digests[at] = random.randbytes(32)
                case 1:
                    del lane.digests[at]
                case 2:
                    lane.digests.insert(at, random.randbytes(32))
                case _:
                    random.shuffle(lane.digests)
        if lane.digests[:WITNESSED] != honest().digests:
            assert not lane.report().proven
