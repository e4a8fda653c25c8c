"""What must hold after anything broke: nothing acknowledged is lost, nothing takes effect twice, each lane is in order, both can prove it."""

from collections import Counter
from collections.abc import Collection, Sequence

from tests.faults.flow import Ledger, Report
from tests.faults.pair import PACT, RECEIVER, SENDER, SETTLES_WITHIN, SIDES, Pair, eventually

from rabet.casework.values import Event
from rabet.exchange.form import LANES


def check(pair: Pair, ledger: Ledger) -> float:
    """Look at everything, once all is quiet; return how many seconds that took to come."""
    quiet = eventually(pair.settled, SETTLES_WITHIN, "a receipt for every message")
    reports = {report.id: report for report in ledger.reports}
    assert len(reports) == len(ledger.reports)
    told = {agency: events_of(pair, agency) for agency in SIDES}
    for agency in SIDES:
        assert versions_of(pair, agency, reports) == dict.fromkeys(reports, 1), agency
        seen = Counter(event.record for event in told[agency] if event.kind == "record" and event.record in reports)
        assert seen == dict.fromkeys(reports, 1), agency
    check_order(ledger, told[SENDER], told[RECEIVER], reports)
    check_alerts(pair, told[RECEIVER], reports.values())
    check_words(pair, ledger, told[SENDER])
    check_lanes(pair)
    more = {SENDER: len(reports), RECEIVER: len(ledger.shown)}
    assert pair.messages() == {agency: count + more[agency] for agency, count in ledger.before.items()}
    for agency in SIDES:
        pair.verify(agency)
    return quiet


def events_of(pair: Pair, agency: str) -> Sequence[Event]:
    """All events that a liaison officer may see, in the order of commit."""
    officer, found = pair.officer(agency, "liaison"), list[Event]()
    with pair.desk(agency).store.read() as uow:
        while page := uow.events(officer, in_force=(PACT.id,), after=found[-1].number if found else 0, limit=500):
            found += page
    return found


def versions_of(pair: Pair, agency: str, records: Collection[str]) -> dict[str, int]:
    """How many versions of each record the node holds."""
    with pair.desk(agency).store.read() as uow:
        return {record: len(uow.versions(record)) for record in records}


def check_order(ledger: Ledger, sent: Sequence[Event], got: Sequence[Event], reports: dict[str, Report]) -> None:
    """Each reporter's reports are committed in the order of his acknowledgements, and each lane arrives in the order of commit."""
    committed = [event.record for event in sent if event.kind == "record" and event.record in reports]
    arrived = [event.record for event in got if event.kind == "record" and event.record in reports]
    for by, acknowledged in ledger.acknowledged.items():
        assert [one for one in committed if reports[one].by == by] == [report.id for report in acknowledged]
    for urgent in (True, False):
        assert [one for one in arrived if reports[one].urgent is urgent] == [one for one in committed if reports[one].urgent is urgent]


def check_alerts(pair: Pair, told: Sequence[Event], reports: Collection[Report]) -> None:
    """A report that shares its container with a record of Alborz raised one alert there and one event, the others none."""
    expected = {report.id: 1 for report in reports if report.other}
    mine = {report.id for report in reports}
    assert Counter(event.record for event in told if event.kind == "alert" and event.record in mine) == expected
    officer = pair.officer(RECEIVER, "liaison")
    with pair.desk(RECEIVER).store.read() as uow:
        for report in reports:
            found = [{alert.record, alert.other} for alert in uow.alerts(officer, in_force=(PACT.id,), record=report.id)]
            assert found == ([{report.id, report.other}] if report.other else [])


def check_words(pair: Pair, ledger: Ledger, told: Sequence[Event]) -> None:
    """The partner's receipt names every report once; that an officer of his was shown one comes once, however often he looked."""
    expected = dict.fromkeys(ledger.shown, 1)
    assert Counter(event.record for event in told if event.kind == "delivered" and event.record in ledger.shown) == expected
    with pair.desk(SENDER).store.read() as uow:
        for report in ledger.reports:
            found = sorted((partner, state) for _, partner, state, _, _ in uow.receipts(report.id))
            assert found == [(RECEIVER, "accepted"), (RECEIVER, "delivered")][: 1 + (report.id in ledger.shown)]


def check_lanes(pair: Pair) -> None:
    """Both ends hold the same messages under the same numbers, each with a receipt."""
    for here, there in (SIDES, SIDES[::-1]):
        for lane in LANES:
            out = pair.node(here).store.logs.lane(there, lane, "out")
            into = pair.node(there).store.logs.lane(here, lane, "in")
            assert list(out.digests) == list(into.digests)
            assert {batch.receipt for batch in out.batches} <= {batch.receipt for batch in into.batches}
            for log in (out, into):
                covered = {seq for batch in log.batches for seq in range(batch.first, batch.through)}
                assert covered == set(range(len(log.digests)))
