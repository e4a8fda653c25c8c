"""How many records a second: reports in bulk, until the last is durable at the partner and its receipt is stored here."""

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rabet.casework.reporting import MAX_AT_ONCE
from rabet.cli.bench.beside import BenchFailed
from rabet.cli.bench.drafts import Drafts
from rabet.cli.bench.pair import Pair

Progress = Callable[[int, int], None]
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Throughput:
    """seconds: from the first report to the last receipt; reported: until the last report() returned; cpu: microseconds a record, by process."""

    records: int
    seconds: float
    reported: float
    cpu: Mapping[str, float]

    @property
    def per_second(self) -> float:
        return self.records / self.seconds


def measure_throughput(pair: Pair, drafts: Drafts, count: int, progress: Progress) -> Throughput:
    """Report `count` records in transactions of MAX_AT_ONCE, as a system's bulk report does; drafts are made before the clock starts.

    Raises:
        BenchFailed: the partner does not hold every record afterwards.
    """
    ready = [drafts.make(min(MAX_AT_ONCE, count - first)) for first in range(0, count, MAX_AT_ONCE)]
    gc.collect()
    gc.freeze()  # the drafts of the whole run would be looked through again and again; no reporting system holds them all
    held, before, own = pair.held(), pair.processor_time(), time.process_time()
    begin = time.perf_counter()
    for chunk in ready:
        pair.report(chunk)
    reported = time.perf_counter() - begin
    pair.settle(progress)
    seconds = time.perf_counter() - begin
    if pair.held() - held != count:
        raise BenchFailed(f"Alborz took {pair.held() - held} of {count} records.")
    used = {"khazar report": time.process_time() - own}
    used |= {name: after - before.get(name, 0.0) for name, after in pair.processor_time().items()}
    return Throughput(count, seconds, reported, {name: spent / count * _MICROSECONDS for name, spent in used.items()})
