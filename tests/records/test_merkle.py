"""Merkle trees against the published vectors of Certificate Transparency, and against a plain definition of RFC 6962."""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rabet.records.merkle import (
    EMPTY_ROOT,
    CompactRange,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    tree_root,
    verify_consistency,
    verify_inclusion,
)

# The reference data of google/certificate-transparency (merkletree/merkle_tree_test.cc), used by every implementation since.
LEAVES = [
    leaf_hash(bytes.fromhex(data))
    for data in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
L0, L1, L4 = (leaf.hex() for leaf in (LEAVES[0], LEAVES[1], LEAVES[4]))
N0_1, N0_3 = ROOTS[2], ROOTS[4]
N2_3 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
N4_5 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
N6_7 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
N4_7 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
INCLUSION = [(0, 8, [L1, N2_3, N4_7]), (5, 8, [L4, N6_7, N0_3]), (2, 3, [N0_1]), (1, 5, [L0, N2_3, L4])]
CONSISTENCY = [(1, 1, []), (1, 8, [L1, N2_3, N4_7]), (6, 8, [N4_5, N6_7, N0_3]), (2, 5, [N2_3, L4])]
PUBLISHED_LEAVES = {
    L0: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    L1: "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    L4: "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
}

trees = st.lists(st.binary(max_size=4).map(leaf_hash), min_size=1, max_size=70)
FOREIGN = bytes(32)


def unhex(nodes: list[str]) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(node) for node in nodes)


def defined_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(defined_root(leaves[:split]), defined_root(leaves[split:]))


def test_leaves_hash_as_published() -> None:
    assert list(PUBLISHED_LEAVES) == list(PUBLISHED_LEAVES.values())


def test_the_published_roots_are_reached_one_leaf_at_a_time() -> None:
    tree = CompactRange()
    for size, root in enumerate(ROOTS):
        assert tree.root().hex() == root == tree_root(LEAVES[:size]).hex()
        tree = tree.append(LEAVES[size % len(LEAVES)])


@pytest.mark.parametrize(("index", "size", "proof"), INCLUSION)
def test_the_published_inclusion_proofs_are_made_and_accepted(index: int, size: int, proof: list[str]) -> None:
    assert inclusion_proof(LEAVES[:size], index) == unhex(proof)
    assert verify_inclusion(LEAVES[index], index, size, unhex(proof), bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("first", "second", "proof"), CONSISTENCY)
def test_the_published_consistency_proofs_are_made_and_accepted(first: int, second: int, proof: list[str]) -> None:
    assert consistency_proof(LEAVES[:second], first) == unhex(proof)
    assert verify_consistency(first, second, unhex(proof), bytes.fromhex(ROOTS[first]), bytes.fromhex(ROOTS[second]))


@given(trees, st.data())
def test_appending_gives_the_root_of_the_definition_in_whatever_portions(leaves: list[bytes], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(leaves)))
    grown = CompactRange().extend(leaves[:cut]).extend(leaves[cut:])
    assert grown.root() == defined_root(leaves)
    assert CompactRange.from_bytes(grown.to_bytes()) == grown


@given(trees, st.data())
def test_a_proof_of_inclusion_holds_for_its_leaf_and_place_only(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    root, proof = tree_root(leaves), inclusion_proof(leaves, index)
    assert verify_inclusion(leaves[index], index, len(leaves), proof, root)
    assert not verify_inclusion(FOREIGN, index, len(leaves), proof, root)
    assert not verify_inclusion(leaves[index], index, len(leaves), (*proof, root), root)
    assert not verify_inclusion(leaves[index], len(leaves), len(leaves), proof, root)
    if proof:
        assert not verify_inclusion(leaves[index], index, len(leaves), proof[:-1], root)
        assert not verify_inclusion(leaves[index], index ^ 1, len(leaves), proof, root) or leaves[index] == leaves[index ^ 1]


@given(trees, st.data())
def test_a_proof_of_consistency_holds_for_its_two_roots_only(leaves: list[bytes], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(leaves)))
    old, new, proof = tree_root(leaves[:first]), tree_root(leaves), consistency_proof(leaves, first)
    assert verify_consistency(first, len(leaves), proof, old, new)
    assert not verify_consistency(first, len(leaves), (*proof, new), old, new)
    if first < len(leaves):
        assert not verify_consistency(first, len(leaves), proof, FOREIGN, new)
    if 0 < first < len(leaves):
        assert not verify_consistency(first, len(leaves), proof, old, FOREIGN)
        assert not verify_consistency(first, len(leaves), proof[:-1], old, new)
        rewritten = [FOREIGN, *leaves[1:]]
        assert not verify_consistency(first, len(leaves), consistency_proof(rewritten, first), old, tree_root(rewritten))


def test_proofs_for_leaves_that_do_not_exist_are_refused() -> None:
    with pytest.raises(IndexError):
        inclusion_proof(LEAVES, 8)
    with pytest.raises(IndexError):
        consistency_proof(LEAVES, 9)
    assert not verify_consistency(9, 8, (), FOREIGN, FOREIGN)


@given(st.binary(max_size=200))
def test_stored_bytes_that_are_no_tree_are_refused(data: bytes) -> None:
    try:
        tree = CompactRange.from_bytes(data)
    except ValueError:
        return
    assert tree.to_bytes() == data


def test_appending_costs_about_one_hash_a_leaf() -> None:
    leaves = [leaf_hash(number.to_bytes(4, "big")) for number in range(20_000)]
    started = perf_counter()
    for leaf in leaves:
        leaf_hash(leaf)
    one_hash = perf_counter() - started
    started = perf_counter()
    CompactRange().extend(leaves)
    assert perf_counter() - started < 6 * one_hash
