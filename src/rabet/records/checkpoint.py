"""C2SP checkpoints: the head of a log as a signed note, and the cosignature by which a witness vouches for it.

Forms: c2sp.org/signed-note, c2sp.org/tlog-checkpoint, c2sp.org/tlog-cosignature (Ed25519). The bytes to sign go to a Signer port;
what a partner's witness tool writes can be read here and the other way round.
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256

from rabet.records.bad_input import refuse
from rabet.records.merkle import HASH_BYTES
from rabet.records.signing import BadSignature, Purpose, Signature, Signer, Verifier, key_id_of, pae, read_base64

ED25519, COSIGNATURE = 0x01, 0x04
MAX_NOTE, MAX_SIGNATURES = 100_000, 64
_KEY_ID_BYTES, _TIME_BYTES, _LATEST = 4, 8, 2**63
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_NAME = re.compile(r"[^\s+]{1,200}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_DASH = "\N{EM DASH} "


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """origin: which log; size: leaves; root: RFC 6962 root (32 bytes); extensions: further lines, kept and signed but without meaning here."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """The note text: what is signed, with its last newline."""
        return "\n".join((self.origin, str(self.size), b64encode(self.root).decode(), *self.extensions, ""))


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line. key_id: 4 bytes; value: the signature, after 8 bytes of time in a cosignature."""

    name: str
    key_id: bytes
    value: bytes

    def line(self) -> str:
        """The line as it stands in the note, with its newline."""
        return f"{_DASH}{self.name} {b64encode(self.key_id + self.value).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A checkpoint and the signature lines below it, of known and unknown keys."""

    checkpoint: Checkpoint
    signatures: tuple[NoteSignature, ...]

    def text(self) -> str:
        """The whole note: text, blank line, signature lines."""
        return self.checkpoint.text() + "\n" + "".join(signature.line() for signature in self.signatures)


def link_origin(sender: str, receiver: str, lane: str) -> str:
    """Origin of the log of one lane in one direction."""
    return f"rabet/link/{sender}/{receiver}/{lane}"


def audit_origin(agency: str) -> str:
    """Origin of a node's audit log."""
    return f"rabet/audit/{agency}"


def witness_name(agency: str) -> str:
    """Key name under which an agency cosigns its partners' logs."""
    return f"rabet/witness/{agency}"


def read_checkpoint(text: str) -> Checkpoint:
    """Read a note text.

    Raises:
        BadInput: fewer than three lines, an empty line, a size or root out of form, no newline at the end.
    """
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() or not all(lines) or _CONTROL.search(text):
        raise refuse("checkpoint", "wrong_form", value=text[:40])
    origin, size, root, *extensions = lines
    if not _SIZE.fullmatch(size):
        raise refuse("checkpoint/size", "wrong_form", value=size[:40])
    digest = read_base64(root, "checkpoint/root")
    if len(digest) != HASH_BYTES:
        raise refuse("checkpoint/root", "wrong_form", value=root[:60])
    return Checkpoint(origin, int(size), digest, tuple(extensions))


def read_note(text: str) -> Note:
    """Read a checkpoint with its signature lines. Nothing is verified yet.

    Raises:
        BadInput: too large, no signature, or a line out of form.
    """
    if len(text) > MAX_NOTE:
        raise refuse("checkpoint", "too_large", limit=MAX_NOTE)
    body, blank, lines = text.rpartition("\n\n")
    if not blank or not lines.endswith("\n") or lines.count("\n") > MAX_SIGNATURES or _CONTROL.search(text):
        raise refuse("checkpoint/signatures", "missing")
    return Note(read_checkpoint(body + "\n"), tuple(_read_line(line) for line in lines[:-1].split("\n")))


def _read_line(line: str) -> NoteSignature:
    name, space, value = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space or not _NAME.fullmatch(name):
        raise refuse("checkpoint/signatures", "wrong_form", value=line[:40])
    data = read_base64(value, "checkpoint/signatures")
    if len(data) <= _KEY_ID_BYTES:
        raise refuse("checkpoint/signatures", "wrong_form", value=line[:40])
    return NoteSignature(name, data[:_KEY_ID_BYTES], data[_KEY_ID_BYTES:])


def note_key_id(name: str, form: int, public_key: bytes) -> bytes:
    """Key id of a note signature: 4 bytes of SHA-256 over name, newline, form byte and public key (signed-note)."""
    return sha256(name.encode() + b"\n" + bytes((form,)) + public_key).digest()[:_KEY_ID_BYTES]


def sign_checkpoint(checkpoint: Checkpoint, public_key: bytes, signer: Signer) -> NoteSignature:
    """Sign as the log itself; the key's name is the origin. public_key: the signer's raw Ed25519 key."""
    (signature,) = signer.sign(Purpose.CHECKPOINT, checkpoint.text().encode())
    return NoteSignature(checkpoint.origin, note_key_id(checkpoint.origin, ED25519, public_key), signature.value)


def cosign(checkpoint: Checkpoint, agency: str, time: int, public_key: bytes, signer: Signer) -> NoteSignature:
    """Vouch as witness: at `time` (POSIX seconds) this is the largest tree seen of this log, and it continues all seen before."""
    (signature,) = signer.sign(Purpose.CHECKPOINT, _cosigned(checkpoint, time))
    name = witness_name(agency)
    return NoteSignature(name, note_key_id(name, COSIGNATURE, public_key), time.to_bytes(_TIME_BYTES, "big") + signature.value)


def _cosigned(checkpoint: Checkpoint, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{checkpoint.text()}".encode()


def check_log_signature(note: Note, agency: str, public_key: bytes, verifier: Verifier) -> None:
    """Accept a note that the log's owner signed.

    Raises:
        BadSignature: no line of this key, or one that does not verify.
    """
    origin = note.checkpoint.origin
    for signature in _lines_of(note, origin, note_key_id(origin, ED25519, public_key)):
        _verify(verifier, agency, public_key, note.checkpoint.text().encode(), signature.value)


def check_cosignature(note: Note, agency: str, public_key: bytes, verifier: Verifier) -> int:
    """Accept a note that the witness cosigned and return the time it named (POSIX seconds).

    Raises:
        BadSignature: no line of this key, or one that does not verify.
    """
    name, time = witness_name(agency), 0
    for signature in _lines_of(note, name, note_key_id(name, COSIGNATURE, public_key)):
        time = int.from_bytes(signature.value[:_TIME_BYTES], "big")
        if time >= _LATEST:
            raise BadSignature("bad_time", name)
        _verify(verifier, agency, public_key, _cosigned(note.checkpoint, time), signature.value[_TIME_BYTES:])
    return time


def _lines_of(note: Note, name: str, key_id: bytes) -> list[NoteSignature]:
    """All lines of a known key: there must be one, and each must verify (signed-note)."""
    found = [signature for signature in note.signatures if (signature.name, signature.key_id) == (name, key_id)]
    if not found:
        raise BadSignature("missing_signature", name)
    return found


def _verify(verifier: Verifier, agency: str, public_key: bytes, message: bytes, value: bytes) -> None:
    signature = Signature("ed25519", key_id_of(public_key), value)
    verifier.verify(agency, Purpose.CHECKPOINT, message, (signature,))


def blinded_root(size: int, root: bytes, blind: bytes) -> bytes:
    """Digest that a node places in its link logs so that partners witness its audit log without learning of it. blind: 16 random bytes."""
    return sha256(pae("rabet-audit-root/1", blind + size.to_bytes(_TIME_BYTES, "big") + root)).digest()
