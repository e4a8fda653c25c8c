"""A batch of messages as it travels: a signed manifest, the message texts, both sealed once to the partner.

The manifest says who sends what to whom: lane, first sequence, the tree before, and per message its agreement and digest. Exact bytes
are signed and kept; nothing is ever written again from what was parsed. Whatever is wrong with a body is one `EnvelopeRefused` with
a reason; no other error leaves this module.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any

from rabet.exchange.form import (
    AGENCY,
    AGREEMENT,
    KEY_ID,
    MAX_COUNT,
    Lane,
    digest_of,
    lane_of,
    list_of,
    moment_of,
    object_of,
    text_of,
    whole,
    whole_of,
    write,
    write_moment,
)
from rabet.exchange.keys import SUITE, CannotOpen, Opener, Sealer
from rabet.records.bad_input import BadInput, refuse
from rabet.records.merkle import EMPTY_ROOT, CompactRange, leaf_hash
from rabet.records.signing import ALGORITHMS, Algorithm, BadSignature, Purpose, Signature, Verifier, pae, read_signature
from rabet.records.strict_json import read_json

BATCH_FORMAT, MANIFEST_FORMAT = "rabet-batch/1", "rabet-manifest/1"
MAX_MESSAGES = 256
BATCH_BYTES = 1_000_000  # of message texts; a single message may be larger
MAX_BODY = 8_000_000
MAX_MANIFEST, MAX_HEADER = 100_000, 1_000


class EnvelopeRefused(Exception):
    """A body that is not taken. reason: stable id (exchange/refusals.json has its sentences); detail: where and what."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason, self.detail = reason, detail
        super().__init__(f"{reason}: {detail}" if detail else reason)


@contextmanager
def refusing() -> Iterator[None]:
    """Turn every way in which input can be wrong into EnvelopeRefused."""
    try:
        yield
    except BadInput as error:
        problem = error.problems[0].id
        raise EnvelopeRefused(problem if problem in ("unknown_format", "too_large") else "malformed", str(error)) from None
    except BadSignature as error:
        raise EnvelopeRefused("bad_signature", str(error)) from None
    except CannotOpen as error:
        raise EnvelopeRefused("cannot_open", str(error)) from None


@dataclass(frozen=True, slots=True)
class Head:
    """A tree by its number of leaves and its root (32 bytes)."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a batch claims. messages: (agreement, digest) in order; withdrawn: sequences that travel as digest only."""

    sender: str
    receiver: str
    lane: Lane
    before: Head
    messages: tuple[tuple[str, bytes], ...]
    withdrawn: frozenset[int]
    made_at: datetime

    @property
    def first(self) -> int:
        """Sequence of the first message: as many stand before it."""
        return self.before.size

    @property
    def through(self) -> int:
        """Size of the lane with this batch."""
        return self.before.size + len(self.messages)

    @property
    def digests(self) -> tuple[bytes, ...]:
        """Digest of each message."""
        return tuple(digest for _, digest in self.messages)


@dataclass(frozen=True, slots=True)
class Queued:
    """A message in its lane. digest: SHA-256 of its text; text: None once its content was withdrawn."""

    agreement: str
    digest: bytes
    text: str | None


@dataclass(frozen=True)
class Draft:
    """A batch before it is signed and sealed, and afterwards what the sender needs to judge the answer."""

    manifest: Manifest
    manifest_text: str
    messages: tuple[str | None, ...]
    before: CompactRange

    @cached_property
    def digest(self) -> bytes:
        """Names the batch in its receipt."""
        return sha256(self.manifest_text.encode()).digest()

    def tree_at(self, size: int) -> CompactRange:
        """The lane's tree with `size` messages (from the first of this batch to its last)."""
        return self.before.extend(map(leaf_hash, self.manifest.digests[: size - self.before.size]))


@dataclass(frozen=True)
class Batch:
    """A batch that was opened and verified: who signed it, what it says, its texts (None where withdrawn)."""

    manifest: Manifest
    manifest_text: str
    signatures: tuple[Signature, ...]
    messages: tuple[str | None, ...]

    @cached_property
    def digest(self) -> bytes:
        """Names the batch in its receipt."""
        return sha256(self.manifest_text.encode()).digest()

    def numbered(self) -> tuple[tuple[int, str | None], ...]:
        """(sequence, text) of every message."""
        return tuple(enumerate(self.messages, self.manifest.first))


def message_digest(text: str) -> bytes:
    """Name of a message in manifest and tree. The text holds a random salt, so the digest tells nothing of it."""
    return sha256(text.encode()).digest()


def portion(waiting: Iterable[Queued], least: int = 1) -> tuple[Queued, ...]:
    """Take from the front what goes into one batch: at least `least`, at most 256 messages and about 1 MB of text."""
    taken: list[Queued] = []
    room = BATCH_BYTES
    for message in waiting:
        room -= len((message.text or "").encode())
        if len(taken) >= least and (room < 0 or len(taken) == MAX_MESSAGES):
            break
        taken.append(message)
    return tuple(taken)


def draft_batch(sender: str, receiver: str, lane: Lane, before: CompactRange, messages: Sequence[Queued], made_at: datetime) -> Draft:
    """Describe `messages`, which follow the `before.size` ones of this lane, in a manifest."""
    manifest = Manifest(
        sender=sender,
        receiver=receiver,
        lane=lane,
        before=Head(before.size, before.root()),
        messages=tuple((message.agreement, message.digest) for message in messages),
        withdrawn=frozenset(seq for seq, message in enumerate(messages, before.size) if message.text is None),
        made_at=made_at,
    )
    return Draft(manifest, _write_manifest(manifest), tuple(message.text for message in messages), before)


def _write_manifest(manifest: Manifest) -> str:
    return write(
        {
            "format": MANIFEST_FORMAT,
            "from": manifest.sender,
            "to": manifest.receiver,
            "lane": manifest.lane,
            "first": manifest.first,
            "count": len(manifest.messages),
            "before": {"size": manifest.before.size, "root": manifest.before.root.hex()},
            "messages": [[agreement, digest.hex()] for agreement, digest in manifest.messages],
            "withdrawn": sorted(manifest.withdrawn),
            "made_at": write_moment(manifest.made_at),
        }
    )


def read_manifest(text: str) -> Manifest:
    """Parse a manifest strictly. Its signature is not looked at here.

    Raises:
        EnvelopeRefused: malformed, unknown_format, too_large, or count_differs.
    """
    with refusing():
        data = object_of(read_json(text, max_bytes=MAX_MANIFEST, max_depth=4), "manifest", MANIFEST_FORMAT)
        before = _read_head(data)
        messages = tuple(_read_entry(item, f"messages/{at}") for at, item in enumerate(list_of(data, "messages", MAX_MESSAGES)))
        count = whole_of(data, "count", 1, MAX_MESSAGES)
        if count != len(messages) or whole_of(data, "first") != before.size:
            raise EnvelopeRefused("count_differs", f"{count} announced, {len(messages)} described from {before.size}")
        return Manifest(
            sender=text_of(data, "from", AGENCY),
            receiver=text_of(data, "to", AGENCY),
            lane=lane_of(data),
            before=before,
            messages=messages,
            withdrawn=_read_withdrawn(data, before.size, count),
            made_at=moment_of(data, "made_at"),
        )


def _read_head(data: Mapping[str, Any]) -> Head:
    before = object_of(data.get("before"), "before")
    head = Head(whole_of(before, "size", 0, MAX_COUNT - MAX_MESSAGES, "before"), digest_of(before, "root", "before"))
    if head.size == 0 and head.root != EMPTY_ROOT:
        raise refuse("before/root", "wrong_form", value=head.root.hex())
    return head


def _read_entry(item: object, path: str) -> tuple[str, bytes]:
    if not isinstance(item, list) or len(item) != 2:
        raise refuse(path, "wrong_form", value=str(item)[:40])
    entry = dict(zip(("agreement", "digest"), item, strict=True))
    return text_of(entry, "agreement", AGREEMENT, path), digest_of(entry, "digest", path)


def _read_withdrawn(data: Mapping[str, Any], first: int, count: int) -> frozenset[int]:
    listed = [whole(item, f"withdrawn/{at}", first, first + count - 1) for at, item in enumerate(list_of(data, "withdrawn", count))]
    if listed != sorted(set(listed)):
        raise refuse("withdrawn", "wrong_form", value=str(listed)[:40])
    return frozenset(listed)


def seal_batch(draft: Draft, signatures: Sequence[Signature], sealer: Sealer) -> bytes:
    """Return the body that is posted: header line, newline, sealed payload."""
    header = write(
        {
            "format": BATCH_FORMAT,
            "suite": SUITE,
            "from": draft.manifest.sender,
            "to": draft.manifest.receiver,
            "key": sealer.key_id,
        }
    ).encode()
    payload = write(
        {
            "manifest": draft.manifest_text,
            "signatures": [signature.to_json() for signature in signatures],
            "messages": draft.messages,
        }
    ).encode()
    return header + b"\n" + sealer.seal(payload, pae(BATCH_FORMAT, header))


def open_batch(body: bytes, *, partner: str, me: str, opener: Opener, verifier: Verifier, floor: Collection[Algorithm]) -> Batch:
    """Open and verify a body that came over the connection of `partner`. floor: what the agreements with him ask of a signature.

    Raises:
        EnvelopeRefused: and nothing else, whatever the bytes are.
    """
    with refusing():
        key_id, header, sealed = _read_outer(body, partner, me)
        payload = opener.open(key_id, sealed, pae(BATCH_FORMAT, header))
        text, signatures, messages = _read_payload(payload)
        verifier.verify(partner, Purpose.MANIFEST, text.encode(), signatures, floor)
    manifest = read_manifest(text)
    _check_audience(manifest.sender, manifest.receiver, partner, me)
    _check_messages(manifest, messages)
    return Batch(manifest, text, signatures, messages)


def _read_outer(body: bytes, partner: str, me: str) -> tuple[str, bytes, bytes]:
    """Key id, exact header bytes, sealed bytes."""
    if len(body) > MAX_BODY:
        raise EnvelopeRefused("too_large", f"more than {MAX_BODY} bytes")
    header, newline, sealed = body.partition(b"\n")
    if not newline:
        raise EnvelopeRefused("malformed", "no header line")
    data = object_of(read_json(header, max_bytes=MAX_HEADER, max_depth=2), "header", BATCH_FORMAT)
    if data.get("suite") != SUITE:
        raise EnvelopeRefused("unknown_suite", str(data.get("suite"))[:80])
    _check_audience(text_of(data, "from", AGENCY), text_of(data, "to", AGENCY), partner, me)
    return text_of(data, "key", KEY_ID), header, sealed


def _read_payload(payload: bytes) -> tuple[str, tuple[Signature, ...], tuple[str | None, ...]]:
    data = object_of(read_json(payload, max_bytes=MAX_BODY, max_depth=4), "payload")
    text = data.get("manifest")
    if not isinstance(text, str):
        raise refuse("manifest", "missing")
    messages = list_of(data, "messages", MAX_MESSAGES)
    for at, message in enumerate(messages):
        if message is not None and not isinstance(message, str):
            raise refuse(f"messages/{at}", "not_text")
    listed = list_of(data, "signatures", len(ALGORITHMS))
    return text, tuple(read_signature(item, f"signatures/{at}") for at, item in enumerate(listed)), tuple(messages)


def _check_audience(sender: str, receiver: str, partner: str, me: str) -> None:
    if sender != partner:
        raise EnvelopeRefused("wrong_sender", f"from {sender}, brought by {partner}")
    if receiver != me:
        raise EnvelopeRefused("wrong_audience", f"for {receiver}")


def _check_messages(manifest: Manifest, messages: Sequence[str | None]) -> None:
    if len(messages) != len(manifest.messages):
        raise EnvelopeRefused("count_differs", f"{len(manifest.messages)} announced, {len(messages)} here")
    for seq, (text, digest) in enumerate(zip(messages, manifest.digests, strict=True), manifest.first):
        if (text is None) != (seq in manifest.withdrawn):
            raise EnvelopeRefused("withdrawn_differs", f"message {seq}")
        if text is not None and message_digest(text) != digest:
            raise EnvelopeRefused("digest_differs", f"message {seq}")
