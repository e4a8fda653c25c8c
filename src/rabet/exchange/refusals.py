"""Sentences for the reasons by which the exchange refuses, waits or stops: for the operator, in his language."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def describe_refusal(reason: str, language: str) -> str:
    """Return the sentence for a reason; a reason that only the partner's version knows is shown as it is."""
    texts = refusal_texts().get(reason)
    return texts[language] if texts else reason


@cache
def refusal_texts() -> Mapping[str, Mapping[str, str]]:
    """Reason -> sentence per language."""
    return json.loads(files(__package__).joinpath("refusals.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]
