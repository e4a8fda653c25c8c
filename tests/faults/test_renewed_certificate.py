"""The sender's certificate has run out; it is renewed while the node is up, and what waited arrives without a restart."""

import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.faults.flow import Flow, Ledger
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


def test_reports_that_waited_for_a_renewed_certificate_arrive_without_a_restart(stopped: Pair, chance: random.Random) -> None:
    settings = stopped.node(SENDER).settings
    renew_certificate(settings, At(datetime.now(UTC) - timedelta(days=500)))
    stopped.start()
    ledger = Ledger()
    flow = Flow(stopped, ledger, chance)
    reports, before = flow.reports("act", 5), stopped.pids(SENDER)
    flow.report(reports, flow.by_act)
    time.sleep(1.5)
    assert not any(stopped.holds(RECEIVER, report.id) for report in reports)
    renew_certificate(settings, SystemClock())
    eventually(lambda: stopped.holds(RECEIVER, reports[-1].id), RENEWED_WITHIN, "arrival after the renewal")
    check(stopped, ledger)
    assert stopped.pids(SENDER) == before
