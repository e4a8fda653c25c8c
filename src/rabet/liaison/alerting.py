"""From shared identifiers to alerts for a person. Nothing goes back to the partner by itself: an officer decides what is told."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

# One reused container or one call centre's phone must not flood the officers: beyond this many holders a key says little.
TOO_COMMON = 50


@dataclass(frozen=True, slots=True)
class Shared:
    """One identifier of one record. key: (kind, normalised value)."""

    record: str
    key: tuple[str, str]
    person: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records and the keys they share. person: at least one key is person data."""

    record: str
    other: str
    keys: tuple[tuple[str, str], ...]
    person: bool


def pairs(new: Iterable[Shared], held: Iterable[Shared]) -> Sequence[Pair]:
    """Pair each new record with every record that shares a key, strongest (most keys) first."""
    holders: Mapping[tuple[str, str], dict[str, bool]] = _holders(held)
    found: dict[tuple[str, str], dict[tuple[str, str], bool]] = defaultdict(dict)
    for item in new:
        others = holders.get(item.key, {})
        if len(others) > TOO_COMMON:
            continue
        for other, person in others.items():
            if other != item.record and (other, item.record) not in found:
                found[item.record, other][item.key] = person or item.person
    result = [Pair(a, b, tuple(sorted(keys)), any(keys.values())) for (a, b), keys in found.items()]
    return sorted(result, key=lambda pair: (-len(pair.keys), pair.record, pair.other))


def _holders(held: Iterable[Shared]) -> Mapping[tuple[str, str], dict[str, bool]]:
    holders: dict[tuple[str, str], dict[str, bool]] = defaultdict(dict)
    for item in held:
        holders[item.key][item.record] = item.person
    return holders
