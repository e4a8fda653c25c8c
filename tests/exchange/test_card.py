"""Cards: strict, signed by the keys they name, and a fingerprint over what matters."""

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.exchange.agencies import NOW, A, B, keys_of

from rabet.exchange.card import Card, SignedCard, read_signed_card, sign_card
from rabet.exchange.tls import make_authority
from rabet.records.bad_input import BadInput
from rabet.records.signing import ALGORITHMS, BadSignature, Purpose

NAMES = {"en": "Alborz", "fa": "البرز", "az": "Əlburz", "ru": "Альборз"}


@cache
def authority(agency: str) -> str:
    return make_authority(agency, NOW).certificate.decode()


@cache
def card_of(agency: str) -> Card:
    return Card(
        agency=agency,
        names=NAMES,
        state="XA",
        url="https://127.0.0.1:8443",
        keys=keys_of(agency).public,
        ca=authority(agency),
        made_at=NOW,
    )


@cache
def signed_card() -> SignedCard:
    return sign_card(card_of(A), keys_of(A))


def resigned(**changes: object) -> str:
    """The card with changes, signed anew by its own keys: what a careless or hostile maker could hand over."""
    text = json.dumps({**json.loads(signed_card().text), **changes}, ensure_ascii=False)
    signatures = keys_of(A).sign(Purpose.CARD, text.encode(), ALGORITHMS)
    return json.dumps({"card": text, "signatures": [signature.to_json() for signature in signatures]})


def test_a_card_comes_back_as_it_was_made() -> None:
    read = read_signed_card(signed_card().to_text())
    assert read == signed_card()
    assert read.card == card_of(A)


def test_unknown_keys_are_kept_in_the_signed_text() -> None:
    read = read_signed_card(resigned(telephone="+000"))
    assert json.loads(read.text)["telephone"] == "+000"


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "rabet-card/2"},
        {"agency": "Alborz"},
        {"agency": "alborz/../khazar"},
        {"agency": 7},
        {"names": {"en": "Alborz"}},
        {"names": {**NAMES, "fa": "a\u202eb"}},
        {"names": []},
        {"state": "IRN"},
        {"url": "http://127.0.0.1"},
        {"url": "https://user@host"},
        {"keys": []},
        {"keys": [{"algorithm": "ed25519", "public": "AAAA"}]},
        {"ca": "no certificate"},
        {"ca": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"},
        {"made_at": "yesterday"},
        {"made_at": "2026-13-01T00:00:00Z"},
    ],
)
def test_each_field_is_checked(changes: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        read_signed_card(resigned(**changes))


def test_a_key_named_twice_or_missing_is_refused() -> None:
    listed = json.loads(signed_card().text)["keys"]
    for keys in ([*listed[:2], listed[0]], listed[:2], [*listed[:2], {**listed[2], "algorithm": "rsa"}]):
        with pytest.raises(BadInput):
            read_signed_card(resigned(keys=keys))


def test_a_card_is_signed_by_every_key_it_names() -> None:
    found = json.loads(signed_card().to_text())
    with pytest.raises(BadSignature, match="missing_signature"):
        read_signed_card(json.dumps({**found, "signatures": found["signatures"][:1]}))
    other = keys_of(B).sign(Purpose.CARD, signed_card().text.encode(), ALGORITHMS)
    with pytest.raises(BadSignature, match="unknown_key"):
        read_signed_card(json.dumps({**found, "signatures": [signature.to_json() for signature in other]}))


def test_no_changed_byte_of_a_card_is_accepted() -> None:
    text = bytearray(signed_card().to_text().encode())
    for at in range(0, len(text), 17):
        changed = bytes(text[:at]) + bytes([text[at] ^ 0x04]) + bytes(text[at + 1 :])
        with pytest.raises((BadInput, BadSignature)):
            read_signed_card(changed)


@given(
    st.binary(max_size=300)
    | st.recursive(st.none() | st.text(max_size=9), lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner)).map(
        lambda data: json.dumps({"card": data}).encode()
    )
)
def test_anything_else_is_bad_input(data: bytes) -> None:
    with pytest.raises(BadInput):
        read_signed_card(data)


def test_the_fingerprint_covers_agency_keys_and_authority_and_nothing_that_may_change() -> None:
    mine = card_of(A)
    assert mine.fingerprint() == replace(mine, url="https://[::1]:9", names={**NAMES, "en": "X"}).fingerprint()
    for other in (
        replace(mine, agency=B),
        replace(mine, keys=keys_of(B).public),
        replace(mine, keys=replace(mine.keys, hpke=keys_of(B).public.hpke)),
        replace(mine, keys=replace(mine.keys, ml_dsa_65=keys_of(B).public.ml_dsa_65)),
        replace(mine, ca=authority(B)),
    ):
        assert other.fingerprint() != mine.fingerprint()
