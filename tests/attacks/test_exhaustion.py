"""One message, file or request must not take the node's time or memory out of all proportion to its size."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from rabet.cli.reading import read_document
from rabet.exchange.listener import read_body
from rabet.records.bad_input import BadInput
from rabet.records.strict_json import read_json


def _seconds(act: Callable[[], object]) -> float:
    start = time.process_time()
    act()
    return time.process_time() - start


def _keys(count: int) -> str:
    return ",".join(f'"k{number}":1' for number in range(count))


def test_a_repeated_key_is_found_in_time_that_grows_with_the_text() -> None:
    """50,000 keys of which the last stands twice: comparing each with each took half a minute."""
    text = f'{{{_keys(50_000)},"k49999":2}}'

    def read() -> None:
        with pytest.raises(BadInput) as refused:
            read_json(text)
        assert refused.value.problems[0].params == {"key": "k49999"}

    assert _seconds(read) < 1


def test_a_yaml_file_of_many_keys_is_read_in_time_that_grows_with_it(tmp_path: Path) -> None:
    source = tmp_path / "many.yaml"
    source.write_text("".join(f"k{number}: 1\n" for number in range(20_000)))
    assert _seconds(lambda: read_document(str(source))) < 4


def test_a_body_that_comes_in_single_bytes_costs_no_more_than_its_bytes() -> None:
    """What was summed anew for each part held the whole door for minutes."""
    parts, taken = 30_000, iter(range(30_000))

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"x", "more_body": next(taken) < parts - 1}

    assert _seconds(lambda: asyncio.run(read_body({"headers": []}, receive))) < 1  # type: ignore[arg-type]
