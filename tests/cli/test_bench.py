"""`rabet bench exchange`: each part in a short run with real processes, and nothing left behind when it is broken off."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rabet.cli.bench.beside import BenchFailed, Pipe, beside, hear
from rabet.cli.bench.drafts import KINDS, SIZE, Drafts, size_of
from rabet.cli.bench.figures import Spread, rounded, table
from rabet.cli.world.agencies import KHAZAR
from rabet.records.validation import check_body
from rabet.vocabulary.tables import codes_of

SHORT = ["--records", "300", "--latency-records", "20", "--objects", "3", "--floor-samples", "10", "--idle", "0.5"]


def bench(folder: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "rabet.cli", "bench", "exchange", "--directory", str(folder), *arguments]


def left_of(folder: Path) -> list[str]:
    """Command lines of processes that still work in the folder."""
    found: list[str] = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        found += [command] if str(folder) in command else []
    return found


def test_a_short_run_gives_every_figure_and_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    ended = subprocess.run(bench(folder, *SHORT, "--json"), capture_output=True, text=True, timeout=110, check=False)
    assert ended.returncode == 0, ended.stderr
    figures = json.loads(ended.stdout)
    wanted = ("p50_ms", "p99_ms", "floor_ms", "records_per_s", "ceiling_per_s", "taxii_p50_over_ours")
    assert all(figures[name] > 0 for name in wanted)
    assert figures["floor_before_ms"] > 0 < figures["floor_after_ms"]
    assert figures["p50_ms"] <= figures["p99_ms"]
    assert figures["p50_ms"] > figures["floor_ms"]
    assert figures["taxii_p50_ms"] > 100
    assert figures["ceiling_per_s"] > figures["records_per_s"]
    assert 30 < figures["idle_mib"] < 1000
    assert set(figures["aims"]) == {"p50", "throughput", "taxii", "idle"}
    assert {what for what, _, _ in table(figures)} >= {"floor", "ceiling", "TAXII over Rabet", "idle node"}
    assert not folder.exists()
    assert left_of(folder) == []


def test_breaking_off_leaves_no_process_and_no_file(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with subprocess.Popen(bench(folder, *SHORT), stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if line.startswith("Measuring the floor"):
                break
        assert left_of(folder)
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 1
    for _ in range(50):
        if not left_of(folder):
            break
        time.sleep(0.1)
    assert left_of(folder) == []
    assert not folder.exists()


@pytest.fixture
def drafts() -> Drafts:
    return Drafts(KHAZAR, datetime(2026, 3, 1, 12, tzinfo=UTC))


def test_records_have_two_kilobytes_of_values_and_five_identifiers(drafts: Drafts) -> None:
    for body in (drafts.body() for _ in range(20)):
        check_body("seizure", body, codes_of)
        assert size_of(body) == SIZE
        assert [found["kind"] for found in body["identifiers"]] == list(KINDS)
        assert body["simulated"] is True


def test_no_two_records_share_an_identifier(drafts: Drafts) -> None:
    found = [identifier["value"] for draft in drafts.make(500) for identifier in draft.body["identifiers"]]
    assert len(set(found)) == len(found) == 2500


def test_percentiles_are_those_of_the_sample() -> None:
    spread = Spread.of([float(number) for number in range(101)])
    assert (spread.p50, spread.p99) == (50.0, 99.0)
    assert rounded({"a": [1.23456, 2], "b": None}) == {"a": [1.235, 2], "b": None}


def _answer(pipe: Pipe, number: int) -> None:
    pipe.send(number * 2)


def _end(pipe: Pipe) -> None:
    pipe.close()


@pytest.fixture
def nobody() -> Iterator[Pipe]:
    with beside(_end) as pipe:
        yield pipe


def test_work_beside_is_heard() -> None:
    with beside(_answer, 21) as pipe:
        assert hear(pipe, 10, "the answer") == 42


def test_a_process_that_ends_is_told_in_a_sentence(nobody: Pipe) -> None:
    with pytest.raises(BenchFailed, match="the process that ends"):
        hear(nobody, 10, "the process that ends")
