"""Keys: what they sign and open, and what the ring refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.exchange.agencies import A, B, C, keyring, keys_of

from rabet.agreements.terms import SUITES
from rabet.exchange.keys import SUITE, AgencyKeys, CannotOpen, KeyringVerifier, PublicKeys
from rabet.records.bad_input import BadInput
from rabet.records.signing import ALGORITHMS, BadSignature, Purpose, Signature

PURPOSES = [purpose for purpose in Purpose if purpose is not Purpose.CHECKPOINT]
BOTH = ALGORITHMS


def reason_of(agency: str, purpose: Purpose, data: bytes, signatures: tuple[Signature, ...], floor: tuple[str, ...] = BOTH) -> str:
    try:
        keyring().verify(agency, purpose, data, signatures, floor)  # type: ignore[arg-type]
    except BadSignature as error:
        return error.reason
    return "accepted"


def test_both_algorithms_sign_and_both_are_verified() -> None:
    signatures = keys_of(A).sign(Purpose.MANIFEST, b"text", BOTH)
    assert [signature.algorithm for signature in signatures] == list(BOTH)
    assert reason_of(A, Purpose.MANIFEST, b"text", signatures) == "accepted"
    for broken in range(2):
        changed = [Signature(s.algorithm, s.key_id, bytes(len(s.value)) if at == broken else s.value) for at, s in enumerate(signatures)]
        assert reason_of(A, Purpose.MANIFEST, b"text", tuple(changed), ("ed25519",)) == "does_not_verify"


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_signature_is_void_for_every_other_purpose(purpose: Purpose) -> None:
    signatures = keys_of(A).sign(purpose, b"text")
    for other in PURPOSES:
        assert (reason_of(A, other, b"text", signatures, ("ed25519",)) == "accepted") == (other is purpose)


def test_the_floor_is_not_negotiable() -> None:
    classical, post_quantum = keys_of(A).sign(Purpose.RECEIPT, b"text", BOTH)
    assert reason_of(A, Purpose.RECEIPT, b"text", (classical,)) == "missing_signature"
    assert reason_of(A, Purpose.RECEIPT, b"text", (post_quantum,), ("ml-dsa-65",)) == "missing_signature"
    assert reason_of(A, Purpose.RECEIPT, b"text", (), ()) == "missing_signature"
    assert reason_of(A, Purpose.RECEIPT, b"text", (classical, classical, post_quantum)) == "repeated_algorithm"


def test_unknown_agencies_keys_and_algorithms_are_refused() -> None:
    (signature,) = keys_of(A).sign(Purpose.RECEIPT, b"text")
    ring = KeyringVerifier({A: [keys_of(A).public]})
    for agency, given_signature, reason in (
        (B, signature, "unknown_agency"),
        (A, Signature("ed25519", "0" * 16, signature.value), "unknown_key"),
        (A, Signature("rot13", signature.key_id, signature.value), "unknown_algorithm"),  # type: ignore[arg-type]
        (A, Signature("ed25519", keys_of(A).public.key_ids["ml-dsa-65"], signature.value), "wrong_algorithm"),
    ):
        with pytest.raises(BadSignature) as error:
            ring.verify(agency, Purpose.RECEIPT, b"text", (given_signature,))
        assert error.value.reason == reason


def test_one_agency_cannot_sign_for_another() -> None:
    assert reason_of(B, Purpose.RECEIPT, b"text", keys_of(A).sign(Purpose.RECEIPT, b"text"), ("ed25519",)) == "unknown_key"


def test_two_generations_of_keys_stand_side_by_side() -> None:
    ring = KeyringVerifier({A: [keys_of(A).public, keys_of(C).public]})
    for keys in (keys_of(A), keys_of(C)):
        ring.verify(A, Purpose.RECEIPT, b"text", keys.sign(Purpose.RECEIPT, b"text", BOTH), BOTH)


def test_sealed_text_opens_for_its_owner_and_its_header_only() -> None:
    sealed = keys_of(B).public.seal(b"clear", b"header")
    key_id = keys_of(B).public.key_id
    assert keys_of(B).open(key_id, sealed, b"header") == b"clear"
    for keys, name, text, info in (
        (keys_of(B), key_id, sealed, b"other header"),
        (keys_of(A), key_id, sealed, b"header"),
        (keys_of(A), keys_of(A).public.key_id, sealed, b"header"),
        (keys_of(B), key_id, sealed[:-1], b"header"),
        (keys_of(B), key_id, b"", b"header"),
    ):
        with pytest.raises(CannotOpen):
            keys.open(name, text, info)


def test_keys_survive_being_saved_and_stay_out_of_sight() -> None:
    keys = AgencyKeys.generate()
    assert AgencyKeys.load(keys.save()).public == keys.public
    assert keys.seeds["ed25519"].hex() not in repr(keys)
    assert "seeds" not in repr(keys)


@given(st.binary(max_size=200))
def test_broken_key_files_are_bad_input(data: bytes) -> None:
    with pytest.raises(BadInput):
        AgencyKeys.load(data)


def test_public_keys_for_which_anybody_can_sign_are_refused() -> None:
    field = 2**255 - 19
    curve_d = -121665 * pow(121666, -1, field) % field
    for y in small_order_points(field, curve_d):
        for encoded in (y, y + field):
            for sign in (0, 1 << 255):
                if encoded < 2**255:
                    refused((encoded | sign).to_bytes(32, "little"))


def small_order_points(field: int, d: int) -> set[int]:
    """The y of all eight points of -x^2 + y^2 = 1 + d x^2 y^2 whose order divides 8."""
    root = pow(2, (field - 1) // 4, field)  # of -1
    points = {(0, 1), (0, field - 1), (root, 0), (field - root, 0)}
    # Points of order 8 double to (+-root, 0): y^2 + x^2 = 0, and with the curve d y^4 + 2 y^2 - 1 = 0.
    squares = [(-1 + part) * pow(d, -1, field) % field for part in roots((1 + d) % field, field)]
    points |= {(sign * root * y % field, y) for square in squares for y in roots(square, field) for sign in (1, -1)}
    assert len(points) == 8
    assert all((-x * x + y * y - 1 - d * x * x * y * y) % field == 0 for x, y in points)
    return {y for _, y in points}


def roots(square: int, field: int) -> list[int]:
    root = pow(square, (field + 3) // 8, field)
    if root * root % field != square % field:
        root = root * pow(2, (field - 1) // 4, field) % field
    return sorted({root, field - root}) if root * root % field == square % field else []


def refused(ed25519: bytes) -> None:
    with pytest.raises(BadInput):
        PublicKeys(ed25519, keys_of(A).public.ml_dsa_65, keys_of(A).public.hpke)


def test_the_suite_is_one_that_agreements_name() -> None:
    assert SUITE in SUITES
