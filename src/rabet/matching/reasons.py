"""Why two records are shown together: a reason per kind of identifier, its weight, and the sentence for it in four languages."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

_ANY = "same_identifier"


def reason_of(kind: str) -> str:
    """Return the reason id for a shared identifier of this kind."""
    return reason if (reason := f"same_{kind}") in _reasons() else _ANY


def weight_of(reason: str) -> int:
    """Return how much a reason says, 0-100: how seldom its kind repeats by chance or by re-use. What is not known here says least."""
    return int(_reasons().get(reason, {"weight": 0})["weight"])


def reason_text(reason: str, language: str) -> str:
    """Return the sentence for a reason id; an id that is not known here is shown as it is."""
    texts = _reasons().get(reason)
    return str(texts.get(language, texts["en"])) if texts else reason


@cache
def _reasons() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(files(__package__).joinpath("reasons.toml").read_text(encoding="utf-8"))
