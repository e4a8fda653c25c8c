"""What an act answers when it must not be done: every reason, in the reader's language, or plainly "not found"."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from rabet.agreements.reasons import Reason, explain


class Refused(Exception):
    """The act is not allowed. reasons: of an agreement or rule of access (Reason), or of the act itself (id in refusals.json)."""

    def __init__(self, *reasons: Reason | str) -> None:
        self.reasons = reasons
        super().__init__("; ".join(self.texts("en")))

    def texts(self, language: str) -> tuple[str, ...]:
        """Return one sentence per reason."""
        return tuple(_own()[one][language] if isinstance(one, str) else explain(one, language) for one in self.reasons)

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the stable ids, for programs and the audit log."""
        return tuple(one if isinstance(one, str) else one.id for one in self.reasons)


class NotFound(LookupError):
    """There is no such thing for this officer: the same answer whether it is absent or may not be seen."""


@cache
def _own() -> Mapping[str, Mapping[str, str]]:
    text = files(__package__).joinpath("refusals.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]
