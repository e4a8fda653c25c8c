"""One run of the exchange benchmark: nodes up, idle memory, floor, latency, floor, throughput, ceiling, peer, nodes down."""

import platform
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from os import cpu_count, getloadavg
from pathlib import Path
from typing import Any

from rabet.cli.bench import taxii
from rabet.cli.bench.ceiling import Load, measure_ceiling
from rabet.cli.bench.drafts import Drafts
from rabet.cli.bench.figures import aim
from rabet.cli.bench.floor import Floor, measure_floor
from rabet.cli.bench.latency import EVERY, Latency, measure_latency
from rabet.cli.bench.pair import RECEIVER, SENDER, Pair
from rabet.cli.bench.postgres import cluster
from rabet.cli.bench.rows import count_rows
from rabet.cli.bench.throughput import Throughput, measure_throughput
from rabet.cli.bench.watcher import Watcher, watching
from rabet.cli.world.agencies import KHAZAR
from rabet.node.assembly import database_of
from rabet.records.disclosure import commit

MIB = 1024 * 1024
MOVED, TRIES = 1.5, 3  # a floor that moved more than so many times makes the run worthless; so many runs are tried
AIM_FACTOR, AIM_ADDED, AIM_RATE, AIM_TAXII, AIM_IDLE = 1.5, 6.0, 1_000, 30, 150

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to measure. records: for throughput; stored: in both databases beforehand; objects: for the peer. 0 leaves a part out.

    idle: seconds of nothing before an idle node is weighed.
    """

    records: int
    latency_records: int
    stored: int
    objects: int
    floor_samples: int
    idle: float
    database: str


def run(plan: Plan, folder: Path, tell: Tell) -> Mapping[str, Any]:
    """Measure everything and return the figures. Raises BenchFailed with a sentence."""
    before = getloadavg()[0]
    with _databases(plan, folder) as databases, _up(Pair.of(folder / "nodes", databases), tell) as pair:
        figures = _measure(plan, pair, folder, tell)
    aims = _aims(figures)
    machine = {"processors": cpu_count(), "load_before": before, "load_after": getloadavg()[0], "python": platform.python_version()}
    return {**figures, "aims": aims, "plan": {name: getattr(plan, name) for name in Plan.__slots__}, "machine": machine}


def _databases(plan: Plan, folder: Path) -> Any:  # noqa: ANN401 - a context of agency -> URL
    return cluster(folder / "postgres", (SENDER, RECEIVER)) if plan.database == "postgres" else nullcontext({})


@contextmanager
def _up(pair: Pair, tell: Tell) -> Iterator[Pair]:
    tell("Making two nodes and starting them")
    try:
        pair.set_up()
        pair.start()
        yield pair
    finally:
        pair.stop()


def _measure(plan: Plan, pair: Pair, folder: Path, tell: Tell) -> Mapping[str, Any]:
    idle = _weigh(pair, plan.idle, tell)
    drafts = Drafts(KHAZAR, pair.now())
    if plan.stored:
        _fill(pair, drafts, plan.stored, tell)
    with watching(pair.node(RECEIVER).settings.web_port, pair.token, pair.last_event()) as watcher:
        timed = _steady(plan, pair, drafts, watcher, tell)
        moved = _bulk(plan, pair, drafts, folder, tell) if plan.records else {}
    stages = {"latency_ms": timed.pop("stages"), **moved.pop("stages", {})}
    peer = _peer(plan, drafts, timed["p50_ms"], tell) if plan.objects else {}
    return {**timed, **moved, **peer, **idle, "stages": stages}


def _weigh(pair: Pair, seconds: float, tell: Tell) -> dict[str, Any]:
    tell(f"Waiting {seconds:g} s to weigh an idle node")
    time.sleep(seconds)
    parts = {name: size / MIB for name, size in pair.memory(SENDER).items()}
    return {"idle_mib": sum(parts.values()), "idle_parts_mib": parts}


def _fill(pair: Pair, drafts: Drafts, count: int, tell: Tell) -> None:
    for first in range(0, count, 256):
        pair.report(drafts.make(min(256, count - first)))
        if first % 2_560 == 0:
            tell(f"Storing {count} records beforehand: {first}")
            pair.settle(lambda _done, _size: None)
    pair.settle(lambda _done, _size: None)


def _steady(plan: Plan, pair: Pair, drafts: Drafts, watcher: Watcher, tell: Tell) -> dict[str, Any]:
    """Latency between two floors that agree."""
    for discarded in range(TRIES):
        tell(f"Measuring the floor, {plan.latency_records} reports at {1 / EVERY:.0f} a second, and the floor again")
        before = _floor(plan, pair)
        latency = measure_latency(pair, drafts, watcher, plan.latency_records)
        after = _floor(plan, pair)
        steady = max(before.whole, after.whole) <= MOVED * min(before.whole, after.whole)
        if steady or discarded == TRIES - 1:
            return _timed(before, latency, after, discarded=discarded + (not steady), steady=steady)
        tell(f"The floor moved from {before.whole:.2f} to {after.whole:.2f} ms: this run is discarded")
    raise AssertionError


def _floor(plan: Plan, pair: Pair) -> Floor:
    sender, receiver = (pair.node(agency).settings.layout for agency in (SENDER, RECEIVER))
    return measure_floor(sender, receiver, plan.floor_samples, EVERY)


def _timed(before: Floor, latency: Latency, after: Floor, *, discarded: int, steady: bool) -> dict[str, Any]:
    return {
        "p50_ms": latency.whole.p50,
        "p99_ms": latency.whole.p99,
        "floor_ms": (before.whole + after.whole) / 2,
        "floor_before_ms": before.whole,
        "floor_after_ms": after.whole,
        "floor_append_ms": (before.synced + after.synced) / 2,
        "floor_trip_ms": (before.trip + after.trip) / 2,
        "discarded": discarded,
        "steady": steady,
        "stages": latency.stages,
    }


def _bulk(plan: Plan, pair: Pair, drafts: Drafts, folder: Path, tell: Tell) -> dict[str, Any]:
    rows = _rows(pair)
    tell(f"Reporting {plan.records} records in bulk")
    made = measure_throughput(pair, drafts, plan.records, lambda done, size: tell(f"{done} of {size} messages have their receipt"))
    sent, taken = ((now - then) / plan.records for then, now in zip(rows, _rows(pair), strict=True))
    tell("Measuring the ceiling")
    tree = commit(dict(drafts.body()), pair.desk(SENDER).randomness)
    ceiling = measure_ceiling(folder, Load(tree, round(sent), round(taken)), plan.records)
    return {"records_per_s": made.per_second, "ceiling_per_s": ceiling, "stages": _bulk_stages(made, sent, taken)}


def _rows(pair: Pair) -> tuple[int, int]:
    sent, taken = (count_rows(database_of(pair.node(agency).settings)) for agency in (SENDER, RECEIVER))
    return sent, taken


def _bulk_stages(made: Throughput, sent: float, taken: float) -> Mapping[str, Any]:
    return {
        "reported_s": made.reported,
        "settled_s": made.seconds,
        "rows_per_record": {SENDER: sent, RECEIVER: taken},
        "cpu_us_per_record": made.cpu,
    }


def _peer(plan: Plan, drafts: Drafts, ours: float, tell: Tell) -> dict[str, Any]:
    if not taxii.is_installed():
        tell("No comparison with TAXII: medallion and taxii2-client are missing (make setup installs them)")
        return {}
    tell(f"Adding {plan.objects} objects to a TAXII server that is polled each second")
    found = taxii.measure_taxii([drafts.body() for _ in range(plan.objects)])
    return {"taxii_p50_ms": found.p50, "taxii_p99_ms": found.p99, "taxii_p50_over_ours": found.p50 / ours}


def _aims(figures: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is hoped for, and whether this run reached it."""
    most = AIM_FACTOR * figures["floor_ms"] + AIM_ADDED
    aims = {"p50": aim(f"<= {AIM_FACTOR} x floor + {AIM_ADDED:.0f} ms = {most:.1f} ms", met=figures["p50_ms"] <= most)}
    if "records_per_s" in figures:
        aims["throughput"] = aim(f">= {AIM_RATE} records/s", met=figures["records_per_s"] >= AIM_RATE)
    if "taxii_p50_ms" in figures:
        aims["taxii"] = aim(f">= {AIM_TAXII} x", met=figures["taxii_p50_over_ours"] >= AIM_TAXII)
    aims["idle"] = aim(f"< {AIM_IDLE} MiB", met=figures["idle_mib"] < AIM_IDLE)
    return aims
