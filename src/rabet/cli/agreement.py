"""`rabet agreement`: draft, sign, accept, show, stop, and look through a partner's eyes."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import click

from rabet.agreements.document import Agreement, SignedAgreement
from rabet.agreements.drafting import TEMPLATES, DraftTerms, article_files, draft
from rabet.agreements.parsing import parse_agreement
from rabet.agreements.print import side_by_side
from rabet.agreements.reasons import explain
from rabet.agreements.standing import HeldAgreement
from rabet.agreements.terms import TIERS, Tier
from rabet.casework import previewing, standing
from rabet.casework.refusal import NotFound
from rabet.cli.printing import plain, say_json, say_rows, visible
from rabet.cli.reading import read_bytes
from rabet.cli.seat import Seat, as_json, pass_seat
from rabet.node import partnership
from rabet.node.documents import read_signed, write_signed
from rabet.records.bad_input import LANGUAGES

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group(epilog="Example:  rabet --node nodes/khazar agreement list")
def agreement() -> None:
    """Agreements: what may go to whom, for what, under which clause."""


def _rights(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> Mapping[tuple[str, str], Tier]:
    rights: dict[tuple[str, str], Tier] = {}
    known: Mapping[str, Tier] = {tier: tier for tier in TIERS}
    for one in given:
        way, _, tier = one.partition("=")
        giver, _, taker = way.partition(":")
        if not taker or tier not in known:
            raise click.BadParameter(f"{one}: write FROM:TO=TIER, with one of {', '.join(TIERS)}")
        rights[giver, taker] = known[tier]
    return rights


@agreement.command(
    "draft", epilog="Example:  rabet --node nodes/khazar agreement draft --template bilateral --with alborz --number 17/2026 -o pact.json"
)
@click.option("--template", type=click.Choice(TEMPLATES), default="bilateral", show_default=True)
@click.option("--with", "others", multiple=True, required=True, help="Another party: an agency whose card is kept here. Repeat for several.")
@click.option("--id", "name", default="", help="Id of the agreement; made of the parties' ids if not given.")
@click.option("--number", required=True, help="Number of the paper the lawyers signed.")
@click.option("--signed-on", type=_DAY, help="Day on which the paper was signed; today if not given.")
@click.option("--begins", type=_DAY, help="First day in force; today if not given.")
@click.option("--ends", type=_DAY, help="Last day in force; until denounced if not given.")
@click.option("--right", "rights", multiple=True, callback=_rights, help="FROM:TO=TIER, the human-rights condition of one direction.")
@click.option("--output", "-o", type=click.Path(path_type=Path), required=True, help="File to write; the legal texts go beside it.")
@pass_seat
def draft_command(
    seat: Seat,
    template: str,
    others: tuple[str, ...],
    name: str,
    number: str,
    signed_on: datetime | None,
    begins: datetime | None,
    ends: datetime | None,
    rights: Mapping[tuple[str, str], Tier],
    output: Path,
) -> None:
    """Write a first draft from a template. Lawyers change it before anybody signs."""
    cards = [seat.node.peers.cards.own, *(partnership.kept_card(seat.node, other) for other in others)]
    today = seat.node.clock.now()
    terms = DraftTerms(
        id=name or "-".join(card.agency for card in cards),
        number=number,
        signed_on=(signed_on or today).date(),
        begins=(begins or today).date(),
        ends=ends.date() if ends else None,
        offices={card.agency: card.names for card in cards},
        rights=rights,
    )
    output.write_bytes(draft(template, [partnership.party_of(card) for card in cards], terms))
    for file, data in article_files(template).items():
        (output.parent / file).write_bytes(data)
    click.echo(f"The draft is in {output}. After the lawyers: rabet agreement sign {output}")


@agreement.command(epilog="Example:  rabet --node nodes/khazar agreement sign pact.json")
@click.argument("file")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="File to write; FILE itself if not given.")
@pass_seat
def sign(seat: Seat, file: str, output: Path | None) -> None:
    """Sign the agreement in FILE in the agency's name, beside the signatures it carries. Then send the file to the next party."""
    signed = partnership.sign_agreement(seat.node, read_signed(read_bytes(file)))
    target = output or Path(file)
    target.write_text(write_signed(signed), encoding="utf-8")
    missing = sorted({party.id for party in parse_agreement(signed.data).parties} - set(signed.signatures))
    click.echo(f"Signed. Next: {', '.join(missing)}." if missing else f"Signed by all. Every party runs: rabet agreement accept {target}")


@agreement.command(epilog="Example:  rabet --node nodes/khazar agreement accept pact.json")
@click.argument("file")
@as_json
@pass_seat
def accept(seat: Seat, file: str, json_: bool) -> None:
    """Keep the agreement in FILE. It is in force when all parties have signed the same bytes and its first day has come."""
    held = partnership.take_agreement(seat.node, seat.operator, read_signed(read_bytes(file)))
    _say_held([held], json_=json_)


@agreement.command("list", epilog="Example:  rabet --node nodes/khazar agreement list --json")
@as_json
@pass_seat
def list_agreements(seat: Seat, json_: bool) -> None:
    """List all agreements and versions with their standing today."""
    _say_held(standing.agreements(seat.desk), json_=json_)


def _say_held(held: "tuple[HeldAgreement, ...] | list[HeldAgreement]", *, json_: bool) -> None:
    found = [
        {
            "id": one.document.id,
            "version": one.document.version,
            "status": one.status,
            "parties": [party.id for party in one.document.parties],
            "begins": one.document.begins,
            "ends": one.document.ends,
            "digest": one.document.digest,
        }
        for one in held
    ]
    if json_:
        say_json(found)
        return
    columns = ("id", "version", "status", "parties", "begins", "ends")
    say_rows(
        columns,
        [[plain(one[name]) if name != "parties" else ", ".join(plain(one[name])) for name in columns] for one in found],
        empty="No agreements.",
    )


def _find(seat: Seat, name: str) -> SignedAgreement:
    """By id (the version in force, else the newest) or by file."""
    held = [one for one in standing.agreements(seat.desk) if one.document.id == name]
    best = next((one for one in held if one.status == "in_force"), held[0] if held else None)
    if best is not None:
        with seat.desk.store.read() as uow:
            return next(one for one in uow.agreements() if one.digest == best.document.digest)
    if not Path(name).exists():
        raise NotFound(name)
    return read_signed(read_bytes(name))


@agreement.command(epilog="Example:  rabet --node nodes/khazar agreement show khazar-alborz --left az --right fa")
@click.argument("name", metavar="ID|FILE")
@click.option("--left", type=click.Choice(LANGUAGES), help="Language of the left column; the node's if not given.")
@click.option("--right", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language of the right column.")
@click.option("--texts", type=click.Path(path_type=Path), help="Folder with the legal texts, when they are not a template's.")
@click.option("--document", "document_", is_flag=True, help="Print the exact document and nothing else: to change a copy and preview it.")
@as_json
@pass_seat
def show(seat: Seat, name: str, left: str | None, right: str, texts: Path | None, document_: bool, json_: bool) -> None:
    """Show an agreement in two languages side by side: the legal text and, clause by clause, what the node will do."""
    signed = _find(seat, name)
    if document_:
        click.echo(signed.data, nl=False)
        return
    document = parse_agreement(signed.data)
    if json_:
        say_json({"digest": document.digest, "signed_by": sorted(signed.signatures), "agreement": document.data.decode()})
        return
    click.echo(visible_lines(side_by_side(document, _legal_texts(document, texts or Path(name).parent), left or seat.language, right)))
    click.echo(f"Signatures: {', '.join(sorted(signed.signatures)) or 'none'}.")


def visible_lines(text: str) -> str:
    """As `visible`, line by line."""
    return "\n".join(visible(line) for line in text.splitlines())


def _legal_texts(document: Agreement, folder: Path) -> Mapping[str, str]:
    """Language -> legal text, taken only where the digest is the one the parties signed."""
    offered = [data for template in TEMPLATES for data in article_files(template).values()]
    offered += [path.read_bytes() for path in sorted(folder.glob("*.md"))] if folder.is_dir() else []
    by_digest = {sha256(data).hexdigest(): data.decode() for data in offered}
    return dict.fromkeys(LANGUAGES, "") | {text.language: by_digest.get(text.sha256, "") for text in document.legal.texts}


@agreement.command(epilog="Example:  rabet --node nodes/khazar agreement suspend khazar-alborz")
@click.argument("name", metavar="ID")
@pass_seat
def suspend(seat: Seat, name: str) -> None:
    """Stop an agreement at this node at once: nothing more leaves under it, and what came under it is no longer shown."""
    partnership.suspend(seat.node, seat.operator, name, stop=True)
    click.echo(f"{name} is suspended here.")


@agreement.command(epilog="Example:  rabet --node nodes/khazar agreement resume khazar-alborz")
@click.argument("name", metavar="ID")
@pass_seat
def resume(seat: Seat, name: str) -> None:
    """Let a suspended agreement count again."""
    partnership.suspend(seat.node, seat.operator, name, stop=False)
    click.echo(f"{name} counts again.")


@agreement.command(epilog="Example:  rabet --as s.officer agreement preview 3f0c9a52d1e84b6f90ab12cd34ef5678 --as alborz --changed pact.json")
@click.argument("record")
@click.option("--as", "partner", required=True, metavar="PEER", help="The partner whose eyes to look through.")
@click.option("--changed", metavar="FILE", help="A changed agreement, looked at as if all parties had signed it.")
@as_json
@pass_seat
def preview(seat: Seat, record: str, partner: str, changed: str | None, json_: bool) -> None:
    """Show RECORD as PEER would get it, and why the rest would not go. Nothing leaves."""
    data = read_signed(read_bytes(changed)).data if changed else None
    seen = previewing.preview(seat.desk, seat.officer, record, partner, data)
    reasons = [explain(reason, seat.language) for reason in seen.decision.reasons]
    if json_:
        say_json({"partner": partner, "shown": seen.shown, "after_approval": seen.after_approval, "reasons": reasons})
        return
    for title, body in ((f"{partner} would see at once", seen.shown), ("after a second officer's approval", seen.after_approval)):
        click.echo(f"{title}:")
        for key, value in body.items():
            click.echo(visible(f"  {key}: {plain(value)}"))
    for sentence in reasons:
        click.echo(visible(f"not: {sentence}"))
