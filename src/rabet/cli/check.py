"""`rabet check` and `rabet renew`: what will fail if nobody acts, and the one thing that must be renewed each year."""

import click

from rabet.cli.printing import say_json, say_rows
from rabet.cli.seat import Seat, as_json, pass_seat
from rabet.node.health import look
from rabet.node.start import renew_certificate


@click.command(epilog="Example:  rabet --node nodes/khazar check --json")
@as_json
@pass_seat
def check(seat: Seat, json_: bool) -> None:
    """Look at certificates, disk, clock, links, processes and memory; warn 30 days before something fails. Exit code 1 when something has."""
    found = look(seat.node)
    if json_:
        say_json([{"about": one.about, "level": one.level, "id": one.id, "sentence": one.sentence(seat.language)} for one in found])
    else:
        say_rows(("level", "about", "what"), [(one.level, one.about, one.sentence(seat.language)) for one in found], empty="Nothing to check.")
    if any(one.level == "failing" for one in found):
        raise click.exceptions.Exit(1)


@click.command(epilog="Example:  rabet --node nodes/khazar renew")
@pass_seat
def renew(seat: Seat) -> None:
    """Make a new transport certificate under the agency's own authority, for 13 months. The running node takes it within a second."""
    renew_certificate(seat.settings, seat.node.clock)
    click.echo("The certificate is renewed; partners need not be told.")
