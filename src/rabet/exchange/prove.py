"""Off-line proof that a log still says what it said: `rabet verify` stands on this module, and it trusts no database.

For a lane it compares the messages as they are stored now with what both agencies signed when they were exchanged; for the audit log
with the heads that partners witnessed in blinded form. Promise: every change before the last witnessed head is found. What came
later is counted as the unwitnessed tail, and said to be that.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from rabet.exchange.envelope import EnvelopeRefused, Manifest, read_manifest, refusing
from rabet.exchange.form import Lane
from rabet.exchange.keys import Keyring
from rabet.exchange.receipt import check_receipt, read_signed_receipt
from rabet.records.bad_input import BadInput
from rabet.records.checkpoint import audit_origin, blinded_root, check_log_signature, link_origin, read_note
from rabet.records.merkle import CompactRange, leaf_hash
from rabet.records.signing import BadSignature, Purpose, Signature

MOST_NAMED = 100  # problems a report lists one by one


@dataclass(frozen=True, slots=True)
class Problem:
    """kind: altered, deleted, inserted, truncated, reordered, bad_signature or contradiction; index: which leaf, or where it would be.

    For bad_signature the index is the number of the statement in the order given.
    """

    kind: str
    index: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """log: origin; size: leaves stored; witnessed: leaves another agency has signed for; problems: at most 100, in order of index."""

    log: str
    size: int
    witnessed: int
    problems: tuple[Problem, ...]

    @property
    def unwitnessed(self) -> int:
        """Leaves stored after the last that was witnessed."""
        return max(0, self.size - self.witnessed)

    @property
    def proven(self) -> bool:
        """Nothing is wrong up to the witnessed size."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class SignedManifest:
    """A manifest as stored: exact text and signatures."""

    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Anchor:
    """Head of the audit log as it was placed, blinded, in a link log that the partner witnessed."""

    size: int
    blinded: bytes
    blind: bytes


@dataclass
class _Signed:
    """What signed statements say of a log: leaf hashes, roots, and how far another agency has signed."""

    leaves: dict[int, bytes] = field(default_factory=dict)
    heads: dict[int, Callable[[bytes], bool]] = field(default_factory=dict)
    roots: dict[int, bytes] = field(default_factory=dict)
    witnessed: int = 0
    problems: list[Problem] = field(default_factory=list)

    def head(self, size: int, root: bytes) -> None:
        if self.roots.setdefault(size, root) != root:
            self.problems.append(Problem("contradiction", size, "two signed roots"))
        self.heads[size] = lambda found: found == self.roots[size]

    def leaf(self, index: int, leaf: bytes) -> None:
        if self.leaves.setdefault(index, leaf) != leaf:
            self.problems.append(Problem("contradiction", index, "two signed digests"))


def verify_lane(
    digests: Iterable[bytes],
    manifests: Iterable[SignedManifest],
    receipts: Iterable[str],
    *,
    me: str,
    sender: str,
    receiver: str,
    lane: Lane,
    keyring: Keyring,
) -> Report:
    """Prove one lane of one direction. digests: SHA-256 of the stored messages in order; receipts: stored JSON texts.

    me: whose node this is. Only what the other agency signed counts as witnessed: his receipts for what was sent, his manifests for
    what was received.
    """
    signed = _Signed()
    for number, manifest in enumerate(manifests):
        _take_manifest(signed, number, manifest, (sender, receiver, lane), keyring, witness=sender != me)
    for number, text in enumerate(receipts):
        _take_receipt(signed, number, text, (sender, receiver, lane), keyring, witness=receiver != me)
    return _examine(link_origin(sender, receiver, lane), [leaf_hash(digest) for digest in digests], signed)


Way = tuple[str, str, Lane]


def _take_manifest(signed: _Signed, number: int, stored: SignedManifest, way: Way, keyring: Keyring, *, witness: bool) -> None:
    try:
        manifest = _checked_manifest(stored, way, keyring)
    except EnvelopeRefused as error:
        signed.problems.append(Problem("bad_signature", number, f"manifest: {error}"))
        return
    signed.head(manifest.before.size, manifest.before.root)
    for seq, digest in enumerate(manifest.digests, manifest.first):
        signed.leaf(seq, leaf_hash(digest))
    if witness:
        signed.witnessed = max(signed.witnessed, manifest.through)


def _checked_manifest(stored: SignedManifest, way: Way, keyring: Keyring) -> Manifest:
    with refusing():
        keyring.verify(way[0], Purpose.MANIFEST, stored.text.encode(), stored.signatures)
    manifest = read_manifest(stored.text)
    if (manifest.sender, manifest.receiver, manifest.lane) != way:
        raise EnvelopeRefused("wrong_audience", manifest.lane)
    return manifest


def _take_receipt(signed: _Signed, number: int, text: str, way: Way, keyring: Keyring, *, witness: bool) -> None:
    sender, receiver, lane = way
    try:
        stored = read_signed_receipt(text)
        check_receipt(stored, issuer=receiver, holder=sender, lane=lane, keyring=keyring)
    except EnvelopeRefused as error:
        signed.problems.append(Problem("bad_signature", number, f"receipt: {error}"))
        return
    signed.head(stored.receipt.head.size, stored.receipt.head.root)
    if witness:
        signed.witnessed = max(signed.witnessed, stored.receipt.through)


def verify_audit(
    entries: Iterable[bytes],
    checkpoints: Iterable[str],
    anchors: Iterable[Anchor],
    *,
    agency: str,
    public_key: bytes,
    keyring: Keyring,
    recorded: Sequence[bytes] = (),
) -> Report:
    """Prove the audit log. entries: leaf data in order; checkpoints: notes the node signed; anchors: only those that were witnessed.

    recorded: leaf hashes as written beside the entries, which name the place of a change; they are believed only as far as heads agree.
    """
    signed = _Signed(leaves=dict(enumerate(recorded)))
    for number, text in enumerate(checkpoints):
        _take_checkpoint(signed, number, text, agency, public_key, keyring)
    for anchor in anchors:
        signed.heads[anchor.size] = _blinded(anchor, signed.heads.get(anchor.size))
        signed.witnessed = max(signed.witnessed, anchor.size)
    return _examine(audit_origin(agency), [leaf_hash(entry) for entry in entries], signed)


def _take_checkpoint(signed: _Signed, number: int, text: str, agency: str, public_key: bytes, keyring: Keyring) -> None:
    try:
        note = read_note(text)
        check_log_signature(note, agency, public_key, keyring)
    except (BadInput, BadSignature) as error:
        signed.problems.append(Problem("bad_signature", number, f"checkpoint: {error}"))
        return
    if note.checkpoint.origin != audit_origin(agency):
        signed.problems.append(Problem("bad_signature", number, f"checkpoint of {note.checkpoint.origin}"))
        return
    signed.head(note.checkpoint.size, note.checkpoint.root)


def _blinded(anchor: Anchor, also: Callable[[bytes], bool] | None) -> Callable[[bytes], bool]:
    def agrees(root: bytes) -> bool:
        return blinded_root(anchor.size, root, anchor.blind) == anchor.blinded and (also is None or also(root))

    return agrees


def _examine(log: str, stored: Sequence[bytes], signed: _Signed) -> Report:
    """Compare stored leaf hashes with signed leaves and heads."""
    expected = _believed(signed)
    named = list(_differences(stored, expected))
    found = [*signed.problems, *named, *_unexplained(stored, signed.heads, named)]
    found.sort(key=lambda problem: problem.index)
    return Report(log, len(stored), signed.witnessed, tuple(found[:MOST_NAMED]))


def _believed(signed: _Signed) -> list[bytes]:
    """The leaves that signed statements name without a hole from the first on, as far as the heads over them agree."""
    leaves: list[bytes] = []
    while len(leaves) in signed.leaves:
        leaves.append(signed.leaves[len(leaves)])
    wrong = _disagreeing(leaves, signed.heads)
    if not wrong:
        return leaves
    return leaves[: max((size for size in signed.heads if size < wrong[0]), default=0)]


def _disagreeing(leaves: Sequence[bytes], heads: Mapping[int, Callable[[bytes], bool]]) -> list[int]:
    """Sizes within `leaves` at which the head is another."""
    tree, wrong = CompactRange(), []
    for size in sorted(size for size in heads if size <= len(leaves)):
        tree = tree.extend(leaves[tree.size : size])
        if not heads[size](tree.root()):
            wrong.append(size)
    return wrong


def _differences(stored: Sequence[bytes], expected: Sequence[bytes]) -> Iterator[Problem]:
    """Name what happened to the leaves that should be there. What follows the expected ones is new, not inserted."""
    start = next((at for at, (a, b) in enumerate(zip(stored, expected, strict=False)) if a != b), min(len(stored), len(expected)))
    if start == len(expected):
        return
    lost, extra = set(expected[start:]) - set(stored[start:]), set(stored[start:]) - set(expected[start:])
    matcher = SequenceMatcher(None, stored[start:], expected[start:], autojunk=False)
    for tag, low, high, first, last in matcher.get_opcodes():
        if tag != "equal":
            tail = last == len(expected) - start and start + high == len(stored)
            yield from _name(stored[start + low : start + high], expected[start + first : start + last], start + first, lost, extra, tail=tail)


def _name(here: Sequence[bytes], there: Sequence[bytes], at: int, lost: set[bytes], extra: set[bytes], *, tail: bool) -> Iterator[Problem]:
    """One place where the stored leaves are `here` and should be `there`."""
    strangers = [leaf for leaf in here if leaf in extra]
    gone = [index for index, leaf in enumerate(there, at) if leaf in lost]
    moved = [index for index, leaf in enumerate(there, at) if leaf not in lost]
    yield from (Problem("altered", index) for index, _ in zip(gone, strangers, strict=False))
    yield from (Problem("truncated" if tail and not here else "deleted", index) for index in gone[len(strangers) :])
    yield from (Problem("reordered", index) for index in moved)
    if not tail:
        yield from (Problem("inserted", at + len(there) + more) for more in range(len(strangers) - len(gone)))


def _unexplained(stored: Sequence[bytes], heads: Mapping[int, Callable[[bytes], bool]], named: Sequence[Problem]) -> Iterator[Problem]:
    """What only the heads show: a change between two of them, or an end that is missing."""
    wrong = _disagreeing(stored, heads)
    first_named = min((problem.index for problem in named), default=len(stored) + 1)
    if wrong and wrong[0] <= first_named:
        last_good = max((size for size in heads if size < wrong[0]), default=0)
        yield Problem("altered", last_good, f"somewhere from {last_good} to {wrong[0] - 1}")
    most = max(heads, default=0)
    if most > len(stored) and not any(problem.kind in ("deleted", "truncated") for problem in named):
        yield Problem("truncated", len(stored), f"{most} were signed for")
