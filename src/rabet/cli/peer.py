"""`rabet peer`: cards of partners, and the comparison that makes them trusted."""

from pathlib import Path

import click

from rabet.casework import standing
from rabet.cli.printing import say_json, say_rows
from rabet.cli.reading import read_bytes
from rabet.cli.seat import Seat, as_json, pass_seat
from rabet.exchange import fingerprint
from rabet.node import partnership
from rabet.node.sentences import CannotDo
from rabet.records.bad_input import LANGUAGES


@click.group(epilog="Example:  rabet --node nodes/khazar peer add alborz-card.json")
def peer() -> None:
    """Partners: hand over your card, take theirs, compare fingerprints by voice, confirm."""


@peer.command(epilog="Example:  rabet --node nodes/khazar peer export --output khazar-card.json")
@click.option("--output", type=click.Path(path_type=Path), help="File to write; standard output if not given.")
@pass_seat
def export(seat: Seat, output: Path | None) -> None:
    """Hand over this agency's signed card. It holds no secret."""
    text = partnership.card_text(seat.node)
    if output is None:
        click.echo(text)
    else:
        output.write_text(text, encoding="utf-8")
        click.echo(f"The card is in {output}.")


@peer.command(epilog="Example:  rabet --node nodes/khazar peer add alborz-card.json")
@click.argument("file")
@as_json
@pass_seat
def add(seat: Seat, file: str, json_: bool) -> None:
    """Keep the card in FILE. Nothing of this agency is believed before `rabet peer confirm`."""
    card = partnership.add_peer(seat.node, seat.operator, read_bytes(file)).card
    if json_:
        say_json({"agency": card.agency, "fingerprint": card.fingerprint(), "confirmed": False})
        return
    click.echo(f"The card of {card.agency} is kept. Call the agency over a number you know, and compare the words:")
    _say_words(card.fingerprint())


@peer.command(epilog="Example:  rabet --node nodes/khazar peer compare alborz")
@click.argument("agency", required=False)
@as_json
@pass_seat
def compare(seat: Seat, agency: str | None, json_: bool) -> None:
    """Show the fingerprint of AGENCY's card, or of your own, as ten words in four languages and four groups of digits.

    The same line means the same in every language: read it aloud in yours while the other side follows in theirs. Two people on each side.
    """
    mark = partnership.kept_card(seat.node, agency).fingerprint() if agency else partnership.own_fingerprint(seat.node)
    if json_:
        words = {language: fingerprint.words(mark, language) for language in LANGUAGES}
        say_json({"agency": agency or seat.settings.agency, "fingerprint": mark, "words": words, "digits": fingerprint.digits(mark)})
    else:
        _say_words(mark)


def _say_words(mark: bytes) -> None:
    rows = zip(*(fingerprint.words(mark, language) for language in LANGUAGES), strict=True)
    say_rows(LANGUAGES, rows, empty="")
    click.echo(" ".join(fingerprint.digits(mark)))


@peer.command(epilog="Example:  rabet --node nodes/khazar peer confirm alborz 40231 00917 55120 61004")
@click.argument("agency")
@click.argument("words", nargs=-1, required=True)
@as_json
@pass_seat
def confirm(seat: Seat, agency: str, words: tuple[str, ...], json_: bool) -> None:
    """Trust the card of AGENCY. WORDS: what its people read aloud to you - the ten words in one language, or the four groups of digits."""
    mark = partnership.kept_card(seat.node, agency).fingerprint()
    said = tuple(part.casefold() for word in words for part in word.split())
    readings = [fingerprint.digits(mark), *(fingerprint.words(mark, language) for language in LANGUAGES)]
    if said not in [tuple(word.casefold() for word in reading) for reading in readings]:
        raise CannotDo("words_differ", agency=agency)
    card = partnership.confirm_peer(seat.node, seat.operator, agency)
    if json_:
        say_json({"agency": card.agency, "confirmed": True})
    else:
        click.echo(f"The card of {card.agency} is confirmed: its keys count from now on.")


@peer.command("list", epilog="Example:  rabet --node nodes/khazar peer list --json")
@as_json
@pass_seat
def list_peers(seat: Seat, json_: bool) -> None:
    """List the agencies whose cards are kept."""
    found = [
        {"agency": one.agency, "confirmed": one.confirmed, "state": one.state, "fingerprint": one.card_digest, "breach": one.breach}
        for one in standing.partners(seat.desk)
    ]
    if json_:
        say_json(found)
    else:
        columns = ("agency", "confirmed", "state", "breach", "fingerprint")
        say_rows(columns, [[one[name] for name in columns] for one in found], empty="No cards yet.")


@peer.command(epilog="Example:  rabet --node nodes/khazar peer forget alborz")
@click.argument("agency")
@pass_seat
def forget(seat: Seat, agency: str) -> None:
    """Shut the door for AGENCY and believe nothing of it any more. What the logs hold stays."""
    partnership.forget_peer(seat.node, seat.operator, agency)
    click.echo(f"The card of {agency} no longer counts.")
