"""Commands run in this process, as `rabet` would run them."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.nodes.world import make_nodes

from rabet.cli.main import main

AGENCIES = ("khazar", "alborz")
PASSWORD = "a long pass phrase of nobody"


@dataclass(frozen=True)
class Command:
    """Runs commands on one node. code: what the command must end with."""

    node: Path
    language: str = "en"

    def __call__(self, *arguments: str, user: str = "", code: int = 0, given: str | None = None) -> str:
        """Return what the command said: standard output when it went well, standard error when it did not."""
        who = ["--as", user] if user else []
        ended = run(["--node", str(self.node), "--language", self.language, *who, *arguments], given)
        assert ended.exit_code == code, (ended.exit_code, ended.stdout, ended.stderr, ended.exception)
        return ended.stdout if code == 0 else ended.stderr

    def json(self, *arguments: str, user: str = "", code: int = 0) -> Any:  # noqa: ANN401 - JSON is any
        """Return what the command said as JSON."""
        who = ["--as", user] if user else []
        ended = run(["--node", str(self.node), *who, *arguments, "--json"])
        assert ended.exit_code == code, (ended.exit_code, ended.stdout, ended.stderr, ended.exception)
        return json.loads(ended.stdout)


def run(arguments: list[str], given: str | None = None) -> Result:
    """Run `rabet` with these arguments; the exit code is the one a shell would see."""
    runner = CliRunner(env={"DATABASE_URL": None, "RABET_NODE": None, "RABET_USER": None})

    def entry() -> None:
        main(arguments)

    with runner.isolation(input=given) as (out, err, _):
        code: int = 0
        trouble: BaseException | None = None
        try:
            entry()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
        except Exception as error:  # noqa: BLE001 - handed to the test
            code, trouble = 70, error
        return Result(runner, out.getvalue(), err.getvalue(), b"", None, code, trouble)


@pytest.fixture(scope="session")
def cli_seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two nodes with an agreement and accounts, made once."""
    folder = tmp_path_factory.mktemp("cli")
    for node in make_nodes(folder, *AGENCIES):
        for name, role in (("duty", "duty_officer"), ("liaison", "liaison_officer"), ("boss", "supervisor"), ("auditor", "auditor")):
            node.store.people.create(name, name, unit="desk", roles=[role], clearance="H2", password=PASSWORD)
        node.close()
    return folder


@pytest.fixture
def khazar(cli_seed: Path, tmp_path: Path) -> Command:
    shutil.copytree(cli_seed / "khazar", tmp_path / "khazar")
    return Command(tmp_path / "khazar")


@pytest.fixture
def alborz(cli_seed: Path, tmp_path: Path) -> Command:
    shutil.copytree(cli_seed / "alborz", tmp_path / "alborz")
    return Command(tmp_path / "alborz")


Write = Callable[[str, str], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file and return its name."""

    def make(name: str, text: str) -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)

    return make
