"""Records are recalled while processes of both nodes are killed: each is gone at the partner, for good, and he says so once."""

import random
import time
from collections import Counter
from collections.abc import Sequence

import pytest
from tests.faults.flow import Flow
from tests.faults.outcome import check_lanes, events_of
from tests.faults.pair import PACT, RECEIVER, SENDER, SETTLES_WITHIN, SIDES, Pair, eventually

from rabet.casework import recalling
from rabet.casework.refusal import Refused

EACH = 4


def recall_and_check(pair: Pair, chance: random.Random, kills: Sequence[tuple[str, str]]) -> None:
    """Recall some records around each kill."""
    flow = Flow(pair)
    reports = flow.reports("act", EACH * len(kills))
    flow.report(reports, flow.by_act)
    records = [report.id for report in reports]
    for at, (agency, name) in enumerate(kills):
        for number, record in enumerate(records[at * EACH : (at + 1) * EACH]):
            if number == EACH // 2:
                pair.kill(agency, name)
                if name == "supervisor":
                    pair.up(agency)
            flow.until_done(lambda record=record: recall(pair, record))  # type: ignore[misc]
            time.sleep(chance.choice((0.0, 0.02)))
    eventually(pair.settled, SETTLES_WITHIN, "a receipt for every message")
    eventually(pair.is_whole)
    check_gone(pair, records)
    check_told(pair, records)
    check_lanes(pair)
    assert pair.messages() == {SENDER: flow.ledger.before[SENDER] + 2 * len(records), RECEIVER: flow.ledger.before[RECEIVER] + len(records)}
    for agency in SIDES:
        pair.verify(agency)


def recall(pair: Pair, record: str) -> None:
    """Recall a record; that it is recalled already is what somebody learns whose answer was lost."""
    try:
        recalling.recall(pair.desk(SENDER), pair.officer(SENDER, "supervisor"), record, "error")
    except Refused as refused:
        if [reason.id for reason in refused.reasons] != ["already_recalled"]:
            raise


def check_gone(pair: Pair, records: Sequence[str]) -> None:
    """The owner holds both versions. The partner holds the recall, perhaps alone: it may overtake. He can read, list and compare nothing."""
    officer = pair.officer(RECEIVER, "liaison")
    for agency in SIDES:
        with pair.desk(agency).store.read() as uow:
            for record in records:
                held = sorted((one.header.version, one.header.state) for one in uow.versions(record))
                assert held in ([(1, "current"), (2, "recalled")], [(2, "recalled")][: agency == RECEIVER])
    with pair.desk(RECEIVER).store.read() as uow:
        assert not uow.rows(records)
        for record in records:
            contents = [uow.content(version) for version in uow.versions(record)]
            assert not any(content is not None and content.leaves for content in contents)
            assert not uow.identifiers(record)
            assert not uow.alerts(officer, in_force=(PACT.id,), record=record)


def check_told(pair: Pair, records: Sequence[str]) -> None:
    """Each recall is one event at either node, and the partner's word that it is done came once."""
    for agency in SIDES:
        told = Counter(event.record for event in events_of(pair, agency) if event.kind == "recalled")
        assert {record: told[record] for record in records} == dict.fromkeys(records, 2 if agency == SENDER else 1)
    with pair.desk(SENDER).store.read() as uow:
        for record in records:
            words = sorted((version, state) for version, _, state, _, _ in uow.receipts(record))
            assert words == [(1, "accepted"), (2, "accepted"), (2, "recalled")]


def test_what_is_recalled_while_processes_die_is_gone_once_and_for_good(pair: Pair, chance: random.Random) -> None:
    recall_and_check(pair, chance, [(RECEIVER, "listener"), (SENDER, "pusher"), (RECEIVER, "pusher")])


@pytest.mark.long
def test_records_are_recalled_while_every_process_dies(pair: Pair, chance: random.Random) -> None:
    recall_and_check(pair, chance, [(agency, name) for name in ("keys", "listener", "pusher", "supervisor") for agency in SIDES])


@pytest.mark.long
def test_the_same_on_postgres(pair_on_postgres: Pair, chance: random.Random) -> None:
    recall_and_check(pair_on_postgres, chance, [(agency, name) for name in ("listener", "pusher", "supervisor") for agency in SIDES])
