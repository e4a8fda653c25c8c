"""Files are read as strictly as what a partner sends: JSON and YAML, without surprises."""

from pathlib import Path
from typing import Any

import pytest

from rabet.cli.reading import read_document
from rabet.node.sentences import CannotDo
from rabet.records.bad_input import BadInput


def read(folder: Path, text: str) -> Any:  # noqa: ANN401 - JSON is any
    (folder / "given").write_text(text, encoding="utf-8")
    return read_document(str(folder / "given"))


def test_yaml_and_json_say_the_same(tmp_path: Path) -> None:
    assert read(tmp_path, "a: {b: [1, true, null, text]}") == read(tmp_path, '{"a": {"b": [1, true, null, "text"]}}')


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("country: no", {"country": "no"}),
        ("value: 12.50", {"value": "12.50"}),
        ("day: 2026-11-22", {"day": "2026-11-22"}),
        ("number: 007", {"number": "007"}),
        ("time: 12:30", {"time": "12:30"}),
        ("answer: yes", {"answer": "yes"}),
        ("exponent: 1e3", {"exponent": "1e3"}),
        ("hex: 0x10", {"hex": "0x10"}),
        ("nothing:", {"nothing": None}),
        ("minus: -3", {"minus": -3}),
        ("number: .nan", {"number": ".nan"}),
        ("name: حسن", {"name": "حسن"}),
    ],
)
def test_yaml_guesses_nothing(tmp_path: Path, text: str, value: object) -> None:
    assert read(tmp_path, text) == value


@pytest.mark.parametrize("text", ["a: 1\na: 2", '{"a": 1, "a": 2}', "a: {b: 1, b: 2}"])
def test_a_key_that_stands_twice_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput, match="stands twice"):
        read(tmp_path, text)


def test_an_alias_bomb_is_refused_at_its_first_anchor(tmp_path: Path) -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    with pytest.raises(CannotDo) as refused:
        read(tmp_path, bomb)
    assert refused.value.id == "yaml_alias"


@pytest.mark.parametrize("text", ["!!python/object/apply:os.system ['true']", "a: !!python/name:os.system", "a: !unknown 1"])
def test_yaml_makes_no_objects(tmp_path: Path, text: str) -> None:
    with pytest.raises(CannotDo) as refused:
        read(tmp_path, text)
    assert refused.value.id == "not_yaml"


@pytest.mark.parametrize("text", ["[" * 100_000, "a: " + "[" * 100_000, '{"a":' * 5_000, "- " * 5_000 + "x"])
def test_absurd_depth_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises((BadInput, CannotDo)):
        read(tmp_path, text)


@pytest.mark.parametrize("text", ['{"a": NaN}', '{"a": Infinity}', '{"a": "\\ud800"}'])
def test_what_is_no_json_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput):
        read(tmp_path, text)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "given").write_bytes(b"a: \xff")
    with pytest.raises(BadInput, match="UTF-8"):
        read_document(str(tmp_path / "given"))


def test_broken_yaml_is_told_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(CannotDo) as refused:
        read(tmp_path, "a: [1, 2\nb: 3")
    assert refused.value.params["line"] == 2


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotDo, match="cannot be read"):
        read_document(str(tmp_path / "absent"))
