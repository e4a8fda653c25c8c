"""What the node and its command line refuse, as sentences in four languages (sentences.json), with what to do."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


class CannotDo(Exception):
    """Something that was asked cannot be done as it was asked. `id` names the sentence, `params` fill it."""

    def __init__(self, sentence: str, **params: object) -> None:
        self.id, self.params = sentence, params
        super().__init__(self.text("en"))

    def text(self, language: str) -> str:
        """Return the sentence."""
        return say(self.id, language, **self.params)


def say(sentence: str, language: str, **params: object) -> str:
    """Return a sentence by id, filled in."""
    return _texts()[sentence][language].format_map(params)


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    text = files(__package__).joinpath("sentences.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]
