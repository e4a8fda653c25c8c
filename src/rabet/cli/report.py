"""`rabet report`, `correct`, `recall`: what an officer tells, changes and takes back."""

from collections.abc import Iterable, Mapping, Sequence

import click

from rabet.agreements.reasons import Reason, explain
from rabet.casework import correcting, recalling, reporting
from rabet.casework.reporting import MAX_AT_ONCE, Draft, Outcome, read_draft
from rabet.casework.values import Withheld
from rabet.cli.printing import say_json, say_rows, visible
from rabet.cli.reading import read_document
from rabet.cli.seat import Seat, as_json, pass_seat
from rabet.records.bad_input import BadInput, Problem


@click.command(epilog="Example:  rabet --node nodes/khazar --as s.officer report seizure.yaml")
@click.argument("source", metavar="FILE")
@click.option("--urgent", is_flag=True, help="Overtake everything that waits.")
@click.option("--keep", is_flag=True, help="Store without sharing anything now.")
@click.option("--imported", is_flag=True, help="History: partners get it only on request.")
@click.option("--case", default="", help="The case it belongs to.")
@as_json
@pass_seat
def report(seat: Seat, source: str, urgent: bool, keep: bool, imported: bool, case: str, json_: bool) -> None:
    """Report the records in FILE (JSON or YAML; "-" reads standard input): one record or a list of them.

    A record is {"kind": "seizure", "body": {...}}. With an "id" of your own (32 hex digits) a repeated report has no second effect.
    Lists are stored in groups of 256: each group whole or not at all.
    """
    drafts = _drafts(read_document(source), {"urgent": urgent, "case": case})
    outcomes: list[Outcome] = []
    for start in range(0, len(drafts), MAX_AT_ONCE):
        part = drafts[start : start + MAX_AT_ONCE]
        outcomes += reporting.report(seat.desk, seat.officer, part, share=not (keep or imported), imported=imported)
    _say(seat, outcomes, json_=json_)


def _drafts(document: object, more: Mapping[str, object]) -> Sequence[Draft]:
    given = document if isinstance(document, list) else [document]
    drafts, problems = [], []
    for place, item in enumerate(given):
        try:
            added = {key: value for key, value in more.items() if value}
            drafts.append(read_draft({**item, **added} if isinstance(item, dict) else item))
        except BadInput as error:
            at = f"{place}/" if isinstance(document, list) else ""
            problems += [Problem(at + problem.path, problem.id, problem.params) for problem in error.problems]
    if problems:
        raise BadInput(*problems)
    return drafts


@click.command(epilog="Example:  rabet --node nodes/khazar --as s.officer correct 3f0c9a52d1e84b6f90ab12cd34ef5678 seizure.yaml")
@click.argument("record")
@click.argument("source", metavar="FILE")
@as_json
@pass_seat
def correct(seat: Seat, record: str, source: str, json_: bool) -> None:
    """Correct RECORD: FILE holds the whole record as it should be. Partners who hold it get the new version."""
    (draft,) = _drafts(read_document(source), {})
    _say(seat, [correcting.correct(seat.desk, seat.officer, record, draft)], json_=json_)


@click.command(epilog="Example:  rabet --node nodes/khazar --as s.officer recall 3f0c9a52d1e84b6f90ab12cd34ef5678 --reason error")
@click.argument("record")
@click.option("--reason", required=True, type=click.Choice(recalling.REASONS))
@as_json
@pass_seat
def recall(seat: Seat, record: str, reason: str, json_: bool) -> None:
    """Take RECORD back: every partner who holds a part destroys it and says so with a signed receipt."""
    _say(seat, [recalling.recall(seat.desk, seat.officer, record, reason)], json_=json_)


def _say(seat: Seat, outcomes: Sequence[Outcome], *, json_: bool) -> None:
    if json_:
        say_json(outcomes)
        return
    rows = [
        (one.record, one.version, "repeated" if one.repeated else "", ",".join(one.sent), len(one.waiting), one.alerts or "") for one in outcomes
    ]
    say_rows(("record", "version", "", "sent to", "waiting", "alerts"), rows, empty="Nothing to report.")
    for line in dict.fromkeys(_lines(seat, outcomes)):
        click.echo(visible(line))


def _lines(seat: Seat, outcomes: Iterable[Outcome]) -> Iterable[str]:
    for one in outcomes:
        for partner, release in one.waiting:
            yield f"waits for a second officer ({partner}): rabet approve {release}"
        for withheld in one.withheld:
            yield from (f"withheld from {withheld.partner}: {text}" for text in reasons_of(withheld, seat.language))


def reasons_of(withheld: Withheld, language: str) -> Sequence[str]:
    """Return why something was withheld, one sentence for each reason, with clause and article."""
    return [
        explain(Reason(name, clause=clause, article=article), language)  # type: ignore[arg-type]
        for name, clause, article in withheld.reasons
    ]
