"""`rabet verify` and `rabet rebuild`: prove the logs, and make everything derived again from what is signed."""

import click

from rabet.casework.refusal import Refused
from rabet.cli.printing import say_json, say_rows
from rabet.cli.seat import Seat, as_json, pass_seat
from rabet.exchange.prove import Report
from rabet.node.projections import rebuild as rebuild_node
from rabet.node.proof import prove
from rabet.node.sentences import say


@click.command(epilog="Example:  rabet --node nodes/khazar verify --json")
@as_json
@pass_seat
def verify(seat: Seat, json_: bool) -> None:
    """Prove off line that no log was changed: every entry up to the last that a partner signed for. Exit code 1 when one was.

    What came after that signature is counted as the unwitnessed tail.
    """
    reports = prove(seat.node)
    sentence = _sentence(reports, seat.language)
    if json_:
        say_json({"proven": all(one.proven for one in reports), "sentence": sentence, "logs": [_object(one) for one in reports]})
    else:
        rows = [(one.log, one.size, one.witnessed, one.unwitnessed, "proven" if one.proven else "NOT PROVEN") for one in reports]
        say_rows(("log", "entries", "witnessed", "tail", ""), rows, empty="No logs.")
        for one in reports:
            for problem in one.problems:
                click.echo(f"{one.log}: {problem.kind} at {problem.index} {problem.detail}".rstrip())
        click.echo(sentence)
    if not all(one.proven for one in reports):
        raise click.exceptions.Exit(1)


def _object(one: Report) -> dict[str, object]:
    return {
        "log": one.log,
        "size": one.size,
        "witnessed": one.witnessed,
        "unwitnessed": one.unwitnessed,
        "proven": one.proven,
        "problems": one.problems,
    }


def _sentence(reports: tuple[Report, ...], language: str) -> str:
    problems = sum(len(one.problems) for one in reports)
    if problems:
        return say("not_proven", language, count=problems)
    size, tail = sum(one.size for one in reports), sum(one.unwitnessed for one in reports)
    return say("proven", language, logs=len(reports), size=size, witnessed=size - tail, tail=tail)


@click.command(epilog="Example:  rabet --node nodes/khazar rebuild")
@as_json
@pass_seat
def rebuild(seat: Seat, json_: bool) -> None:
    """Make lists and comparable identifiers again from signed records. Nothing signed, decided or logged is touched."""
    officer = seat.operator
    if "administrator" not in officer.roles:
        raise Refused("role_missing")
    count = rebuild_node(seat.node, officer.id)
    if json_:
        say_json({"records": count})
    else:
        click.echo(f"{count} records are listed anew.")
