"""What is not shown leaves no sign: not in the positions of what is shown, not in the names of list elements, not in the salts."""

import json
import os
import re

from rabet.records.disclosure import Commitment, commit, select

BODY = {"place": {"country": "AZ"}, "marks": ["a", "b", "c"], "parties": [{"name": "x"}, {"name": "y"}]}
TIMES = 60


class System:
    """Real randomness."""

    def token(self, size: int) -> bytes:
        return os.urandom(size)


def many() -> list[Commitment]:
    return [commit(BODY, System()) for _ in range(TIMES)]


def test_where_a_field_stands_is_chance_and_padding_stands_among_the_fields() -> None:
    first = {select(whole, {"place/country"}).positions[0] for whole in many()}
    assert len(first) > 16 // 2
    assert max(first) >= len(commit(BODY, System()).leaves)
    assert all(whole.levels[0] == sorted(whole.levels[0]) for whole in many())


def test_no_name_of_a_list_element_is_used_twice_or_tells_its_place() -> None:
    names = [leaf.path.split("/")[1] for whole in many() for leaf in whole.leaves if leaf.path.startswith("marks/")]
    assert all(re.fullmatch(r"\.[0-9a-f]{12}", name) for name in names)
    assert len(set(names)) == len(names) == 3 * TIMES


def test_every_field_has_a_salt_of_its_own() -> None:
    salts = [json.loads(leaf.text)[0] for whole in many() for leaf in whole.leaves]
    assert all(re.fullmatch(r"[0-9a-f]{32}", salt) for salt in salts)
    assert len(set(salts)) == len(salts)


def test_the_number_of_fields_shows_as_a_power_of_two_only() -> None:
    sizes = {count: commit({f"f{i}": i for i in range(count)}, System()).size for count in (1, 15, 16, 17, 32, 33, 60)}
    assert sizes == {1: 16, 15: 16, 16: 16, 17: 32, 32: 32, 33: 64, 60: 64}
