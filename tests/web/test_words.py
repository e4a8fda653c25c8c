"""Every sentence, label and code that a page can show exists in four languages, and what is compiled is what is written."""

import importlib.util
from collections.abc import Iterator
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from types import ModuleType

import pytest

from rabet.records.bad_input import LANGUAGES
from rabet.records.kinds import KINDS
from rabet.web.names import field_labels

TOP = Path(__file__).parents[2]


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages", TOP / "frontend/messages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


messages = load()


def strings(message: object) -> tuple[str, ...]:
    value = getattr(message, "string", "")
    return value if isinstance(value, tuple) else (value,)


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_every_sentence_of_the_pages_is_translated(language: str) -> None:
    catalog = messages.read(language)
    assert [one.id for one in catalog if one.id and not all(strings(one))] == []
    assert [one.id for one in catalog if one.fuzzy and one.id] == []
    wanted = {(message[0] if isinstance(message, tuple) else message, context) for _name, message, context in messages.found()}
    assert {(one.id[0] if isinstance(one.id, tuple) else one.id, one.context) for one in catalog if one.id} == wanted


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_a_translation_keeps_the_places_that_are_filled_in(language: str) -> None:
    for one in messages.read(language):
        original = one.id if isinstance(one.id, tuple) else (one.id,)
        for text in strings(one) if one.id else ():
            assert places(text) == places(original[-1]), text


def places(text: str) -> set[str]:
    return {part.split(")", 1)[0] for part in text.split("%(")[1:]}


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_compiled_catalogues_are_those_of_the_texts(language: str) -> None:
    stored = messages.po_file(language).with_suffix(".mo").read_bytes()
    assert sentences(stored) == sentences(messages.mo_bytes(language)), "run: python frontend/messages.py"


def sentences(compiled: bytes) -> dict[object, str]:
    """All messages but the header, which names the version of the tool."""
    catalog: dict[object, str] = dict(GNUTranslations(BytesIO(compiled))._catalog)
    catalog.pop("")
    return catalog


def patterns() -> Iterator[str]:
    for kind in KINDS.values():
        for pattern in kind.fields:
            yield pattern
            segments = pattern.split("/")
            yield from ("/".join(segments[:length]) for length in range(1, len(segments)))


def test_every_field_of_every_kind_has_a_label_in_four_languages() -> None:
    labels = field_labels()
    missing = {pattern for pattern in patterns() if pattern not in labels and not pattern.endswith(("/marks", "/aliases"))}
    assert missing == set()
    assert all(set(texts) == set(LANGUAGES) and all(texts.values()) for texts in labels.values())
    assert set(labels) - set(patterns()) == set(), "labels of fields that do not exist"
