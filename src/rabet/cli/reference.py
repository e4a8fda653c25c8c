"""Writes docs/reference/cli.md from the commands themselves: `python -m rabet.cli.reference`. A test compares the two."""

from collections.abc import Iterator

import click

from rabet.cli.main import rabet

HEAD = """# Command line

Every command of `rabet`, written from the program itself (`python -m rabet.cli.reference`). The options before the command hold for all:
`--node DIR` says which node (or `RABET_NODE`; else the current folder), `--as USER` who acts (or `RABET_USER`), `--language` in which
language refusals are told. Every listing speaks JSON with `--json`.

**Who acts.** Whoever can read a node's directory can read its keys, so the command line asks for no sign-in: the shell user who owns the
directory acts under audit, as the officer named by `--as`, or as the operator (an administrator, who cannot read records) where no officer
is needed. Only what an approval signs for asks for the officer's own secret again: at the terminal, or in `RABET_STEP_UP` (a password or
a fresh one-time link). Give shell access to the node's user as you would give the key of the evidence room.

**Exit codes.** 0 done; 1 something is broken, or `check` and `verify` found it so; 2 the input cannot be taken; 3 refused: not allowed, or
not there for this officer.

**Environment.** `DATABASE_URL` names the database and wins over node.toml.
"""


def reference() -> str:
    """Return the page."""
    context = click.Context(rabet, info_name="rabet")
    return HEAD + "".join(_pages(rabet, context, ("rabet",))).rstrip() + "\n"


def _pages(group: click.Command, context: click.Context, path: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(group, click.Group):
        return
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None:
            continue
        inner = click.Context(command, info_name=name, parent=context)
        yield _page(command, inner, (*path, name))
        yield from _pages(command, inner, (*path, name))


def _page(command: click.Command, context: click.Context, path: tuple[str, ...]) -> str:
    level = "#" * len(path)
    usage = " ".join((*path, *command.collect_usage_pieces(context)))
    example = " ".join((command.epilog or "").split()).removeprefix("Example: ")
    help_text = " ".join((command.help or "").split())
    return f"\n{level} {' '.join(path[1:])}\n\n{help_text}\n\n```\n{usage}\n```\n{_options(command, context)}\nExample: `{example}`\n"


def _options(command: click.Command, context: click.Context) -> str:
    found = [record for parameter in command.get_params(context) if (record := parameter.get_help_record(context)) and record[0] != "--help"]
    if not found:
        return ""
    return "\n" + "".join(f"- `{names}`{': ' if text else ''}{text}\n" for names, text in found)


if __name__ == "__main__":
    click.echo(reference(), nl=False)
