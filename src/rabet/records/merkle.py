"""RFC 6962 Merkle trees: roots that grow by appending, and proofs that a leaf is in a tree or that one tree continues another.

A `CompactRange` is all that a log must keep to go on: one hash per set bit of its size. Proofs are made from the list of leaf
hashes. Nothing here knows what a leaf holds.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()
_SIZE_BYTES = 8


def leaf_hash(data: bytes) -> bytes:
    """Hash of one leaf; the prefix keeps a leaf from passing for a node (RFC 6962, 2.1)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of two subtrees."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class CompactRange:
    """A tree of `size` leaves as the roots of its full subtrees, largest (leftmost) first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> "CompactRange":
        """Return the tree with one more leaf hash."""
        return self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> "CompactRange":
        """Return the tree with these leaf hashes appended in order: about one hash a leaf."""
        size, stack = self.size, list(self.hashes)
        for leaf in leaves:
            node, full = leaf, size
            while full & 1:
                node = sha256(b"\x01" + stack.pop() + node).digest()
                full >>= 1
            stack.append(node)
            size += 1
        return CompactRange(size, tuple(stack))

    def root(self) -> bytes:
        """Root of the tree (32 bytes); the hash of nothing when it is empty."""
        if not self.hashes:
            return EMPTY_ROOT
        node = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            node = node_hash(left, node)
        return node

    def to_bytes(self) -> bytes:
        """8 bytes of size (big endian), then the hashes."""
        return self.size.to_bytes(_SIZE_BYTES, "big") + b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, data: bytes) -> "CompactRange":
        """Read what `to_bytes` wrote.

        Raises:
            ValueError: the number of hashes does not belong to the size.
        """
        size = int.from_bytes(data[:_SIZE_BYTES], "big")
        if len(data) != _SIZE_BYTES + HASH_BYTES * size.bit_count():
            raise ValueError(f"{len(data)} bytes are no tree of {size} leaves")
        return cls(size, tuple(data[at : at + HASH_BYTES] for at in range(_SIZE_BYTES, len(data), HASH_BYTES)))


def tree_root(leaves: Iterable[bytes]) -> bytes:
    """Root of the tree over these leaf hashes."""
    return CompactRange().extend(leaves).root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Audit path of leaf `index`, from the leaf upwards (RFC 6962, 2.1.1).

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    return tuple(_path(leaves, index))


def _path(leaves: Sequence[bytes], index: int) -> Iterator[bytes]:
    if len(leaves) == 1:
        return
    split = _split(len(leaves))
    if index < split:
        yield from _path(leaves[:split], index)
        yield tree_root(leaves[split:])
    else:
        yield from _path(leaves[split:], index - split)
        yield tree_root(leaves[:split])


def consistency_proof(leaves: Sequence[bytes], first: int) -> tuple[bytes, ...]:
    """Proof that the tree of all `leaves` continues the tree of the `first` of them (RFC 6962, 2.1.2).

    Raises:
        IndexError: `first` is more than there are.
    """
    if not 0 <= first <= len(leaves):
        raise IndexError(first)
    return tuple(_subproof(leaves, first, whole=True)) if 0 < first < len(leaves) else ()


def _subproof(leaves: Sequence[bytes], first: int, *, whole: bool) -> Iterator[bytes]:
    if first == len(leaves):
        if not whole:
            yield tree_root(leaves)
        return
    split = _split(len(leaves))
    if first <= split:
        yield from _subproof(leaves[:split], first, whole=whole)
        yield tree_root(leaves[split:])
    else:
        yield from _subproof(leaves[split:], first - split, whole=False)
        yield tree_root(leaves[:split])


def _split(count: int) -> int:
    """Largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether `leaf` (a leaf hash) is number `index` of the tree of `size` leaves with this root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, at, last = leaf, index, size - 1
    for sibling in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = node_hash(sibling, node)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and node == root


def verify_consistency(first: int, second: int, proof: Sequence[bytes], first_root: bytes, second_root: bytes) -> bool:
    """Tell whether the tree of `second` leaves continues the tree of `first` leaves (RFC 9162, 2.1.4.2)."""
    if not 0 <= first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    if first == 0:
        return not proof and first_root == EMPTY_ROOT
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    return bool(path) and _joined(first, second, path) == (first_root, second_root)


def _joined(first: int, second: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Roots of the old and the new tree that `path` leads to; None when its length does not fit."""
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if at & 1 or at == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        at, last = at >> 1, last >> 1
    return (old, new) if last == 0 else None
