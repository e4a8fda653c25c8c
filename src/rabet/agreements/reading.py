"""Strict reading of one JSON object: each key is asked for by name and form; what was not asked for is noted as unknown."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from rabet.agreements.terms import LANGUAGES, Texts
from rabet.records.bad_input import BadInput, refuse

ABSENT = object()


class Section:
    """An object of the document at `path` ("" = the document). Every reader raises BadInput naming path and key.

    extra: list shared by all sections of a document; `close` adds the paths of the keys nobody asked for.
    """

    def __init__(self, data: object, path: str, extra: list[str]) -> None:
        if not isinstance(data, dict):
            raise refuse(path, "not_an_object")
        self._data: Mapping[str, Any] = data
        self._asked: set[str] = set()
        self._extra = extra
        self.path = path

    def at(self, key: str) -> str:
        return f"{self.path}/{key}" if self.path else key

    def wrong(self, key: str, value: object) -> BadInput:
        return refuse(self.at(key), "wrong_form", value=str(value)[:60])

    def take(self, key: str, default: object = ABSENT) -> Any:  # noqa: ANN401 - JSON is any
        self._asked.add(key)
        value = self._data.get(key, default)
        if value is ABSENT:
            raise refuse(self.at(key), "missing")
        return value

    def close(self) -> bool:
        """Note the keys nobody asked for and tell whether all were known; call last."""
        unknown = [self.at(key) for key in self._data if key not in self._asked]
        self._extra.extend(unknown)
        return not unknown

    def text(self, key: str, form: re.Pattern[str]) -> str:
        value = self.take(key)
        if not isinstance(value, str):
            raise refuse(self.at(key), "not_text")
        if not form.fullmatch(value):
            raise self.wrong(key, value)
        return value

    def optional_text(self, key: str, form: re.Pattern[str]) -> str | None:
        return None if self.take(key) is None else self.text(key, form)

    def code(self, key: str, allowed: Iterable[str]) -> str:
        return _code(self.take(key), tuple(allowed), self.at(key), key)

    def codes(self, key: str, allowed: Iterable[str], *, least: int = 1) -> tuple[str, ...]:
        """Read a list of different codes in the order given."""
        known = tuple(allowed)
        values = tuple(_code(item, known, f"{self.at(key)}/{i}", key) for i, item in enumerate(self.items(key, least=least)))
        if len(set(values)) != len(values):
            raise self.wrong(key, values)
        return values

    def number(self, key: str, low: int, high: int) -> int:
        value = self.take(key)
        if type(value) is not int:
            raise refuse(self.at(key), "not_count", value=str(value)[:60])
        if not low <= value <= high:
            raise self.wrong(key, value)
        return value

    def day(self, key: str) -> date:
        value = self.take(key)
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            raise refuse(self.at(key), "not_date", value=str(value)[:60])
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise refuse(self.at(key), "not_date", value=value) from None

    def optional_day(self, key: str) -> date | None:
        return None if self.take(key) is None else self.day(key)

    def texts(self, key: str) -> Texts:
        """Read one text per language, all four present, none empty."""
        inner = self.section(key)
        texts = {language: inner.text(language, _SENTENCE) for language in LANGUAGES}
        inner.close()
        return texts

    def section(self, key: str) -> "Section":
        return Section(self.take(key), self.at(key), self._extra)

    def sections(self, key: str, *, least: int = 1) -> Iterator["Section"]:
        for i, item in enumerate(self.items(key, least=least)):
            yield Section(item, f"{self.at(key)}/{i}", self._extra)

    def items(self, key: str, *, least: int = 1) -> list[Any]:
        value = self.take(key)
        if not isinstance(value, list):
            raise self.wrong(key, value)
        if len(value) < least:
            raise refuse(self.at(key), "missing")
        return value

    def names(self, allowed: Container[str]) -> tuple[str, ...]:
        """Return the keys of an object whose keys are codes."""
        for key in self._data:
            if key not in allowed:
                raise refuse(self.at(key), "unknown_code", value=key[:60], table=self.path)
        return tuple(self._data)


_SENTENCE = re.compile(r"[^\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]{1,400}")


def _code(value: object, allowed: tuple[str, ...], path: str, table: str) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise refuse(path, "unknown_code", value=str(value)[:60], table=table)
    return value
