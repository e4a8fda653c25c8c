"""kill -9 of each process of either node while reports flow: it comes back by itself, or with `rabet up` when the supervisor died."""

import random
import time
from collections.abc import Iterable

import pytest
from tests.faults.flow import Flow
from tests.faults.outcome import check
from tests.faults.pair import PROCESSES, RECEIVER, SENDER, SIDES, Pair, eventually

# The supervisor starts what keeps dying ever more slowly: after five kills in a row it waits almost two seconds.
KILLS, COUNT, PAUSE = 5, 45, 0.02


def break_and_check(pair: Pair, chance: random.Random, kills: Iterable[tuple[str, str]], count: int = COUNT) -> None:
    """Kill these processes one after the other under load; after each wait until a report of an API client is at the partner."""
    flow = Flow(pair)
    seconds = []
    with flow.running(count, PAUSE):
        for agency, name in kills:
            time.sleep(chance.uniform(0.0, 0.4))
            seconds.append(resume(pair, flow, agency, name))
    quiet = check(pair, flow.ledger)
    print(f"{len(seconds)} kills, back after {min(seconds):.2f} to {max(seconds):.2f} s, quiet after {quiet:.2f} s more,"
          f" {len(flow.ledger.reports)} reports, {sum(flow.ledger.troubles.values())} made again {dict(flow.ledger.troubles)}")  # fmt: skip


def resume(pair: Pair, flow: Flow, agency: str, name: str) -> float:
    """Kill, and return the seconds until a report made afterwards has arrived and all processes of the node are there again."""
    begin, before = time.monotonic(), pair.pids(agency)
    pair.kill(agency, name)
    if name == "supervisor":
        pair.up(agency)
    flow.arrival(flow.by_program)
    eventually(lambda: pair.whole(agency) and pair.pids(agency)[name] != before[name], what=f"return of {name}")
    return time.monotonic() - begin


def test_every_process_of_both_nodes_is_killed_in_turn(pair: Pair, chance: random.Random) -> None:
    break_and_check(pair, chance, [(agency, name) for name in PROCESSES for agency in SIDES], count=30)


def test_the_same_on_postgres(pair_on_postgres: Pair, chance: random.Random) -> None:
    break_and_check(pair_on_postgres, chance, [(RECEIVER, "listener"), (SENDER, "pusher"), (SENDER, "supervisor")], count=20)


@pytest.mark.long
@pytest.mark.parametrize("name", PROCESSES)
@pytest.mark.parametrize("agency", SIDES)
def test_a_process_is_killed_again_and_again(pair: Pair, chance: random.Random, agency: str, name: str) -> None:
    break_and_check(pair, chance, [(agency, name)] * KILLS)


@pytest.mark.long
def test_every_process_is_killed_again_and_again_on_postgres(pair_on_postgres: Pair, chance: random.Random) -> None:
    break_and_check(pair_on_postgres, chance, [(agency, name) for name in PROCESSES for agency in SIDES] * 2)
