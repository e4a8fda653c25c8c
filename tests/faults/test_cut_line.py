"""The line between two nodes is cut and restored again and again while reports flow: it drops what is open and refuses what comes."""

import random
import time

import pytest
from tests.faults.flow import Flow
from tests.faults.outcome import check
from tests.faults.pair import SIDES, Pair

PAUSE = 0.02


def cut_and_check(pair: Pair, chance: random.Random, cuts: int, count: int) -> None:
    """Cut the line into one or both nodes at random moments for a random while; look at everything at the end."""
    flow = Flow(pair)
    seconds = []
    with flow.running(count, PAUSE):
        for _ in range(cuts):
            lines = [pair.lines["", agency] for agency in chance.choice(([SIDES[1]], [SIDES[1]], SIDES))]
            time.sleep(chance.uniform(0.0, 0.5))
            for line in lines:
                line.cut()
            time.sleep(chance.choice((0.0, 0.05, chance.uniform(0.0, 1.0))))
            for line in lines:
                line.mend()
            seconds.append(flow.arrival(flow.by_act))
    quiet = check(pair, flow.ledger)
    assert not flow.ledger.troubles, "whoever reports does not notice that a line is cut"
    print(f"{cuts} cuts, a report arrives {min(seconds):.2f} to {max(seconds):.2f} s after the line is back, quiet after {quiet:.2f} s more")


def test_a_line_is_cut_and_restored_under_load(pair: Pair, chance: random.Random) -> None:
    cut_and_check(pair, chance, cuts=4, count=20)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_a_line_is_cut_and_restored_again_and_again(pair: Pair, chance: random.Random, seed: int) -> None:
    cut_and_check(pair, chance, cuts=20, count=60)
