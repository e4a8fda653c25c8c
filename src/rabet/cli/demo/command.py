"""Sets the three nodes up, loads real seizures, plays the story, and leaves the stage to the reader until Ctrl-C."""

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import click

from rabet.casework.reporting import MAX_AT_ONCE, Draft, report
from rabet.cli.demo.side_by_side import Board
from rabet.cli.demo.stage import PACTS, Stage
from rabet.cli.demo.story import Step, play
from rabet.cli.world.agencies import ACCOUNTS, AGENCIES
from rabet.cli.world.ending import ends_cleanly
from rabet.cli.world.world import Pact
from rabet.formats.ids_extract import seizure_bodies

EXTRACT = Path(__file__).resolve().parents[4] / "examples" / "ids_extract.csv"
CASPIAN, BILATERAL = PACTS
PLAYED = (
    Pact(CASPIAN, "multilateral", ("alborz", "khazar", "volga"), {}),
    Pact(BILATERAL, "bilateral", ("alborz", "khazar"), {("khazar", "alborz"): "persons"}),
)


@click.command(epilog="Example:  rabet demo --once --json")
@click.option("--once", is_flag=True, help="Play the story and end; the exit code is 1 when a step failed.")
@click.option("--json", "json_", is_flag=True, help='End with {"steps": [{"name", "ok", "ms"}]} on standard output.')
@click.option("--directory", type=click.Path(path_type=Path, file_okay=False), help="Keep the nodes here; a new temporary folder if not given.")
def demo(*, once: bool, json_: bool, directory: Path | None) -> None:
    """Start three nodes of three invented agencies, load real seizures, play one story, then leave the nodes to you."""
    folder = directory or Path(tempfile.mkdtemp(prefix="rabet-demo-"))
    board = Board()
    stage = Stage(folder, AGENCIES, framed_by=(board.origin,))
    steps: list[Step] = []
    try:
        with ends_cleanly():
            for step in _run(stage, quiet=json_):
                steps.append(step)
                _tell(step, quiet=json_)
            good = all(step.ok for step in steps)
            if json_:
                click.echo(json.dumps({"steps": [{"name": s.name, "ok": s.ok, "ms": s.ms} for s in steps]}, ensure_ascii=False))
            if not once and good:
                _now_you(stage, board)
    except KeyboardInterrupt:
        good = not once
        click.echo("\nStopping the nodes.", err=True)
    finally:
        board.close()
        stage.stop()
        if directory is None:
            shutil.rmtree(folder, ignore_errors=True)
    raise SystemExit(0 if good else 1)


def _run(stage: Stage, *, quiet: bool) -> Iterator[Step]:
    for name, act in (("three nodes", _set_up), ("real seizures", _load)):
        step, begin = Step(name), time.perf_counter()
        if not quiet:
            click.echo(f"... {name}", err=True)
        with step.told():
            act(stage, step)
        step.ms = round((time.perf_counter() - begin) * 1000, 1)
        yield step
        if not step.ok:
            return
    yield from play(stage)


def _set_up(stage: Stage, step: Step) -> None:
    stage.make(PLAYED)
    stage.give_tokens()
    stage.start()
    names = ", ".join(agency.names["en"] for agency in stage.agencies)
    step.check(True, f"Three nodes are up: {names}. Own directory, keys and database each; mutual TLS on loopback.")  # noqa: FBT003
    step.check(True, "Two agreements are signed by all their parties; every person in this story is simulated and says so.")  # noqa: FBT003


def _load(stage: Stage, step: Step) -> None:
    """Real rows of public statistics; imported history is not released to anybody."""
    waiting: dict[str, list[Draft]] = {agency.id: [] for agency in stage.agencies}
    for agency, body in seizure_bodies(EXTRACT.read_text(encoding="utf-8")):
        waiting[agency].append(Draft(kind="seizure", body=body))
    for agency, drafts in waiting.items():
        desk, officer = stage.desk(agency), stage.officer(agency, "supervisor")
        for first in range(0, len(drafts), MAX_AT_ONCE):
            report(desk, officer, drafts[first : first + MAX_AT_ONCE], share=False, imported=True)
        step.check(len(drafts) > 0, f"{agency} holds {len(drafts)} real seizures of other countries (UNODC, Individual Drug Seizures).")


def _tell(step: Step, *, quiet: bool) -> None:
    if quiet:
        return
    click.echo(f"{'ok ' if step.ok else 'NO '} {step.name}  ({step.ms:.0f} ms)")
    for sentence in step.seen:
        click.echo(f"      {sentence}")


def _now_you(stage: Stage, board: Board) -> None:
    """Print the doors, and wait."""
    frames = {agency.id: _link(stage, agency.id, "liaison") for agency in stage.agencies}
    board.show({agency.names["en"]: frames[agency.id] + "?next=/embed/feed/" for agency in stage.agencies})
    click.echo(f"\nThe three nodes side by side:  {board.origin}/")
    click.echo("\nSign-in links, and a code to sign in again when you approve (each works once; the officers are simulated):")
    for agency in stage.agencies:
        for account in ACCOUNTS:
            code = _secret(stage, agency.id, account.name)
            click.echo(f"  {agency.id:8} {account.name:14} {_link(stage, agency.id, account.name)}  {code}")
    here = {agency.id: stage.node(agency.id).settings.layout.root for agency in stage.agencies}
    click.echo(
        f"""
Now you:
  1. Sign in at khazar as duty, report a seizure, and watch it arrive at alborz and volga.
  2. Approve its person part as liaison (under Releases): the code beside the link signs you in again.
  3. Change one clause of a copy of an agreement, and preview the record as the partner:
       rabet --node {here["khazar"]} agreement show caspian --document > pact.json
       rabet --node {here["khazar"]} --as supervisor agreement preview RECORD --as volga --changed pact.json
  4. Recall it on its page, and watch it go.
  5. Prove it, off line:  rabet --node {here["khazar"]} verify

Ctrl-C ends the nodes and removes what they kept."""
    )
    while True:
        time.sleep(3600)


def _link(stage: Stage, agency: str, name: str) -> str:
    return f"http://127.0.0.1:{stage.node(agency).settings.web_port}/sign-in/link/{_secret(stage, agency, name)}/"


def _secret(stage: Stage, agency: str, name: str) -> str:
    people = stage.node(agency).store.people
    return str(people.new_link(people.find(sign_in_name=name).key))
