"""`rabet outbox`: how far each partner has taken what was put into his lanes."""

import click

from rabet.casework import standing
from rabet.cli.printing import say_json, say_rows
from rabet.cli.seat import Seat, as_json, pass_seat


@click.command(epilog="Example:  rabet --node nodes/khazar outbox --json")
@as_json
@pass_seat
def outbox(seat: Seat, json_: bool) -> None:
    """Show per partner, lane and direction: state, messages queued, the oldest that waits, last contact. Counts only, no content."""
    lanes = [
        {
            "partner": lane.partner,
            "lane": lane.lane,
            "direction": lane.direction,
            "state": lane.trouble or "open",
            "messages": lane.size,
            "queued": lane.size - lane.through,
            "oldest": lane.oldest_waiting,
            "contact": lane.contact,
        }
        for lane in standing.lanes(seat.desk)
    ]
    if json_:
        say_json(lanes)
    else:
        columns = ("partner", "lane", "direction", "state", "messages", "queued", "oldest", "contact")
        say_rows(columns, [[lane[name] for name in columns] for lane in lanes], empty="No messages to or from any partner yet.")
