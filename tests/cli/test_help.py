"""Every command says what it does and gives an example that names it."""

from collections.abc import Iterator

import click
import pytest

from rabet.cli.main import COMMANDS, rabet

LISTINGS = {
    "records list", "records waiting", "records alerts", "records history", "peer list", "agreement list", "user list", "case list",
    "token list", "outbox", "audit", "feed", "check", "verify",
}  # fmt: skip


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        if path == () and name == "bench":
            pytest.importorskip("rabet.cli.bench")
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


@pytest.fixture(scope="module")
def every() -> dict[str, click.Command]:
    assert isinstance(rabet, click.Group)
    return {" ".join(path): command for path, command in commands(rabet)}


def test_every_command_has_an_example_that_names_it(every: dict[str, click.Command]) -> None:
    for path, command in every.items():
        words = " ".join((command.epilog or "").split())
        assert words.startswith("Example: rabet "), path
        example = [word for word in words.split() if not word.startswith("-")]
        assert all(word in example for word in path.split()), (path, words)


def test_every_command_says_what_it_does(every: dict[str, click.Command]) -> None:
    for path, command in every.items():
        assert command.help, path
        assert command.help.split("\n")[0].rstrip().endswith((".", ":")), path


def test_every_option_and_its_help_can_be_shown(every: dict[str, click.Command]) -> None:
    for path, command in every.items():
        text = command.get_help(click.Context(command, info_name=path))
        assert "Example" in text, path


def test_every_listing_speaks_json(every: dict[str, click.Command]) -> None:
    for path in LISTINGS:
        assert "--json" in {name for parameter in every[path].params for name in parameter.opts}, path


def test_commands_are_those_the_issue_of_the_house_asks_for() -> None:
    asked = "init up peer agreement report records feed approve correct recall outbox audit verify check rebuild demo bench"
    assert set(asked.split()) <= set(COMMANDS)
