"""A release shows what was chosen, proves it belongs to the signed root, and tells nothing about the rest."""

import json
import os
from hashlib import sha256
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rabet.records.bad_input import BadInput
from rabet.records.disclosure import Disclosure, assemble, commit, pattern_of, select, verify

written = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8)
scalars = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | written
bodies = st.dictionaries(
    names,
    st.recursive(
        scalars,
        lambda inner: st.lists(inner, min_size=1, max_size=4) | st.dictionaries(names, inner, min_size=1, max_size=4),
        max_leaves=12,
    ),
    min_size=1,
    max_size=6,
)


class System:
    """Real randomness."""

    def token(self, size: int) -> bytes:
        return os.urandom(size)


@given(bodies, st.randoms())
def test_any_choice_of_fields_verifies_and_all_fields_give_the_body_back(body: dict[str, Any], chance: Random) -> None:
    whole = commit(body, System())
    paths = [leaf.path for leaf in whole.leaves]
    some = set(chance.sample(paths, chance.randint(0, len(paths))))
    shown = verify(whole.root, whole.size, select(whole, some))
    assert {leaf.path for leaf in shown} == some
    assert assemble(verify(whole.root, whole.size, select(whole, paths))) == body


@given(bodies, st.data())
def test_a_changed_field_position_or_hash_is_refused(body: dict[str, Any], data: st.DataObject) -> None:
    whole = commit(body, System())
    good = select(whole, [whole.leaves[0].path])
    salt, path, value = json.loads(good.fields[0])
    changed = (json.dumps([salt, path, [value] if value != [] else "x"], ensure_ascii=False, separators=(",", ":")),)
    flipped = list(good.proof)
    place = data.draw(st.integers(0, len(flipped) - 1))
    flipped[place] = ("0" if flipped[place][0] != "0" else "1") + flipped[place][1:]
    for bad in (
        Disclosure(changed, good.positions, good.proof),
        Disclosure(good.fields, (good.positions[0] ^ 1,), good.proof),
        Disclosure(good.fields, good.positions, tuple(flipped)),
        Disclosure(good.fields, good.positions, good.proof[:-1]),
        Disclosure(good.fields, good.positions, (*good.proof, good.proof[0])),
        Disclosure(good.fields * 2, good.positions * 2, good.proof),
    ):
        with pytest.raises(BadInput):
            verify(whole.root, whole.size, bad)


def test_number_and_place_of_hidden_fields_cannot_be_read_off_a_release() -> None:
    """Two records, one with hidden parties and one without, give releases of the same shape with the same field names' form."""
    open_part = {"place": {"country": "AZ"}, "exhibits": [{"type": "drug"}, {"type": "cash"}]}
    with_people = {**open_part, "parties": [{"name": "a"}, {"name": "b"}, {"name": "c"}]}
    sizes = set()
    for body in (open_part, with_people):
        whole = commit(body, System())
        chosen = [leaf.path for leaf in whole.leaves if not leaf.path.startswith("parties")]
        sizes.add(whole.size)
        released = assemble(verify(whole.root, whole.size, select(whole, chosen)))
        assert released == open_part
    assert len(sizes) == 1


def test_a_hidden_list_element_leaves_no_gap_in_the_names_of_the_others() -> None:
    whole = commit({"marks": ["a", "b", "c"]}, System())
    shown = [leaf for leaf in whole.leaves if leaf.value != "b"]
    assert assemble(shown) == {"marks": ["a", "c"]}
    assert {pattern_of(leaf.path) for leaf in shown} == {"marks/*"}


def test_a_leaf_holding_a_structure_or_a_float_is_refused() -> None:
    for text in ('["s","p",{"a":1}]', '["s","p",1.5]', '["s","p",NaN]', '["s","p"]', '{"s":1}', "[1,2,3]", "["):
        padding = [os.urandom(32) for _ in range(15)]
        level = sorted([sha256(b"\x00" + text.encode()).digest(), *padding])
        position = level.index(sha256(b"\x00" + text.encode()).digest())
        proof, known = [], position
        nodes = level
        while len(nodes) > 1:
            proof.append(nodes[known ^ 1].hex())
            nodes = [sha256(b"\x01" + nodes[i] + nodes[i + 1]).digest() for i in range(0, len(nodes), 2)]
            known >>= 1
        with pytest.raises(BadInput):
            verify(nodes[0].hex(), 16, Disclosure((text,), (position,), tuple(proof)))
