"""Percentiles, and the figures of a run as a table for people."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Any


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and 99th percentile of a sample, in its unit."""

    p50: float
    p99: float

    @classmethod
    def of(cls, sample: Sequence[float]) -> "Spread":
        """Of at least one value."""
        cuts = quantiles([*sample, *sample[:1]] if len(sample) == 1 else sample, n=100, method="inclusive")
        return cls(cuts[49], cuts[98])


def rounded(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Three digits after the point are more than any of this is good for."""
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, Mapping):
        return {key: rounded(item) for key, item in value.items()}
    return [rounded(item) for item in value] if isinstance(value, list | tuple) else value


def table(figures: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield (what, how much, beside what) in the order in which a person asks."""
    aims = figures["aims"]
    yield "latency, median", f"{figures['p50_ms']} ms", _aim(aims.get("p50"))
    yield "latency, 99th percentile", f"{figures['p99_ms']} ms", "from report() to the live page of the partner"
    yield "floor", f"{figures['floor_ms']} ms", _floor(figures)
    for name, value in figures["stages"]["latency_ms"].items():
        yield f"  {name.replace('_', ' ')}", f"{value} ms", ""
    if "records_per_s" in figures:
        yield "throughput", f"{figures['records_per_s']} records/s", _aim(aims.get("throughput"))
        yield "ceiling", f"{figures['ceiling_per_s']} records/s", "cryptography and inserts alone, both sides at once"
        for name, value in figures["stages"]["cpu_us_per_record"].items():
            yield f"  {name}", f"{value} us/record", "processor time"
    if "taxii_p50_ms" in figures:
        yield "TAXII, median", f"{figures['taxii_p50_ms']} ms", "polled each second"
        yield "TAXII over Rabet", f"{figures['taxii_p50_over_ours']} x", _aim(aims.get("taxii"))
    if "idle_mib" in figures:
        yield "idle node", f"{figures['idle_mib']} MiB", _aim(aims.get("idle"))


def _aim(aim: Mapping[str, Any] | None) -> str:
    return "" if aim is None else f"aim {aim['is']}: {'reached' if aim['met'] else 'not reached'}"


def _floor(figures: Mapping[str, Any]) -> str:
    moved = f"{figures['floor_before_ms']} before, {figures['floor_after_ms']} after"
    return moved if figures["steady"] else f"{moved}: it moved too much in every try, so do not lean on this run"


def aim(name: str, *, met: bool) -> Mapping[str, Any]:
    """One aim as it stands in the figures."""
    return {"is": name, "met": met}
