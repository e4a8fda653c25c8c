"""`rabet bench exchange`: the whole path of a record between two nodes, its floor, its ceiling, and its peer, in one run."""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from rabet.cli.bench.beside import BenchFailed
from rabet.cli.bench.figures import rounded, table
from rabet.cli.bench.run import Plan, run
from rabet.cli.printing import say_rows
from rabet.cli.world.ending import ends_cleanly


@click.group(epilog="Example:  rabet bench exchange --json")
def bench() -> None:
    """Measure Rabet on this machine."""


@bench.command(epilog="Example:  rabet bench exchange --records 2000 --json")
@click.option("--records", default=10_000, show_default=True, type=click.IntRange(0), help="Reports for throughput; 0 leaves it out.")
@click.option("--latency-records", default=400, show_default=True, type=click.IntRange(2), help="Reports for latency, at 50 a second.")
@click.option("--stored", default=0, show_default=True, type=click.IntRange(0), help="Records in both databases beforehand.")
@click.option("--objects", default=100, show_default=True, type=click.IntRange(0), help="Objects for the TAXII peer; 0 leaves it out.")
@click.option("--floor-samples", default=200, show_default=True, type=click.IntRange(2), help="Samples of each floor, at 50 a second.")
@click.option("--idle", default=5.0, show_default=True, type=click.FloatRange(0), help="Seconds of nothing before a node is weighed.")
@click.option("--database", default="sqlite", show_default=True, type=click.Choice(["sqlite", "postgres"]), help="Engine of both nodes.")
@click.option("--directory", type=click.Path(path_type=Path, file_okay=False), help="Measure on the disk of this folder, which must not exist.")
@click.option("--json", "json_", is_flag=True, help="Print the figures as one JSON object on standard output.")
def exchange(*, directory: Path | None, json_: bool, **plan: Any) -> None:  # noqa: ANN401 - the options above, as Plan names them
    """Two nodes as real processes: how long a record takes, how many a second, beside what this machine can do at best.

    Takes about a minute. Everything is removed afterwards.
    """
    with _own_folder(directory) as folder, ends_cleanly(), _clears_its_line():
        try:
            figures = rounded(run(Plan(**plan), folder, _tell))
        except BenchFailed as failure:
            raise click.ClickException(str(failure)) from None
    if json_:
        click.echo(json.dumps(figures, ensure_ascii=False))
    else:
        say_rows(("what", "how much", ""), table(figures), empty="")


def _tell(sentence: str) -> None:
    """Progress, on standard error; on a terminal each sentence replaces the last."""
    if sys.stderr.isatty():
        click.echo(f"\r\033[K{sentence} ...", err=True, nl=False)
    else:
        click.echo(sentence, err=True)


@contextmanager
def _own_folder(directory: Path | None) -> Iterator[Path]:
    """The folder of this run; removed afterwards."""
    if directory is not None:
        directory.mkdir(parents=True)
    folder = directory or Path(tempfile.mkdtemp(prefix="rabet-bench-"))
    try:
        yield folder.resolve()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _clears_its_line() -> Iterator[None]:
    """Remove the line of progress from the terminal at the end."""
    try:
        yield
    finally:
        if sys.stderr.isatty():
            click.echo("\r\033[K", err=True, nl=False)
