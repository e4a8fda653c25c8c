"""`rabet approve`: the second officer sees what would leave and signs in again over it."""

import click

from rabet.casework import approving
from rabet.cli.printing import say_json, visible
from rabet.cli.seat import Seat, as_json, pass_seat


@click.command(epilog="Example:  rabet --node nodes/khazar --as l.officer approve 90ab12cd34ef56783f0c9a52d1e84b6f")
@click.argument("release")
@click.option("--refuse", is_flag=True, help="Say no: it will not leave.")
@click.option("--show", "only_show", is_flag=True, help="Only show what would leave.")
@as_json
@pass_seat
def approve(seat: Seat, release: str, refuse: bool, only_show: bool, json_: bool) -> None:
    """Approve RELEASE, the part of a record that waits for a second officer. Asks for your password (or RABET_STEP_UP)."""
    made, fields = approving.digest_to_approve(seat.desk, seat.officer, release)
    if refuse:
        approving.refuse_release(seat.desk, seat.officer, release)
        say_json({"release": release, "state": "refused"}) if json_ else click.echo("Refused: it does not leave.")
        return
    if not json_:
        click.echo(f"To {made.partner}, under {made.agreement}, of record {made.record} version {made.version}:")
        for leaf in fields.leaves:
            click.echo(visible(f"  {leaf.path}: {leaf.value}"))
    if only_show:
        if json_:
            say_json({"release": made, "fields": {leaf.path: leaf.value for leaf in fields.leaves}})
        return
    parts = approving.approve(seat.desk, seat.step_up(made.digest), release)
    if json_:
        say_json({"release": release, "sent": parts.sent, "waiting": parts.waiting})
    else:
        click.echo(f"Sent to {', '.join(parts.sent)}." if parts.sent else "Approved; another officer is needed.")
