"""`rabet user`: accounts of officers. They get no password here unless one is typed: a one-time link signs them in."""

import click

from rabet.agreements.terms import NO_CONTENT_ROLES, PROPOSING_ROLES
from rabet.casework.refusal import Refused
from rabet.cli.printing import say_json, say_rows
from rabet.cli.seat import Seat, as_json, pass_seat
from rabet.node.sentences import CannotDo
from rabet.records.bad_input import LANGUAGES
from rabet.records.header import HANDLING

ROLES = tuple(sorted(PROPOSING_ROLES | NO_CONTENT_ROLES))
LINK = "http://{host}:{port}/sign-in/link/{secret}/"


@click.group(epilog="Example:  rabet --node nodes/khazar user add s.officer --name S. --role duty_officer --unit desk")
def user() -> None:
    """Accounts: add officers, give them one-time sign-in links, change or close them."""


def _may_run(seat: Seat) -> str:
    """Who does it. Only an administrator may."""
    officer = seat.operator
    if "administrator" not in officer.roles:
        raise Refused("role_missing")
    return officer.id


def _key(seat: Seat, name: str) -> str:
    account = seat.node.store.people.find(sign_in_name=name)
    if account is None:
        raise CannotDo("no_such_user", user=name)
    key: str = account.key
    return key


@user.command(epilog="Example:  rabet --node nodes/khazar user add s.officer --name S. --role duty_officer --unit desk --language az")
@click.argument("sign_in_name")
@click.option("--name", "display_name", default="", help="Name shown to the officer himself; the sign-in name if not given.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES))
@click.option("--unit", default="", help="The unit he belongs to; the node's first one if not given.")
@click.option("--clearance", type=click.Choice(HANDLING), default="H1", show_default=True, help="Highest handling code he may see.")
@click.option("--language", type=click.Choice(LANGUAGES), help="The language he works in.")
@click.option("--password", is_flag=True, help="Ask for a password at the terminal; without it he signs in by links.")
@as_json
@pass_seat
def add(
    seat: Seat,
    sign_in_name: str,
    display_name: str,
    roles: tuple[str, ...],
    unit: str,
    clearance: str,
    language: str | None,
    password: bool,
    json_: bool,
) -> None:
    """Make an account for an officer who signs in as SIGN_IN_NAME. In records and logs he stands under a pseudonym."""
    by = _may_run(seat)
    secret = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True) if password else None
    people = seat.node.store.people
    if people.find(sign_in_name=sign_in_name) is not None:
        raise CannotDo("name_taken", user=sign_in_name)
    account = people.create(
        sign_in_name,
        display_name or sign_in_name,
        unit=unit or seat.settings.unit,
        roles=roles,
        clearance=clearance,
        language=language or "",
        password=secret,
        by=by,
    )
    if json_:
        say_json({"user": sign_in_name, "pseudonym": account.key})
    else:
        click.echo(f"{sign_in_name} has an account. A sign-in link: rabet user link {sign_in_name}")


@user.command(epilog="Example:  rabet --node nodes/khazar user link s.officer")
@click.argument("sign_in_name")
@as_json
@pass_seat
def link(seat: Seat, sign_in_name: str, json_: bool) -> None:
    """Make a link that signs SIGN_IN_NAME in once, within a day. It also serves as his secret for one approval."""
    by = _may_run(seat)
    secret = seat.node.store.people.new_link(_key(seat, sign_in_name), by=by)
    url = LINK.format(host=seat.settings.web_host, port=seat.settings.web_port, secret=secret)
    if json_:
        say_json({"user": sign_in_name, "link": url, "secret": secret})
    else:
        click.echo(url)


@user.command("list", epilog="Example:  rabet --node nodes/khazar user list --json")
@as_json
@pass_seat
def list_users(seat: Seat, json_: bool) -> None:
    """List all accounts."""
    _may_run(seat)
    found = [
        {
            "user": one.sign_in_name,
            "name": one.name,
            "pseudonym": one.key,
            "unit": one.officer.unit,
            "roles": sorted(one.officer.roles),
            "clearance": one.officer.clearance,
            "cases": sorted(one.officer.cases),
            "active": one.officer.active,
        }
        for one in seat.node.store.people.everyone()
    ]
    if json_:
        say_json(found)
        return
    rows = [(one["user"], one["unit"], ", ".join(one["roles"]), one["clearance"], "yes" if one["active"] else "no") for one in found]
    say_rows(("user", "unit", "roles", "clearance", "active"), rows, empty="No accounts yet.")


@user.command(epilog="Example:  rabet --node nodes/khazar user change s.officer --role liaison_officer --clearance H2")
@click.argument("sign_in_name")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="The roles from now on, all of them.")
@click.option("--unit")
@click.option("--clearance", type=click.Choice(HANDLING))
@click.option("--active/--closed", default=None, help="Close the account, or open it again.")
@pass_seat
def change(seat: Seat, sign_in_name: str, roles: tuple[str, ...], unit: str | None, clearance: str | None, active: bool | None) -> None:
    """Change an account; a closed one is signed in nowhere from then on."""
    by = _may_run(seat)
    seat.node.store.people.change(_key(seat, sign_in_name), roles=roles or None, unit=unit, clearance=clearance, active=active, by=by)
    click.echo(f"{sign_in_name} is changed.")


@user.command(epilog="Example:  rabet --node nodes/khazar user password s.officer")
@click.argument("sign_in_name")
@pass_seat
def password(seat: Seat, sign_in_name: str) -> None:
    """Set a password, typed at the terminal."""
    by = _may_run(seat)
    key = _key(seat, sign_in_name)
    secret = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    seat.node.store.people.set_password(key, secret, by=by)
    click.echo(f"{sign_in_name} has a new password.")
