"""`rabet up`: run the node."""

import os

import click

from rabet.cli.seat import Seat, pass_seat
from rabet.node.log import start_log
from rabet.node.processes import NAMES, make_mains, preload
from rabet.node.supervisor import Supervisor, hold


@click.command(epilog="Example:  rabet --node nodes/khazar up")
@click.option("--only", type=click.Choice(NAMES), help="Run this one process in the foreground, as a systemd unit does.")
@pass_seat
def up(seat: Seat, only: str | None) -> None:
    """Run the node: key process, listener for partners, pages and API, pusher. Ends with Ctrl-C or SIGTERM.

    A process that dies is started again. The log is one JSON object a line on standard error and names no person.
    """
    settings = seat.settings
    if only is not None:
        settings.layout.run.mkdir(mode=0o700, exist_ok=True)
        start_log(only)
        settings.layout.process_id(only).write_text(str(os.getpid()), encoding="ascii")
        make_mains(settings, (only,))[only]()
        return
    start_log("supervisor")
    with hold(settings.layout):
        preload(settings)
        Supervisor(settings.layout, make_mains(settings)).run()
