"""`rabet init`: make a node."""

from dataclasses import replace
from pathlib import Path

import click

from rabet.cli.printing import say_json
from rabet.cli.seat import as_json
from rabet.node.layout import Layout
from rabet.node.settings import Settings, check_settings
from rabet.node.start import create_node, free_ports
from rabet.records.bad_input import LANGUAGES

_EXAMPLE = (
    "Example:  rabet init nodes/khazar --agency khazar --state AZ --zone Asia/Baku --language az"
    ' --name "az=Xəzər Narkotik Nəzarəti" --name "en=Khazar Drug Control" --free-ports'
)


def _names(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs = {language: name for language, _, name in (one.partition("=") for one in given)}
    if unknown := set(pairs) - set(LANGUAGES):
        raise click.BadParameter(f"{', '.join(sorted(unknown))}: write --name LANGUAGE=NAME with one of {', '.join(LANGUAGES)}")
    return pairs


@click.command(epilog=_EXAMPLE)
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--agency", required=True, help="The agency's id: small letters, digits, hyphens. It stands in every record for good.")
@click.option("--state", required=True, help="Two-letter country code (ISO 3166).")
@click.option("--zone", required=True, help="Time zone, such as Asia/Baku.")
@click.option("--name", "names", multiple=True, required=True, callback=_names, help="LANGUAGE=NAME, once for each language.")
@click.option("--language", "languages", multiple=True, type=click.Choice(LANGUAGES), help="Languages of the officers, the main one first.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Name or address under which partners reach the node.")
@click.option("--exchange-port", default=8443, show_default=True)
@click.option("--web-host", default="127.0.0.1", show_default=True, help="Address on which officers reach the pages.")
@click.option("--web-port", default=8080, show_default=True)
@click.option("--free-ports", "any_ports", is_flag=True, help="Choose two ports that nobody uses.")
@click.option("--database", default="sqlite:///node.sqlite3", show_default=True, help="sqlite:///FILE or postgresql://...; DATABASE_URL wins.")
@click.option("--unit", default="desk", show_default=True, help="The unit whose officers see what partners send.")
@as_json
def init(  # noqa: PLR0913, PLR0917 - one argument for each option
    directory: Path,
    agency: str,
    state: str,
    zone: str,
    names: dict[str, str],
    languages: tuple[str, ...],
    host: str,
    exchange_port: int,
    web_host: str,
    web_port: int,
    any_ports: bool,
    database: str,
    unit: str,
    json_: bool,
) -> None:
    """Make a node in DIRECTORY: keys, certificates, settings, empty database. Nobody gets an account or a password by this."""
    settings = Settings(
        layout=Layout(directory.resolve()),
        agency=agency,
        names={language: names.get(language, next(iter(names.values()))) for language in LANGUAGES},
        state=state,
        zone=zone,
        languages=tuple(dict.fromkeys((*languages, *LANGUAGES))),
        host=host,
        exchange_port=exchange_port,
        web_host=web_host,
        web_port=web_port,
        database=database,
        handling="H1",
        purpose="investigation",
        offence="possession_for_trafficking",
        unit=unit,
    )
    if any_ports:
        exchange_port, web_port = free_ports(2, host)
        settings = replace(settings, exchange_port=exchange_port, web_port=web_port)
    check_settings(settings)
    node = create_node(settings)
    click.get_current_context().call_on_close(node.close)
    made = {
        "directory": str(settings.layout.root),
        "agency": agency,
        "exchange": settings.exchange_url,
        "pages": f"http://{web_host}:{settings.web_port}",
        "fingerprint": node.peers.cards.own.fingerprint().hex(),
    }
    if json_:
        say_json(made)
        return
    click.echo(f"The node of {agency} is in {made['directory']}.")
    click.echo(f"Next: rabet --node {directory} user add NAME --role duty_officer, then rabet --node {directory} up")
