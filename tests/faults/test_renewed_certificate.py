"""The sender's certificate has run out; it is renewed while the node is up, and what waited arrives without a restart."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.faults.flow import Flow
from tests.faults.outcome import check
from tests.faults.pair import RECEIVER, SENDER, Pair, eventually

from rabet.node.clock import SystemClock
from rabet.node.start import renew_certificate

RENEWED_WITHIN = 30.0


@dataclass(frozen=True)
class At:
    """A clock that stands."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


def test_reports_that_waited_for_a_renewed_certificate_arrive_without_a_restart(pair: Pair) -> None:
    flow, settings = Flow(pair), pair.node(SENDER).settings
    reports, before = flow.reports("act", 5), pair.pids(SENDER)
    renew_certificate(settings, At(datetime.now(UTC) - timedelta(days=500)))
    pair.lines["", RECEIVER].cut()
    pair.lines["", RECEIVER].mend()
    flow.report(reports, flow.by_act)
    time.sleep(1.0)
    assert not any(pair.holds(RECEIVER, report.id) for report in reports)
    renew_certificate(settings, SystemClock())
    eventually(lambda: pair.holds(RECEIVER, reports[-1].id), RENEWED_WITHIN, "arrival after the renewal")
    check(pair, flow.ledger)
    assert pair.pids(SENDER) == before
