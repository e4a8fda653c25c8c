"""A file given to `rabet report`: refused with a sentence, whatever it holds; and a terminal that shows what a partner wrote."""

import json
from pathlib import Path

import pytest

from rabet.cli.printing import say_json, say_line, say_rows, visible
from rabet.cli.reading import read_document
from rabet.cli.trouble import sentences
from rabet.node.sentences import CannotDo
from rabet.records.bad_input import BadInput

TERMINAL = "\x1b[2J\x9b2J\x7f\x85\u202egnp.exe\u2066\u2028\u2029\u061c"


@pytest.mark.parametrize(
    "text",
    [
        "a: !!binary aGVsbG8=",
        "a: !!timestamp 2026-11-20",
        "a: !!set {b, c}",
        "a: !!float .inf",
        "a: !!python/object/apply:os.system ['true']",
        "a: &x [1]\nb: *x",
        "a: &x {b: 1}\n<<: *x",
        "? [1, 2]\n: 3",
        "a: 1\na: 2",
        "1: a\n'1': b",
        "[" * 5_000,
        "a: " + "[" * 5_000 + "]" * 5_000,
        "- " * 5_000 + "x",
        "a: |\n  \x00",
        "a: \ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
        "%YAML 9.9\n---\na: 1",
        "---\na: 1\n---\nb: 2",
        '{"a": NaN}',
        '{"a": 1e999999}' + " " * 9 + "x",
        '{"a": ' + "9" * 5_000 + "}",
        '{"a": 1, "a": 2}',
        "[" * 100_000,
        '{"a":' * 10_000,
    ],
    ids=lambda text: text[:24],
)
def test_a_hostile_file_is_refused_with_a_sentence(tmp_path: Path, text: str) -> None:
    source = tmp_path / "hostile"
    source.write_bytes(text.encode("latin-1", "replace"))
    with pytest.raises((BadInput, CannotDo)) as refused:
        read_document(str(source))
    assert all(sentences(refused.value, language) for language in ("en", "fa", "az", "ru"))


def test_what_looks_like_a_date_or_a_number_stays_as_it_was_written(tmp_path: Path) -> None:
    source = tmp_path / "plain.yaml"
    source.write_text("a: 2026-11-20\nb: 12.50\nc: no\nd: 0x10\ne: 1_000\nf: .inf\ng: 1e3\n")
    assert set(map(type, read_document(str(source)).values())) == {str}


@pytest.mark.parametrize("say", [say_json, say_line, lambda value: say_rows(["x"], [[value]], empty=""), lambda value: print(visible(value))])
def test_no_text_of_a_partner_reaches_a_terminal_as_it_is(say: object, capsys: pytest.CaptureFixture[str]) -> None:
    """Also not as JSON: a person looks at that too, and U+009B begins a command as ESC [ does."""
    say(TERMINAL)  # type: ignore[operator]
    shown = capsys.readouterr().out
    assert not set(TERMINAL[0] + "\x9b\x7f\x85\u202e\u2066\u2028\u2029") & set(shown)


def test_json_on_a_terminal_is_still_the_same_json(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"text": TERMINAL, "نام": "\u200c علی"}
    say_json(value)
    assert json.loads(capsys.readouterr().out) == value
