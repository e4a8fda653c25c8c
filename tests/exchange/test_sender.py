"""The way out to one partner: order of lanes, back-off, catching up, stopping."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from tests.exchange.agencies import NOW, B, Seeded, draft, keys_of, queued

from rabet.exchange.answer import Answer, Busy, ForkClaimed, Gap, Held, Refused, Unreachable
from rabet.exchange.envelope import Batch, Draft, Head, Queued
from rabet.exchange.form import Lane
from rabet.exchange.receipt import Result, SignedReceipt, sign_receipt
from rabet.exchange.sender import (
    Acknowledge,
    Alarm,
    Answered,
    AskFailed,
    AskState,
    Command,
    Dispatch,
    Event,
    Grown,
    Link,
    PartnerSeen,
    RaiseFork,
    ReportClaim,
    Resumed,
    Rewound,
    StateTold,
    Tick,
    WakeAt,
    open_link,
    step,
)
from rabet.records.merkle import CompactRange, leaf_hash

LANE = [queued(number) for number in range(40)]


def tree_of(messages: Sequence[Queued]) -> CompactRange:
    return CompactRange().extend(leaf_hash(message.digest) for message in messages)


def batch(first: int, stop: int, lane: Lane = "normal", messages: Sequence[Queued] = LANE) -> Draft:
    return draft(messages[first:stop], tree_of(messages[:first]), lane)


def receipt(sent: Draft, through: int | None = None, messages: Sequence[Queued] = LANE, first: int | None = None) -> SignedReceipt:
    """The partner's receipt for `sent`, as it would be for a tree over `messages`."""
    through = through or sent.manifest.through
    first = sent.manifest.first if first is None else first
    opened = Batch(sent.manifest, sent.manifest_text, (), sent.messages)
    results = [Result(seq, "accepted") for seq in range(first, through)]
    return sign_receipt(opened, tree_of(messages[:through]), results, NOW, signer=keys_of(B), public_key=keys_of(B).public.ed25519)


class Machine:
    """A link with its events and commands."""

    def __init__(self, normal: tuple[int, int] = (0, 0), urgent: tuple[int, int] = (0, 0), *, met: bool = True) -> None:
        self.link: Link = open_link({"normal": normal, "urgent": urgent})
        self.randomness = Seeded(1)
        self.at_first: tuple[Command, ...] = ()
        if met:
            self.take(Tick(0.0))
            self.at_first = self.take(StateTold({"normal": normal[1], "urgent": urgent[1]}, 0.0))

    def take(self, event: Event) -> tuple[Command, ...]:
        self.link, commands = step(self.link, event, self.randomness)
        return commands

    def answer(self, sent: Draft, answer: Answer, now: float = 1.0) -> tuple[Command, ...]:
        return self.take(Answered(sent, answer, now))


def test_before_anything_else_the_partner_is_asked_what_he_holds() -> None:
    machine = Machine((3, 0), met=False)
    assert machine.take(Tick(0.0)) == (AskState(),)
    assert machine.take(Grown("normal", 4, 0.1)) == ()
    (wake,) = machine.take(AskFailed(0.2))
    assert isinstance(wake, WakeAt)
    assert 0.225 <= wake.at <= 0.25
    assert machine.take(Tick(0.21)) == (wake,)
    assert machine.take(Tick(wake.at)) == (AskState(),)
    assert machine.take(StateTold({"normal": 0, "urgent": 0}, 1.0)) == (Dispatch("normal", 0),)


def test_a_new_message_leaves_at_once() -> None:
    machine = Machine()
    assert machine.take(Grown("normal", 1, 5.0)) == (Dispatch("normal", 0),)


def test_one_batch_is_in_flight_per_lane() -> None:
    machine = Machine()
    machine.take(Grown("normal", 2, 0.0))
    assert machine.take(Grown("normal", 5, 0.1)) == ()
    sent = batch(0, 2)
    signed = receipt(sent)
    assert machine.answer(sent, Held(signed)) == (Acknowledge("normal", sent, signed), Dispatch("normal", 2))


def test_urgent_goes_first_and_does_not_wait_for_a_normal_batch_in_flight() -> None:
    assert Machine((5, 0), (1, 0)).at_first == (Dispatch("urgent", 0), Dispatch("normal", 0))
    machine = Machine((5, 0))
    assert machine.take(Grown("urgent", 1, 0.1)) == (Dispatch("urgent", 0),)


def test_delays_double_from_50_ms_to_a_minute_with_jitter() -> None:
    machine = Machine((5, 0))
    now, waits = 0.0, []
    for _ in range(16):
        (wake,) = machine.answer(batch(0, 5), Unreachable(), now)
        assert isinstance(wake, WakeAt)
        waits.append(wake.at - now)
        assert machine.take(Tick(wake.at - 0.001)) == (wake,)
        now = wake.at
        assert machine.take(Tick(now)) == (Dispatch("normal", 0),)
    for attempt, wait in enumerate(waits):
        whole = min(60.0, 0.05 * 2**attempt)
        assert whole / 2 - 1e-6 <= wait <= whole + 1e-6
    assert len(set(waits)) == len(waits)
    assert waits[-1] >= 30.0


def test_a_success_on_one_lane_wakes_the_other_and_resets_its_delay() -> None:
    machine = Machine((5, 0), (5, 0))
    for _ in range(8):
        machine.answer(batch(0, 5), Unreachable(), 0.0)
        machine.link = replace(machine.link, lanes={**machine.link.lanes, "normal": replace(machine.link.lanes["normal"], in_flight=True)})
    machine.answer(batch(0, 5), Unreachable(), 0.0)
    sent = batch(0, 5, "urgent")
    assert machine.answer(sent, Held(receipt(sent)), 0.1)[1:] == (Dispatch("normal", 0),)
    assert machine.link.lanes["normal"].attempts == 0


def test_after_a_break_what_is_urgent_goes_before_what_queued_ahead_of_it() -> None:
    machine = Machine((5, 0))
    machine.answer(batch(0, 5), Unreachable(), 0.0)
    assert machine.take(Grown("urgent", 1, 0.01)) == (Dispatch("urgent", 0),)
    assert machine.take(Tick(10.0)) == ()
    sent = batch(0, 1, "urgent")
    (wake,) = machine.answer(sent, Unreachable(), 10.0)
    assert isinstance(wake, WakeAt)
    assert machine.take(PartnerSeen(10.01)) == (Dispatch("urgent", 0),)
    signed = receipt(sent)
    assert machine.answer(sent, Held(signed), 10.1) == (Acknowledge("urgent", sent, signed), Dispatch("normal", 0))


def test_a_partner_who_comes_to_us_is_tried_at_once() -> None:
    machine = Machine((5, 0))
    for now in (0.0, 100.0, 200.0):
        machine.answer(batch(0, 5), Unreachable(), now)
    assert machine.take(PartnerSeen(200.0)) == (Dispatch("normal", 0),)
    waiting = Machine((5, 0), met=False)
    waiting.take(Tick(0.0))
    waiting.take(AskFailed(0.0, 60.0))
    assert waiting.take(PartnerSeen(1.0)) == (AskState(),)


def test_a_busy_partner_is_left_alone_as_long_as_he_asked() -> None:
    machine = Machine((5, 0))
    assert machine.answer(batch(0, 5), Busy(7.0), 1.0) == (WakeAt(8.0),)
    assert machine.take(PartnerSeen(2.0)) == (WakeAt(8.0),)
    assert machine.take(Tick(8.0)) == (Dispatch("normal", 0),)


def test_a_gap_rewinds_to_what_the_partner_holds() -> None:
    machine = Machine((10, 6))
    rewound, wake = machine.answer(batch(6, 10), Gap(2), 1.0)
    assert rewound == Rewound("normal", 6, 2)
    assert isinstance(wake, WakeAt)
    assert wake.at <= 1.05
    assert machine.take(Tick(wake.at)) == (Dispatch("normal", 2),)


def test_a_gap_that_is_none_is_not_believed() -> None:
    machine = Machine((10, 6))
    alarm, _ = machine.answer(batch(6, 10), Gap(8), 1.0)
    assert alarm == Alarm("normal", "bad_gap", "8 held, asked from 6")
    assert machine.link.lanes["normal"].through == 6


def test_a_partner_who_lost_his_end_gets_everything_again() -> None:
    machine = Machine((10, 10), met=False)
    machine.take(Tick(0.0))
    assert machine.take(StateTold({"normal": 4, "urgent": 0}, 1.0)) == (Rewound("normal", 10, 4), Dispatch("normal", 4))


def test_a_node_that_lost_its_own_log_uses_no_number_twice() -> None:
    """R14: after a restore from an old backup the partner holds more than our log."""
    machine = Machine((4, 4), (2, 1), met=False)
    machine.take(Tick(0.0))
    alarm, dispatch = machine.take(StateTold({"normal": 10, "urgent": 1}, 1.0))
    assert alarm == Alarm("normal", "log_lost", "the partner holds 10, this log 4")
    assert dispatch == Dispatch("urgent", 1)
    assert machine.take(Grown("normal", 5, 2.0)) == ()
    assert machine.take(Resumed("normal", 4, 3.0)) == (Dispatch("normal", 4),)


def test_a_receipt_for_part_of_a_batch_goes_forward_by_that_part() -> None:
    machine = Machine((10, 0))
    sent = batch(0, 10)
    signed = receipt(sent, through=4)
    assert machine.answer(sent, Held(signed)) == (Acknowledge("normal", sent, signed), Dispatch("normal", 4))


def test_a_receipt_for_an_earlier_longer_batch_makes_the_sender_send_that_many() -> None:
    machine = Machine((20, 0))
    sent, longer = batch(0, 4), batch(0, 10)
    (wake,) = machine.answer(sent, Held(receipt(longer)), 1.0)
    assert isinstance(wake, WakeAt)
    assert machine.take(Tick(wake.at)) == (Dispatch("normal", 0, 10),)
    assert machine.answer(longer, Held(receipt(longer)), 2.0) == (Acknowledge("normal", longer, receipt(longer)), Dispatch("normal", 10))


@pytest.mark.parametrize(("first", "through"), [(5, 10), (0, 30)])
def test_a_receipt_for_other_messages_is_not_believed(first: int, through: int) -> None:
    machine = Machine((20, 0))
    sent = batch(0, 10)
    alarm, _ = machine.answer(sent, Held(receipt(sent, through=through, first=first)))
    assert isinstance(alarm, Alarm)
    assert alarm.reason == "bad_receipt"
    assert machine.link.lanes["normal"].through == 0


def test_a_receipt_with_another_root_stops_the_lane_and_calls_a_fork() -> None:
    machine = Machine((10, 0), (1, 0))
    sent = batch(0, 10)
    signed = receipt(sent, messages=[queued(99), *LANE[1:]])
    assert machine.answer(sent, Held(signed)) == (RaiseFork("normal", Head(10, tree_of(LANE[:10]).root()), signed),)
    assert machine.take(Grown("normal", 11, 2.0)) == ()
    assert machine.take(PartnerSeen(3.0)) == ()
    urgent = batch(0, 1, "urgent")
    assert isinstance(machine.answer(urgent, Held(receipt(urgent)))[0], Acknowledge)


def test_a_partner_who_claims_a_fork_stops_the_lane_until_people_settle_it() -> None:
    machine = Machine((10, 0))
    assert machine.answer(batch(0, 10), ForkClaimed("{}")) == (ReportClaim("normal", "{}"),)
    assert machine.take(Tick(1_000.0)) == ()
    assert machine.take(Resumed("normal", 0, 1_001.0)) == (Dispatch("normal", 0),)


def test_a_refusal_alarms_once_and_is_tried_again_later() -> None:
    machine = Machine((10, 0))
    alarm, wake = machine.answer(batch(0, 10), Refused("wrong_audience", "for volga"))
    assert alarm == Alarm("normal", "wrong_audience", "for volga")
    assert isinstance(wake, WakeAt)
    assert machine.take(Tick(wake.at)) == (Dispatch("normal", 0),)
    (again,) = machine.answer(batch(0, 10), Refused("wrong_audience", "for volga"), wake.at)
    assert isinstance(again, WakeAt)


def test_a_refused_normal_batch_does_not_delay_urgent_ones() -> None:
    machine = Machine((10, 0))
    machine.answer(batch(0, 10), Refused("malformed"))
    assert Dispatch("urgent", 0) in machine.take(Grown("urgent", 1, 1.001))
