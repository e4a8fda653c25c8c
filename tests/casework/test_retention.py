"""What is kept too long is destroyed by itself, at every holder by the shorter of the two clocks; nothing goes early."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.casework.conftest import Nodes

from rabet.casework.desk import Desk
from rabet.casework.reading import show
from rabet.casework.refusal import NotFound
from rabet.casework.retention import expire
from rabet.casework.standing import block


class Later:
    """A clock some days ahead."""

    def __init__(self, desk: Desk, days: int) -> None:
        self._desk, self._days = desk, days

    def now(self) -> datetime:
        return self._desk.clock.now() + timedelta(days=self._days)


def _later(nodes: Nodes, agency: str, days: int) -> Desk:
    desk = nodes.desk(agency)
    return replace(desk, clock=Later(desk, days))


def test_a_record_is_destroyed_the_day_after_its_last_and_not_before(nodes: Nodes) -> None:
    last = (nodes.desk("khazar").clock.now() + timedelta(days=10)).date().isoformat()
    made = nodes.report(retain_until=last)
    nodes.hand_over("khazar", "volga")
    for agency in ("khazar", "volga"):
        expire(_later(nodes, agency, 10))
        assert nodes.held(agency, made.record) != {}
        while expire(_later(nodes, agency, 11)):
            pass
        assert nodes.held(agency, made.record) == {}
        with nodes.desk(agency).store.read() as uow:
            assert not uow.identifiers(made.record)
            assert not uow.rows([made.record])
            assert uow.version(made.record) is not None, "the stub stays"
    with pytest.raises(NotFound):
        show(_later(nodes, "volga", 11), nodes.officer("volga", "liaison"), made.record)


def test_a_partner_keeps_no_longer_than_the_agreement_lets_him(nodes: Nodes) -> None:
    made = nodes.report()
    nodes.hand_over("khazar", "volga")
    with nodes.desk("volga").store.read() as uow:
        version = uow.version(made.record)
    assert version is not None
    days = nodes.documents()["caspian"].retention.kinds["seizure"]
    assert version.keep_until == min(version.header.retain_until, (version.at + timedelta(days=days)).date().isoformat())


def test_what_is_blocked_leaves_no_more(nodes: Nodes) -> None:
    nodes.hand_over("khazar", "volga")
    made = nodes.report()
    block(nodes.desk("khazar"), nodes.officer("khazar", "protection"), made.record, blocked=True)
    assert [text for _, text in nodes.queued("khazar", "volga")] == [None]
