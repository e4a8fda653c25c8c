"""The one error for input that cannot be taken: what is wrong, where, and in the reader's language."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

LANGUAGES = ("en", "fa", "az", "ru")


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: `path` is where (slashes, "" = the whole), `id` names the sentence in problems.json, `params` fill it."""

    path: str
    id: str
    params: Mapping[str, object] = field(default_factory=dict)


class BadInput(ValueError):
    """Input refused; nothing was stored. `problems` is never empty."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("; ".join(describe(problem, "en") for problem in problems))


def refuse(path: str, problem: str, **params: object) -> BadInput:
    """Build the error for one fault, to be raised by the caller."""
    return BadInput(Problem(path, problem, params))


def describe(problem: Problem, language: str) -> str:
    """Return the sentence for a person: the place, then what is wrong and what to do."""
    texts = _texts()[problem.id]
    sentence = texts.get(language, texts["en"]).format_map(_Kept(problem.params))
    return f"{problem.path}: {sentence}" if problem.path else sentence


class _Kept(dict[str, object]):
    """Leaves an unfilled place visible instead of failing while an error is being told."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


@cache
def _texts() -> dict[str, dict[str, str]]:
    text = files(__package__).joinpath("problems.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]
