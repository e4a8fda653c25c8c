"""What the receiver does with a batch, by what it holds of the lane."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st
from tests.exchange.agencies import draft, queued

from rabet.exchange.envelope import Manifest, Queued
from rabet.exchange.receiver import Accept, Fork, Gap, Repeat, decide
from rabet.records.merkle import CompactRange, leaf_hash

LANE = [queued(number) for number in range(40)]


@dataclass
class Shelf:
    """A lane as held: messages, and where receipts ended."""

    held: list[Queued] = field(default_factory=list)
    ends: set[int] = field(default_factory=set)

    @property
    def tree(self) -> CompactRange:
        return tree_of(self.held)

    def digests(self, first: int, stop: int) -> Sequence[bytes]:
        return [message.digest for message in self.held[first:stop]]

    def root_at(self, size: int) -> bytes | None:
        return tree_of(self.held[:size]).root() if size in self.ends else None


def tree_of(messages: Sequence[Queued]) -> CompactRange:
    return CompactRange().extend(leaf_hash(message.digest) for message in messages)


def batch(first: int, stop: int, lane: Sequence[Queued] = LANE) -> Manifest:
    return draft(lane[first:stop], tree_of(lane[:first])).manifest


def test_the_next_batch_is_accepted() -> None:
    assert decide(Shelf(), batch(0, 3)) == Accept(0, tree_of(LANE[:3]))
    assert decide(Shelf(LANE[:3], {3}), batch(3, 5)) == Accept(0, tree_of(LANE[:5]))


def test_the_same_batch_again_gets_the_receipt_it_had() -> None:
    assert decide(Shelf(LANE[:5], {3, 5}), batch(3, 5)) == Repeat(3)
    assert decide(Shelf(LANE[:5], {3, 5}), batch(0, 5)) == Repeat(0)
    assert decide(Shelf(LANE[:5], {3, 5}), batch(3, 4)) == Repeat(3)


def test_a_batch_that_goes_further_is_taken_from_where_it_is_new() -> None:
    assert decide(Shelf(LANE[:5], {3, 5}), batch(3, 9)) == Accept(2, tree_of(LANE[:9]))


def test_a_batch_after_a_gap_is_answered_with_what_is_held() -> None:
    assert decide(Shelf(LANE[:5], {5}), batch(6, 8)) == Gap(5)
    assert decide(Shelf(), batch(6, 8)) == Gap(0)


def test_another_message_under_a_used_number_is_a_fork_that_names_it() -> None:
    rewritten = [*LANE[:4], queued(99), *LANE[5:]]
    assert decide(Shelf(LANE[:5], {3, 5}), batch(3, 6, rewritten)) == Fork("digest", 4)


def test_another_past_is_a_fork_even_where_no_message_overlaps() -> None:
    rewritten = [queued(99), *LANE[1:]]
    assert decide(Shelf(LANE[:5], {5}), batch(5, 6, rewritten)) == Fork("root", 5)
    assert decide(Shelf(LANE[:5], {3, 5}), batch(3, 6, rewritten)) == Fork("root", 3)


def test_a_batch_that_starts_within_an_earlier_one_makes_the_sender_begin_again() -> None:
    assert decide(Shelf(LANE[:5], {5}), batch(2, 6)) == Gap(0)


@given(st.lists(st.integers(1, 6), min_size=1, max_size=8), st.data())
def test_repeats_and_overlaps_at_any_receipt_never_change_what_is_held(sizes: list[int], data: st.DataObject) -> None:
    shelf = Shelf()
    for size in sizes:
        decision = decide(shelf, batch(len(shelf.held), len(shelf.held) + size))
        assert isinstance(decision, Accept)
        shelf.held += LANE[len(shelf.held) : decision.tree.size]
        shelf.ends.add(len(shelf.held))
        first = data.draw(st.sampled_from([0, *sorted(shelf.ends)]))
        stop = data.draw(st.integers(first + 1, len(LANE))) if first < len(LANE) else first
        if stop == first:
            return
        again = decide(shelf, batch(first, stop))
        assert again == (Repeat(first) if stop <= len(shelf.held) else Accept(len(shelf.held) - first, tree_of(LANE[:stop])))
        forged = [*LANE[:first], queued(1_000), *LANE[first + 1 :]]
        assert isinstance(decide(shelf, batch(first, stop, forged)), Fork if first < len(shelf.held) else Accept)
