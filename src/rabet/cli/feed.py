"""`rabet feed`: what happened, as far as the user may see it; with --follow as it happens."""

import time

import click

from rabet.casework import reading
from rabet.casework.values import Event, ListRow
from rabet.cli.printing import say_json, say_line, visible
from rabet.cli.seat import Seat, as_json, pass_seat
from rabet.node.wakes import listen_for_wakes

_PAGE, _LOOK_EVERY = 200, 0.5


@click.command(epilog="Example:  rabet --node nodes/alborz --as s.officer feed --follow --json")
@click.option("--after", default=0, help="Number of the last event you have.")
@click.option("--follow", is_flag=True, help="Stay and print what comes; ends with Ctrl-C.")
@as_json
@pass_seat
def feed(seat: Seat, after: int, follow: bool, json_: bool) -> None:
    """Print events: records, corrections, recalls, alerts, releases, troubles of links. With --follow and --json one object a line."""
    if not follow:
        found = _page(seat, after)
        if json_:
            say_json([_object(event, row) for event, row in found])
        else:
            _say(found)
        return
    with listen_for_wakes(seat.settings.layout, f"feed-{time.monotonic_ns()}") as incoming:
        incoming.settimeout(_LOOK_EVERY)
        while True:
            found = _page(seat, after)
            after = found[-1][0].number if found else after
            if json_:
                for event, row in found:
                    say_line(_object(event, row))
            else:
                _say(found)
            if len(found) < _PAGE:
                try:
                    incoming.recv(64)
                except TimeoutError:
                    continue


def _page(seat: Seat, after: int) -> list[tuple[Event, ListRow | None]]:
    events, rows = reading.feed(seat.desk, seat.officer, after=after, limit=_PAGE)
    return [(event, rows.get(event.record)) for event in events]


def _object(event: Event, row: ListRow | None) -> dict[str, object]:
    return {"event": event, "row": row}


def _say(found: list[tuple[Event, ListRow | None]]) -> None:
    for event, row in found:
        at = event.at.isoformat(sep=" ", timespec="seconds") if event.at else ""
        about = f"{row.author} {row.country} {row.place} {row.substance} {row.quantity} {row.unit}" if row else ""
        detail = " ".join(f"{key}={value}" for key, value in event.detail.items())
        click.echo(visible(" ".join(part for part in (str(event.number), at, event.kind, event.record, event.partner, about, detail) if part)))
