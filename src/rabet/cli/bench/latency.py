"""How long a record takes: from just before it is reported to the moment a live client of the partner has read the event."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from rabet.cli.bench.drafts import Drafts
from rabet.cli.bench.figures import Spread
from rabet.cli.bench.pair import Pair
from rabet.cli.bench.watcher import Seen, Watcher

EVERY = 0.02  # seconds between two reports
WARM_UP = 50  # reports that are not counted


@dataclass(frozen=True, slots=True)
class Reported:
    """A report's moments. begun, ended: perf_counter seconds around report(); stored: the wall clock at its end."""

    record: str
    begun: float
    ended: float
    stored: datetime


@dataclass(frozen=True, slots=True)
class Latency:
    """whole: milliseconds; stages: median milliseconds of report(), of the way into the partner's transaction, from there to the eye."""

    whole: Spread
    stages: Mapping[str, float]


def measure_latency(pair: Pair, drafts: Drafts, watcher: Watcher, count: int) -> Latency:
    """Report one by one at an even pace, warmed up."""
    watcher.await_all([one.record for one in _paced(pair, drafts, min(WARM_UP, count))])
    made = _paced(pair, drafts, count)
    seen = watcher.await_all([one.record for one in made])
    return Latency(Spread.of([(seen[one.record].seen - one.begun) * 1000 for one in made]), _stages(made, seen))


def _paced(pair: Pair, drafts: Drafts, count: int) -> Sequence[Reported]:
    """A report that is late for its turn is made at once: its own time counts from when it was made."""
    ready, made = drafts.make(count), []
    begin = time.perf_counter()
    for i, draft in enumerate(ready):
        time.sleep(max(begin + i * EVERY - time.perf_counter(), 0))
        begun = time.perf_counter()
        (outcome,) = pair.report([draft])
        made.append(Reported(outcome.record, begun, time.perf_counter(), pair.now()))
    return made


def _stages(made: Sequence[Reported], seen: Mapping[str, Seen]) -> Mapping[str, float]:
    """The partner's own clock says when it stored the event: on one machine it is ours."""
    reported = [one.ended - one.begun for one in made]
    carried = [(seen[one.record].taken - one.stored) / timedelta(seconds=1) for one in made]
    shown = [seen[one.record].seen - one.ended - way for one, way in zip(made, carried, strict=True)]
    named = {"reported_and_stored": reported, "carried_and_taken": carried, "committed_and_shown": shown}
    return {name: median(sample) * 1000 for name, sample in named.items()}
