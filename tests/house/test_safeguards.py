"""docs/explanation/safeguards.md says of each safeguard which test fails when it is broken: that test must exist and must run."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
TABLED = "## Safeguards and their tests"
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
NOT_RUN = {"skip", "skipif", "xfail"}


def rows() -> list[tuple[str, str]]:
    """(sentence, tests) of every row of the tables."""
    text = (TOP / "docs/explanation/safeguards.md").read_text(encoding="utf-8")
    _, _, tabled = text.partition(TABLED)
    lines = tabled.partition("\n## ")[0].splitlines()
    cells = [tuple(line.strip("| ").split(" | ")) for line in lines if line.startswith("| ")]
    assert all(len(row) == 2 for row in cells)
    return [(row[0], row[1]) for row in cells if row[0] not in {"safeguard", "---"}]


@cache
def functions_of(path: str) -> frozenset[str]:
    """Names of the test functions of a file that nothing switches off."""
    file = TOP / path
    return frozenset(found(ast.parse(file.read_text(encoding="utf-8")))) if file.exists() else frozenset()


def found(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not NOT_RUN & set(marks(node)):
            yield node.name


def marks(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """Names of the marks on a function: "xfail" of `@pytest.mark.xfail(...)`."""
    for decorator in function.decorator_list:
        named = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(named, ast.Attribute):
            yield named.attr


def test_there_are_safeguards() -> None:
    assert len(rows()) >= 30


@pytest.mark.parametrize(("sentence", "tests"), rows(), ids=lambda text: text[:60])
def test_every_test_named_for_a_safeguard_exists(sentence: str, tests: str) -> None:
    named = TEST.findall(tests)
    assert named, f"no test is named for: {sentence}"
    assert TEST.sub("", tests).replace(",", "").strip() == "", "one test after the other, each as `path::name`, with commas between"
    assert [f"{path}::{name}" for path, name in named if name not in functions_of(path)] == []


def test_every_safeguard_is_one_sentence_and_told_once() -> None:
    sentences = [sentence for sentence, _ in rows()]
    assert [one for one in sentences if not one.endswith(".")] == []
    assert len(set(sentences)) == len(sentences)


def test_a_test_that_is_switched_off_does_not_count() -> None:
    module = ast.parse("@pytest.mark.skip\ndef test_a(): ...\n@pytest.mark.xfail(strict=True)\ndef test_b(): ...\ndef test_c(): ...")
    assert set(found(module)) == {"test_c"}
