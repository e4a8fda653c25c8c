"""docs/reference/cli.md says what the program says."""

from pathlib import Path

import pytest

from rabet.cli.main import COMMANDS
from rabet.cli.reference import reference

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"


def test_the_page_is_written_from_the_program() -> None:
    for name in ("demo", "bench"):
        pytest.importorskip(COMMANDS[name].split(":")[0])
    assert PAGE.read_text(encoding="utf-8") == reference(), "write it anew: python -m rabet.cli.reference > docs/reference/cli.md"
