"""`rabet report` is killed at random moments: what it was given is stored and sent whole, or not at all, and a repeat has no second effect."""

import json
import random
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.faults.flow import Flow, Report
from tests.faults.outcome import check, versions_of
from tests.faults.pair import SENDER, Pair

GROUP = 12


def run(pair: Pair, file: Path, after: float | None = None) -> tuple[bool, list[dict[str, object]]]:
    """Run the command on a file; kill it after so many seconds. Return whether it said that it was done, and what it said."""
    with pair.command(SENDER, "--as", "duty", "report", str(file), "--json") as command:
        if after is not None:
            time.sleep(after)
            command.send_signal(signal.SIGKILL)
        told, trouble = command.communicate(timeout=60)
    assert command.returncode in (0, -signal.SIGKILL), trouble
    done = command.returncode == 0
    return done, json.loads(told) if done else []


def write(file: Path, reports: Sequence[Report]) -> Path:
    file.write_text(f"[{','.join(report.text() for report in reports)}]", encoding="utf-8")
    return file


def kill_and_check(pair: Pair, chance: random.Random, file: Path, kills: int) -> None:
    """Most of a command's time is its start: the moments lie in the second half of what the last one took that was left alone."""
    flow = Flow(pair)
    given, stored, takes = [flow.reports("command", GROUP)], 0, time.monotonic()
    assert run(pair, write(file, given[0]))[0]
    for _ in range(kills):
        takes, group = time.monotonic() - takes, flow.reports("command", GROUP)
        given.append(group)
        done, _told = run(pair, write(file, group), chance.uniform(takes / 2, takes))
        held = sum(versions_of(pair, SENDER, {report.id for report in group}).values())
        assert held in ((GROUP,) if done else (0, GROUP)), "a group is stored whole or not at all"
        stored += held == GROUP
        takes = time.monotonic()
        done, told = run(pair, write(file, group))
        assert done
        assert {one["repeated"] for one in told} == {held == GROUP}
    for report in [one for group in given for one in group]:
        flow.ledger.note(report)
    check(pair, flow.ledger)
    print(f"{kills} kills, {stored} of them too late to keep the reports from being stored")


def test_a_killed_report_is_stored_or_not_and_a_repeat_has_no_second_effect(pair: Pair, chance: random.Random, tmp_path: Path) -> None:
    kill_and_check(pair, chance, tmp_path / "reports.json", kills=2)


@pytest.mark.long
def test_reports_are_killed_at_many_moments(pair: Pair, chance: random.Random, tmp_path: Path) -> None:
    kill_and_check(pair, chance, tmp_path / "reports.json", kills=25)
