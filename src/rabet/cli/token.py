"""`rabet token`: what the agency's own systems sign in with at the API, each with least rights."""

from dataclasses import replace
from hashlib import sha256

import click

from rabet.casework import standing
from rabet.casework.refusal import NotFound
from rabet.casework.values import Token
from rabet.cli.printing import say_json, say_rows
from rabet.cli.seat import Seat, as_json, pass_seat
from rabet.records.header import HANDLING

SCOPES = ("report", "read", "feed")
_SECRET = 24  # bytes


@click.group(epilog="Example:  rabet --node nodes/khazar token add lab-system --scope report")
def token() -> None:
    """Tokens of the agency's own systems."""


@token.command(epilog="Example:  rabet --node nodes/khazar token add lab-system --scope report --unit laboratory")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="What the system may do; repeat for several.")
@click.option("--unit", default="", help="The unit whose rights it has; the node's first one if not given.")
@click.option("--clearance", type=click.Choice(HANDLING), default="H1", show_default=True, help="Highest handling code it may see.")
@as_json
@pass_seat
def add(seat: Seat, name: str, scopes: tuple[str, ...], unit: str, clearance: str, json_: bool) -> None:
    """Make a token for the system called NAME. The secret is shown this once; only its digest is kept."""
    secret = seat.node.randomness.token(_SECRET).hex()
    made = Token(
        id=seat.desk.new_id(),
        name=name,
        digest=sha256(secret.encode()).hexdigest(),
        scopes=frozenset(scopes),
        unit=unit or seat.settings.unit,
        clearance=clearance,
    )
    standing.set_token(seat.desk, seat.operator, made)
    if json_:
        say_json({"token": made.id, "name": name, "secret": secret})
    else:
        click.echo(f"Token {made.id}. Its secret, shown this once:")
        click.echo(secret)


@token.command(epilog="Example:  rabet --node nodes/khazar token revoke 5d2f00aa5d2f00aa5d2f00aa5d2f00aa")
@click.argument("name", metavar="TOKEN")
@pass_seat
def revoke(seat: Seat, name: str) -> None:
    """Make a token void at once."""
    with seat.desk.store.read() as uow:
        found = next((one for one in uow.tokens() if one.id == name), None)
    if found is None:
        raise NotFound(name)
    standing.set_token(seat.desk, seat.operator, replace(found, active=False))
    click.echo(f"{found.name} can no longer sign in with it.")


@token.command("list", epilog="Example:  rabet --node nodes/khazar token list --json")
@as_json
@pass_seat
def list_tokens(seat: Seat, json_: bool) -> None:
    """List all tokens, without their secrets."""
    with seat.desk.store.read() as uow:
        found = uow.tokens()
    if json_:
        say_json([_shown(one) for one in found])
    else:
        rows = [(one.id, one.name, ", ".join(sorted(one.scopes)), one.unit, one.clearance, "yes" if one.active else "no") for one in found]
        say_rows(("token", "name", "scopes", "unit", "clearance", "active"), rows, empty="No tokens.")


def _shown(one: Token) -> dict[str, object]:
    return {"token": one.id, "name": one.name, "scopes": one.scopes, "unit": one.unit, "clearance": one.clearance, "active": one.active}
