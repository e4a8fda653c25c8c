"""`rabet audit`: who did what to what, by role and pseudonym."""

import click

from rabet.casework.refusal import Refused
from rabet.cli.printing import say_json, say_rows
from rabet.cli.seat import Seat, as_json, pass_seat

_MAY_READ = frozenset({"administrator", "auditor", "data_protection_officer"})


@click.command(epilog="Example:  rabet --node nodes/khazar audit --after 1200 --json")
@click.option("--about", default="", help="Only entries about this record, partner or agreement.")
@click.option("--after", default=0, help="Number of the last entry you have.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
@as_json
@pass_seat
def audit(seat: Seat, about: str, after: int, limit: int, json_: bool) -> None:
    """Print the audit log, oldest first. It holds no names and no content; `rabet verify` proves it."""
    if not seat.operator.roles & _MAY_READ:
        raise Refused("role_missing")
    with seat.desk.store.read() as uow:
        found = uow.audit_entries(about=about, after=after, limit=limit)
    if json_:
        say_json([{"number": number, "at": at, "entry": entry} for number, at, entry in found])
        return
    rows = [
        (number, at, entry.act, entry.officer, entry.role, entry.about, entry.outcome, " ".join(f"{k}={v}" for k, v in entry.detail.items()))
        for number, at, entry in found
    ]
    say_rows(("number", "at", "act", "officer", "role", "about", "outcome", "detail"), rows, empty="No entries.")
