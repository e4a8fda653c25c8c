"""`rabet`: finds the command, loads only its file, and says in the reader's language what was refused and why.

Exit codes: 0 done, 1 something is broken, 2 the input cannot be taken, 3 refused (not allowed, or not there for you).
"""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

import click

from rabet.cli.printing import visible
from rabet.cli.seat import Seat
from rabet.cli.trouble import BROKEN, exit_code, sentences
from rabet.records.bad_input import LANGUAGES

COMMANDS: Mapping[str, str] = {
    "init": "rabet.cli.init:init",
    "up": "rabet.cli.up:up",
    "check": "rabet.cli.check:check",
    "renew": "rabet.cli.check:renew",
    "peer": "rabet.cli.peer:peer",
    "agreement": "rabet.cli.agreement:agreement",
    "report": "rabet.cli.report:report",
    "correct": "rabet.cli.report:correct",
    "recall": "rabet.cli.report:recall",
    "records": "rabet.cli.records:records",
    "feed": "rabet.cli.feed:feed",
    "approve": "rabet.cli.approve:approve",
    "outbox": "rabet.cli.outbox:outbox",
    "audit": "rabet.cli.audit:audit",
    "verify": "rabet.cli.verify:verify",
    "rebuild": "rabet.cli.verify:rebuild",
    "upgrade": "rabet.cli.upgrade:upgrade",
    "user": "rabet.cli.user:user",
    "case": "rabet.cli.case:case",
    "token": "rabet.cli.token:token",
    "demo": "rabet.cli.demo.command:demo",
    "bench": "rabet.cli.bench.command:bench",
}


class Lazy(click.Group):
    """A group whose commands are imported when they are asked for: `rabet report` does not wait for what `rabet demo` needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name all commands in the order in which a person meets them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(
    cls=Lazy, epilog="Example:  rabet --node nodes/khazar report seizure.yaml --as s.officer", context_settings={"max_content_width": 110}
)
@click.option(
    "--node", "directory", envvar="RABET_NODE", default=".", type=click.Path(path_type=Path), help="The node's directory [RABET_NODE]."
)
@click.option("--language", type=click.Choice(LANGUAGES), help="Language of what is said; the node's first one if not given.")
@click.option("--as", "user", envvar="RABET_USER", default="", help="The local user who acts [RABET_USER].")
@click.version_option(package_name="rabet")
@click.pass_context
def rabet(context: click.Context, directory: Path, language: str | None, user: str) -> None:
    """One node of Rabet: report seizures, share them under agreements, prove what was said."""
    context.obj = Seat(directory, language, user)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and end the process with its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        with rabet.make_context("rabet", given) as context:
            _run(context)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.exceptions.Abort, BrokenPipeError, KeyboardInterrupt):
        sys.exit(BROKEN)


def _run(context: click.Context) -> None:
    try:
        rabet.invoke(context)
    except (click.exceptions.Exit, click.ClickException, click.exceptions.Abort, BrokenPipeError):
        raise
    except Exception as error:
        told = sentences(error, context.obj.language if context.obj else "en")
        if told is None:
            raise
        for sentence in told:
            click.echo(visible(sentence), err=True)
        raise click.exceptions.Exit(exit_code(error)) from None
