"""`rabet records`: list, show, history, what waits, alerts."""

from dataclasses import asdict
from typing import Any

import click

from rabet.casework import objecting, reading, standing
from rabet.casework.reading import RecordView
from rabet.cli.printing import plain, say_json, say_rows, visible
from rabet.cli.report import reasons_of
from rabet.cli.seat import Seat, as_json, pass_seat
from rabet.matching.reasons import reason_text


@click.group(epilog="Example:  rabet --node nodes/khazar --as s.officer records list --origin received")
def records() -> None:
    """List and show records, as far as the user named by --as may see them."""


@records.command("list", epilog="Example:  rabet --as s.officer records list --kind seizure --text heroin --json")
@click.option("--kind", default="", help="Only this kind of record.")
@click.option("--origin", type=click.Choice(["own", "received"]), help="Only own records, or only those of partners.")
@click.option("--text", default="", help="Part of what the list shows.")
@click.option("--after", default="", help="Id of the last record of the page before.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 500))
@as_json
@pass_seat
def list_records(seat: Seat, kind: str, origin: str | None, text: str, after: str, limit: int, json_: bool) -> None:
    """List records, the newest first."""
    rows = reading.list_records(seat.desk, seat.officer, kind=kind, origin=origin or "", after=after, limit=limit, text=text)
    if json_:
        say_json(rows)
        return
    say_rows(
        ("record", "version", "of", "state", "happened", "place", "what", "danger"),
        [
            (r.record, r.version, r.author, r.state, r.happened, f"{r.country} {r.place}", f"{r.substance} {r.quantity} {r.unit}", r.danger)
            for r in rows
        ],
        empty="No records.",
    )


@records.command(epilog="Example:  rabet --as s.officer records show 3f0c9a52d1e84b6f90ab12cd34ef5678 --case 7c1e --purpose investigation")
@click.argument("record")
@click.option("--case", default="", help="Your case: person data are shown only with case and purpose, under audit.")
@click.option("--purpose", default="", help="What for; must be the record's purpose.")
@as_json
@pass_seat
def show(seat: Seat, record: str, case: str, purpose: str, json_: bool) -> None:
    """Show RECORD: its fields, and for an own record who got what and what was withheld."""
    view = reading.show(seat.desk, seat.officer, record, case=case, purpose=purpose)
    if json_:
        say_json(_view(view))
    else:
        _say_view(seat, view)


def _view(view: RecordView) -> dict[str, Any]:
    return {
        "header": asdict(view.version.header),
        "origin": view.version.origin,
        "sender": view.version.sender,
        "body": view.body,
        "persons_hidden": view.persons_hidden,
        "versions": view.versions,
        "releases": view.releases,
        "withheld": view.withheld,
        "receipts": view.receipts,
        "alerts": view.alerts,
    }


def _say_view(seat: Seat, view: RecordView) -> None:
    header = view.version.header
    click.echo(f"{header.kind} {header.id}, version {header.version}, of {header.author}, {header.state}, {header.handling}, {header.purpose}")
    for leaf in view.leaves:
        click.echo(visible(f"  {leaf.path}: {leaf.value}"))
    if view.persons_hidden:
        click.echo("  (person data need --case and --purpose)")
    for made in view.releases:
        click.echo(visible(f"{made.part} part to {made.partner}: {made.state} ({len(made.paths)} fields)"))
    for withheld in view.withheld:
        for sentence in reasons_of(withheld, seat.language):
            click.echo(visible(f"withheld from {withheld.partner}: {sentence}"))
    for number, partner, state, detail, at in view.receipts:
        click.echo(visible(f"version {number}, {partner}: {state} {detail} {at}"))


@records.command(epilog="Example:  rabet --as s.officer records history 3f0c9a52d1e84b6f90ab12cd34ef5678")
@click.argument("record")
@as_json
@pass_seat
def history(seat: Seat, record: str, json_: bool) -> None:
    """Show every version of RECORD held here, the newest first, without person data."""
    found = reading.history(seat.desk, seat.officer, record)
    if json_:
        say_json([{"version": number, "state": state, "at": at, "body": body} for number, state, at, body in found])
        return
    for number, state, at, body in found:
        click.echo(f"version {number}, {state}, {at}")
        for key, value in body.items():
            click.echo(visible(f"  {key}: {plain(value)}"))


@records.command(epilog="Example:  rabet --as l.officer records waiting --json")
@as_json
@pass_seat
def waiting(seat: Seat, json_: bool) -> None:
    """List what waits for a second officer."""
    found = reading.waiting(seat.desk, seat.officer)
    if json_:
        say_json(found)
        return
    rows = [(one.id, one.record, one.version, one.partner, len(one.paths), len(one.approvals), one.at) for one in found]
    say_rows(("release", "record", "version", "to", "fields", "approvals", "since"), rows, empty="Nothing waits.")


@records.command(epilog="Example:  rabet --as s.officer records alerts")
@as_json
@pass_seat
def alerts(seat: Seat, json_: bool) -> None:
    """List records that share something, with what they share."""
    found, rows = reading.alerts(seat.desk, seat.officer)
    if json_:
        say_json([{"alert": alert, "records": [rows[one] for one in (alert.record, alert.other) if one in rows]} for alert in found])
        return
    shown = [
        (one.at, one.record, one.other, "; ".join(f"{reason_text(reason, seat.language)}: {value or '-'}" for reason, _, value in one.reasons))
        for one in found
    ]
    say_rows(("at", "record", "and", "share"), shown, empty="No alerts.")


@records.command(epilog="Example:  rabet --as l.officer records outside 3f0c9a52d1e84b6f90ab12cd34ef5678")
@click.argument("record")
@pass_seat
def outside(seat: Seat, record: str) -> None:
    """Answer that a partner's RECORD lies outside the agreement: its use stops here at once, and both sides' protection officers learn of it."""
    objecting.outside_agreement(seat.desk, seat.officer, record)
    click.echo("Its use stops here; the partner is told.")


@records.command(epilog="Example:  rabet --as p.officer records block 3f0c9a52d1e84b6f90ab12cd34ef5678")
@click.argument("record")
@pass_seat
def block(seat: Seat, record: str) -> None:
    """Block RECORD at once, as data-protection officer: nobody sees it and nothing of it leaves."""
    standing.block(seat.desk, seat.officer, record, blocked=True)
    click.echo("It is blocked.")


@records.command(epilog="Example:  rabet --as p.officer records unblock 3f0c9a52d1e84b6f90ab12cd34ef5678")
@click.argument("record")
@pass_seat
def unblock(seat: Seat, record: str) -> None:
    """Lift the block of RECORD, as data-protection officer."""
    standing.block(seat.desk, seat.officer, record, blocked=False)
    click.echo("It is no longer blocked.")
