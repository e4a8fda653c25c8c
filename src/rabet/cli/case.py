"""`rabet case`: local cases, on which need-to-know and looks at person data hang."""

from datetime import datetime

import click

from rabet.agreements.terms import OFFENCES, PURPOSES
from rabet.casework import standing
from rabet.casework.values import Case
from rabet.cli.printing import say_json, say_rows
from rabet.cli.seat import Seat, as_json, pass_seat
from rabet.node.sentences import CannotDo


@click.group(epilog="Example:  rabet --node nodes/khazar --as su.officer case open 114/26 --basis 'order 17' --review-on 2027-03-01")
def case() -> None:
    """Cases of this agency. They leave the node only where an agreement names them."""


@case.command("open", epilog="Example:  rabet --as su.officer case open 114/26 --basis 'order 17' --review-on 2027-03-01")
@click.argument("number")
@click.option("--offence", type=click.Choice(sorted(OFFENCES)), help="The node's usual one if not given.")
@click.option("--purpose", type=click.Choice(sorted(PURPOSES)), help="The node's usual one if not given.")
@click.option("--basis", required=True, help="Legal basis.")
@click.option("--review-on", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Day on which somebody must look at it again.")
@as_json
@pass_seat
def open_case(seat: Seat, number: str, offence: str | None, purpose: str | None, basis: str, review_on: datetime, json_: bool) -> None:
    """Open a case under the national NUMBER. Its id is what other commands ask for."""
    officer = seat.officer
    made = Case(
        id=seat.desk.new_id(),
        number=number,
        offence=offence or seat.settings.offence,
        unit=officer.unit,
        purpose=purpose or seat.settings.purpose,
        legal_basis=basis,
        review_on=review_on.date().isoformat(),
    )
    standing.open_case(seat.desk, officer, made)
    seat.node.store.people.change(officer.id, cases=officer.cases | {made.id}, by=officer.id)
    if json_:
        say_json(made)
    else:
        click.echo(made.id)


@case.command(epilog="Example:  rabet --as su.officer case assign 7c1e0d3b5a7f4c6d8e9f00112233aabb s.officer")
@click.argument("name", metavar="CASE")
@click.argument("sign_in_name", metavar="USER")
@pass_seat
def assign(seat: Seat, name: str, sign_in_name: str) -> None:
    """Let another officer work on a case of yours."""
    officer = seat.officer
    if name not in officer.cases:
        raise CannotDo("no_such_code", value=name, known=", ".join(sorted(officer.cases)) or "-")
    account = seat.node.store.people.find(sign_in_name=sign_in_name)
    if account is None:
        raise CannotDo("no_such_user", user=sign_in_name)
    seat.node.store.people.change(account.key, cases=account.officer.cases | {name}, by=officer.id)
    click.echo(f"{sign_in_name} works on the case.")


@case.command("list", epilog="Example:  rabet --as s.officer case list --json")
@as_json
@pass_seat
def list_cases(seat: Seat, json_: bool) -> None:
    """List your cases."""
    found = standing.cases(seat.desk, seat.officer)
    if json_:
        say_json(found)
        return
    rows = [(one.id, one.number, one.offence, one.purpose, one.review_on, "closed" if one.closed else "open") for one in found]
    say_rows(("case", "number", "offence", "purpose", "review", "state"), rows, empty="No cases.")
