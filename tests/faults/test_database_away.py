"""PostgreSQL goes away for a while and comes back: every connection breaks and none can be made. No process ends, nothing is lost."""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql
from tests.faults.flow import Flow
from tests.faults.outcome import check
from tests.faults.pair import RECEIVER, SENDER, SIDES, Pair, eventually

COUNT, PAUSE, AWAY = 15, 0.05, 1.2


@contextmanager
def away(pair: Pair, agency: str, elsewhere: str) -> Iterator[None]:
    """Break a node's connections to its database and let nobody connect. elsewhere: URL of another database of the same server."""
    with psycopg.connect(elsewhere, autocommit=True) as server:
        name = psycopg.conninfo.conninfo_to_dict(pair.databases[agency])["dbname"]
        allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format
        server.execute(allow(sql.Identifier(name), sql.Literal(False)))
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        pair.node(agency).store.close()
        try:
            yield
        finally:
            server.execute(allow(sql.Identifier(name), sql.Literal(True)))


def lose_and_check(pair: Pair, chance: random.Random, agencies: Sequence[str]) -> None:
    flow = Flow(pair)
    before = {agency: pair.pids(agency) for agency in SIDES}
    for agency in agencies:
        with flow.running(COUNT, PAUSE):
            time.sleep(chance.uniform(0.0, 0.3))
            with away(pair, agency, pair.databases[SENDER if agency == RECEIVER else RECEIVER]):
                time.sleep(AWAY)
            print(f"{agency}: {flow.arrival(flow.by_program):.2f} s after its database is back; {dict(flow.ledger.troubles)}")
    check(pair, flow.ledger)
    assert {agency: pair.pids(agency) for agency in SIDES} == before, "a process ended"


def test_a_database_that_goes_away_and_comes_back_costs_no_process_and_no_report(pair_on_postgres: Pair, chance: random.Random) -> None:
    lose_and_check(pair_on_postgres, chance, [RECEIVER])


@pytest.mark.long
def test_a_database_goes_away_again_and_again(pair_on_postgres: Pair, chance: random.Random) -> None:
    lose_and_check(pair_on_postgres, chance, SIDES * 3)


def test_a_command_whose_database_is_away_says_so_in_a_sentence(pair_on_postgres: Pair) -> None:
    with away(pair_on_postgres, SENDER, pair_on_postgres.databases[RECEIVER]), pair_on_postgres.command(SENDER, "outbox") as command:
        told, trouble = command.communicate(timeout=60)
    assert (command.returncode, told) == (1, "")
    assert trouble.startswith("Database or disk failed: ")
    assert len(trouble.splitlines()) == 1
    eventually(lambda: pair_on_postgres.whole(SENDER))
