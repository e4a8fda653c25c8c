"""What two records share. Pure: keys in, matches with their reasons out; nothing is decided and nothing leaves."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from rabet.matching.identifiers import Key, Quality

_ANY = "same_identifier"
_QUALITIES: tuple[Quality, ...] = ("checked", "plain", "check_failed")


@dataclass(frozen=True, slots=True)
class Match:
    """One thing that two records share. reason: id in reasons.toml; quality: the weaker one of the two; weight: 0-100, by kind."""

    kind: str
    value: str
    reason: str
    quality: Quality
    weight: int


def shared(ours: Iterable[Key], theirs: Iterable[Key]) -> tuple[Match, ...]:
    """Return what two records share, heaviest first. A thing that is named twice counts once."""
    known = _by_identity(ours)
    found = {
        identity: max(known[identity], quality, key=_QUALITIES.index) for identity, quality in _by_identity(theirs).items() if identity in known
    }
    matches = (_match(kind, value, quality) for (kind, value), quality in found.items())
    return tuple(sorted(matches, key=lambda match: (-match.weight, match.kind, match.value)))


def reason_text(reason: str, language: str) -> str:
    """Return the sentence for a reason id; an id that is not known here is shown as it is."""
    texts = _reasons().get(reason)
    return str(texts.get(language, texts["en"])) if texts else reason


def reason_of(kind: str) -> str:
    """Return the reason id for a shared identifier of this kind."""
    return reason if (reason := f"same_{kind}") in _reasons() else _ANY


def _by_identity(keys: Iterable[Key]) -> dict[tuple[str, str], Quality]:
    """Keep the best quality of each thing: one proven spelling is enough."""
    best: dict[tuple[str, str], Quality] = {}
    for key in keys:
        identity = (key.kind, key.value)
        best[identity] = min(best.get(identity, key.quality), key.quality, key=_QUALITIES.index)
    return best


def _match(kind: str, value: str, quality: Quality) -> Match:
    reason = reason_of(kind)
    return Match(kind, value, reason, quality, int(_reasons()[reason]["weight"]))


@cache
def _reasons() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(files(__package__).joinpath("reasons.toml").read_text(encoding="utf-8"))
