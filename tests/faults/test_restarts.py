"""Both nodes are stopped and started again in every order, by SIGTERM or SIGKILL of the whole group, with reports that wait."""

import random
import signal
import time
from collections.abc import Sequence
from itertools import permutations

import pytest
from tests.faults.flow import Flow
from tests.faults.outcome import check
from tests.faults.pair import RECEIVER, SENDER, Pair

TERM, KILL = signal.SIGTERM, signal.SIGKILL
# Every order of these four in which a node is stopped before it is started: (node, is it stopped).
STEPS = [(SENDER, True), (SENDER, False), (RECEIVER, True), (RECEIVER, False)]
ORDERS = [order for order in permutations(STEPS) if all(order.index((one, True)) < order.index((one, False)) for one in (SENDER, RECEIVER))]
WAYS = [(a, b) for a in (TERM, KILL) for b in (TERM, KILL)]
EACH = 5
STOPS_WITHIN = 4.5  # seconds; a listener that waits for its partner to hang up takes five and more


def named(ways: tuple[signal.Signals, signal.Signals]) -> str:
    return "-".join(one.name for one in ways)


def restart_and_check(
    pair: Pair, chance: random.Random, orders: Sequence[Sequence[tuple[str, bool]]], ways: tuple[signal.Signals, signal.Signals]
) -> float:
    """Report before each step, whatever is up or down then: as many as wait are on their way when the next step comes.

    Returns the least time in which a node stopped.
    """
    flow = Flow(pair)
    stops, took = dict(zip((SENDER, RECEIVER), ways, strict=True)), []
    for order in orders:
        for agency, stopped in order:
            flow.report(flow.reports("act", EACH), flow.by_act)
            time.sleep(chance.choice((0.0, 0.05)))
            if stopped:
                begin = time.monotonic()
                pair.down(agency, stops[agency])
                took.append(time.monotonic() - begin)
            else:
                pair.up(agency)
        seconds = flow.arrival(flow.by_act)
        quiet = check(pair, flow.ledger)
        print(f"{order}: flows {seconds:.2f} s after the last start, quiet after {quiet:.2f} s more, {len(flow.ledger.reports)} reports")
    assert not flow.ledger.troubles, "a command beside a node that is down reads the keys itself"
    return min(took)


def test_the_receiver_goes_first_and_comes_back_last(pair: Pair, chance: random.Random) -> None:
    order = [(RECEIVER, True), (SENDER, True), (SENDER, False), (RECEIVER, False)]
    assert restart_and_check(pair, chance, [order], (TERM, TERM)) < STOPS_WITHIN


def test_the_same_on_postgres(pair_on_postgres: Pair, chance: random.Random) -> None:
    restart_and_check(pair_on_postgres, chance, [[(SENDER, True), (RECEIVER, True), (RECEIVER, False), (SENDER, False)]], (KILL, TERM))


@pytest.mark.long
@pytest.mark.parametrize("ways", WAYS, ids=named)
def test_both_nodes_restart_in_every_order(pair: Pair, chance: random.Random, ways: tuple[signal.Signals, signal.Signals]) -> None:
    restart_and_check(pair, chance, ORDERS, ways)


@pytest.mark.long
def test_both_nodes_restart_in_every_order_on_postgres(pair_on_postgres: Pair, chance: random.Random) -> None:
    restart_and_check(pair_on_postgres, chance, ORDERS, (KILL, TERM))
