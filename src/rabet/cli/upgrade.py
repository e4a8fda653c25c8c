"""`rabet upgrade`: bring the database to this release's tables."""

import click

from rabet.cli.seat import Seat, pass_seat
from rabet.node.assembly import upgrade_node


@click.command(epilog="Example:  rabet --node nodes/khazar upgrade")
@pass_seat
def upgrade(seat: Seat) -> None:
    """Bring the database to this release's tables: a copy is made first, and put back if anything fails. Stop the node before."""
    backup = upgrade_node(seat.settings)
    if backup is None:
        click.echo("The database is at this release.")
    else:
        click.echo(f"Upgraded. The database as it was is in {backup}: delete it soon, it holds what lists show in clear.")
