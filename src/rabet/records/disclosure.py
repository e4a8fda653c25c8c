"""Release by field under one signature: every leaf of a body is committed to with its own salt in one Merkle tree.

The author signs the root once. A release shows some leaves and the hashes needed to reach the root; the rest stays unknown:
leaves are sorted by digest and padded with random digests to a power of two, and list elements are named by random ordered
tokens, so neither positions nor numbers tell how much was held back. (docs/adr/0002; the idea of salted digests is RFC 9901's.)
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any, NamedTuple, Protocol

from rabet.records.bad_input import refuse

SALT_BYTES, TOKEN_BYTES, SMALLEST = 16, 6, 16
# Of one record: fields, names one below the other, characters of a path and of a leaf's text.
MAX_FIELDS, MAX_STEPS, MAX_PATH, MAX_LEAF = 2_048, 32, 1_000, 16_000
Scalar = str | int | bool | None
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")
_TOKEN, _TOKEN_OR_LINES = re.compile(r"/\.[^/\n]*"), re.compile(r"/\.[^/]*")
# json.loads looks for white space around the text first, which costs more than reading a leaf.
_decode = json.JSONDecoder().raw_decode


class Randomness(Protocol):
    """Port: `token(n)` returns n unpredictable bytes."""

    def token(self, size: int) -> bytes: ...


class Leaf(NamedTuple):
    """One field: `path` with list elements named by token, `value` a scalar or an empty list or object, `text` the exact bytes."""

    path: str
    value: Any
    text: str


@dataclass(frozen=True)
class Commitment:
    """All leaves of one version and the padding: what its holder keeps to make and widen releases."""

    leaves: tuple[Leaf, ...]
    padding: tuple[bytes, ...]

    @cached_property
    def digests(self) -> list[bytes]:
        """Hash of each leaf, in the order of `leaves`."""
        return [leaf_digest(leaf.text) for leaf in self.leaves]

    @cached_property
    def levels(self) -> list[list[bytes]]:
        """The tree from the sorted leaf hashes up to the root."""
        level = sorted([*self.digests, *self.padding])
        levels = [level]
        while len(level) > 1:
            level = [_node(level[i], level[i + 1]) for i in range(0, len(level), 2)]
            levels.append(level)
        return levels

    @property
    def size(self) -> int:
        """Padded number of leaves: the only number a partner learns."""
        return len(self.levels[0])

    @property
    def root(self) -> str:
        """Hex SHA-256 that goes into the header."""
        return self.levels[-1][0].hex()


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What travels: leaf texts in tree order, their positions, and the hashes that complete the tree (hex, level by level)."""

    fields: tuple[str, ...]
    positions: tuple[int, ...]
    proof: tuple[str, ...]


def leaf_digest(text: str) -> bytes:
    """RFC 6962 leaf hash of the exact text."""
    return sha256(b"\x00" + text.encode()).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def commit(body: dict[str, Any], randomness: Randomness) -> Commitment:
    """Flatten a plain JSON body into salted leaves and pad it."""
    pairs: list[tuple[str, Any]] = []
    _flatten(body, "", randomness, pairs)
    salts = randomness.token(SALT_BYTES * len(pairs)).hex()
    width = SALT_BYTES * 2
    leaves = tuple(
        Leaf(path, value, f'["{salts[i * width : (i + 1) * width]}",{encode_basestring(path)},{_scalar(value)}]')
        for i, (path, value) in enumerate(pairs)
    )
    return Commitment(leaves, _padding(len(leaves), randomness))


def _padding(count: int, randomness: Randomness) -> tuple[bytes, ...]:
    size = SMALLEST
    while size < count:
        size *= 2
    block = randomness.token(32 * (size - count))
    return tuple(block[i : i + 32] for i in range(0, len(block), 32))


def _flatten(value: Any, path: str, randomness: Randomness, found: list[tuple[str, Any]]) -> None:  # noqa: ANN401
    """Add (path, value) of every leaf to `found`."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            _flatten(item, f"{path}/{escape(key)}" if path else escape(key), randomness, found)
    elif isinstance(value, list) and value:
        for token, item in zip(_tokens(len(value), randomness), value, strict=True):
            _flatten(item, f"{path}/{token}", randomness, found)
    else:
        found.append((path, value))


def _tokens(count: int, randomness: Randomness) -> list[str]:
    """Random names that keep the order of a list and tell nothing of what stands between two of them."""
    names: set[str] = set()
    while missing := count - len(names):
        block = randomness.token(TOKEN_BYTES * missing).hex()
        names.update("." + block[at : at + TOKEN_BYTES * 2] for at in range(0, len(block), TOKEN_BYTES * 2))
    return sorted(names)


@lru_cache(maxsize=1024)
def escape(key: str) -> str:
    """Escape a key for a path (JSON pointer's ~0 and ~1; a leading dot marks list tokens and is escaped as ~2)."""
    key = key.replace("~", "~0").replace("/", "~1")
    return "~2" + key[1:] if key.startswith(".") else key


def unescape(segment: str) -> str:
    """Undo `escape`."""
    return segment.replace("~2", ".").replace("~1", "/").replace("~0", "~")


def _scalar(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, str):
        return encode_basestring(value)
    return ("true" if value else "false") if isinstance(value, bool) else json.dumps(value)


def select(commitment: Commitment, paths: Collection[str]) -> Disclosure:
    """Disclose the leaves at `paths`; all others stay hidden behind hashes."""
    place = {digest: i for i, digest in enumerate(commitment.levels[0])}
    leaves = zip(commitment.leaves, commitment.digests, strict=True)
    shown = sorted((place[digest], leaf.text) for leaf, digest in leaves if leaf.path in paths)
    positions = tuple(position for position, _ in shown)
    return Disclosure(tuple(text for _, text in shown), positions, tuple(_proof(commitment.levels, positions)))


def _proof(levels: Sequence[Sequence[bytes]], positions: Sequence[int]) -> Iterator[str]:
    """Yield each hash that whoever knows only these leaves needs for the root, in the order in which `_climb` asks for it."""
    if not positions:
        yield levels[-1][0].hex()
        return
    known = positions
    for level in levels[:-1]:
        held = set(known)
        yield from (level[index ^ 1].hex() for index in known if index ^ 1 not in held)
        known = list(dict.fromkeys(index >> 1 for index in known))


def verify(root: str, size: int, disclosure: Disclosure) -> tuple[Leaf, ...]:
    """Check a disclosure against the signed root and return its leaves.

    Raises:
        BadInput: a text, position or hash that does not lead to `root`, or a text that is not one leaf.
    """
    positions = disclosure.positions
    if (
        len(positions) != len(disclosure.fields)
        or list(positions) != sorted(set(positions))
        or any(not 0 <= p < size for p in positions)
        or size & (size - 1)
    ):
        raise refuse("positions", "disclosure_broken")
    known = {p: leaf_digest(text) for p, text in zip(positions, disclosure.fields, strict=True)}
    if _root_from(known, size, disclosure.proof) != root:
        raise refuse("proof", "disclosure_broken")
    return tuple(read_leaf(text) for text in disclosure.fields)


def _root_from(known: dict[int, bytes], size: int, proof: tuple[str, ...]) -> str:
    hashes = iter(proof)

    def from_proof(_level: int, _index: int) -> bytes:
        digest = bytes.fromhex(next(hashes))
        if len(digest) != 32:
            raise ValueError
        return digest

    try:
        top = _climb(known, size, from_proof)
    except (StopIteration, ValueError):
        raise refuse("proof", "disclosure_broken") from None
    if next(hashes, None) is not None:
        raise refuse("proof", "disclosure_broken")
    return top.hex()


def _climb(known: dict[int, bytes], size: int, missing: Callable[[int, int], bytes]) -> bytes:
    """Go from leaves (in order) to root level by level, left to right; `missing(level, index)` supplies each sibling not known."""
    if not known:
        return missing(size.bit_length() - 1, 0)
    for level in range(size.bit_length() - 1):
        above: dict[int, bytes] = {}
        for index, digest in known.items():
            if index & 1 == 0:
                above[index >> 1] = _node(digest, known.get(index + 1) or missing(level, index + 1))
            elif index >> 1 not in above:
                above[index >> 1] = _node(missing(level, index - 1), digest)
        known = above
    return known[0]


def check_together(leaves: Sequence[Leaf]) -> None:
    """Refuse fields that no body can hold together, before anything is kept of them: who signs may still contradict himself.

    Raises:
        BadInput: too many, too long or too deep fields, a place that has two values, or both a value and fields below it.
    """
    if len(leaves) > MAX_FIELDS:
        raise refuse("fields", "too_many_items", limit=MAX_FIELDS)
    paths = {leaf.path for leaf in leaves}
    if len(paths) != len(leaves):
        raise refuse("fields", "leaf_conflict")
    for leaf in leaves:
        if len(leaf.path) > MAX_PATH or leaf.path.count("/") >= MAX_STEPS:
            raise refuse("fields", "too_deep", limit=MAX_STEPS)
        if len(leaf.text) > MAX_LEAF:
            raise refuse("fields", "text_too_long", limit=MAX_LEAF)
    above = {path.rpartition("/")[0] for path in paths if "/" in path}
    while above:
        if not above.isdisjoint(paths):
            raise refuse("fields", "leaf_conflict")
        above = {path.rpartition("/")[0] for path in above if "/" in path}


def is_whole(text: str) -> bool:
    """Can the text be written as UTF-8 and stored by any database? Half a character and NUL cannot."""
    return (text.isascii() and "\0" not in text) or not _UNWRITABLE.search(text)


def read_leaf(text: str) -> Leaf:
    """Parse one leaf text, and nothing around it: an array of salt, path and a scalar or an empty container."""
    try:
        (salt, path, value), end = _decode(text)
    except (ValueError, TypeError, RecursionError):
        raise refuse("fields", "leaf_broken") from None
    if end != len(text) or type(salt) is not str or type(path) is not str or not _is_plain(value):
        raise refuse("fields", "leaf_broken")
    if ("\\" in text or not text.isascii()) and not (is_whole(path) and (not isinstance(value, str) or is_whole(value))):
        raise refuse("fields", "leaf_broken")  # only an escape, or what stands there itself, can make a text that is not whole
    return Leaf(path, value, text)


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int) or value is None or value in ([], {})


def assemble(leaves: Iterable[Leaf]) -> dict[str, Any]:
    """Build the body from whatever leaves are known; list elements keep their order.

    Raises:
        BadInput: two leaves that contradict each other about the same place.
    """
    tree: dict[str, Any] = {}
    for leaf in leaves:
        *parents, last = leaf.path.split("/")
        node = tree
        for parent in parents:
            node = node.setdefault(parent, {})
            if not isinstance(node, dict):
                raise refuse(leaf.path, "leaf_conflict")
        if last in node:
            raise refuse(leaf.path, "leaf_conflict")
        node[last] = leaf.value
    body = _listed(tree)
    return body if isinstance(body, dict) else {}


def _listed(node: Any) -> Any:  # noqa: ANN401
    if not isinstance(node, dict) or not node:
        return node
    if all(key.startswith(".") for key in node):
        return [_listed(node[token]) for token in sorted(node)]
    return {unescape(key): _listed(item) for key, item in node.items()}


def pattern_of(path: str) -> str:
    """Return the path with each list token as "*": the key into the table of kinds."""
    return patterns_of([path])[0]


def patterns_of(paths: Collection[str]) -> Sequence[str]:
    """Return the pattern of each path, in one go over all of them."""
    found = _TOKEN.sub("/*", "\n".join(paths)).split("\n")
    return found if len(found) == len(paths) else [_TOKEN_OR_LINES.sub("/*", path) for path in paths]
