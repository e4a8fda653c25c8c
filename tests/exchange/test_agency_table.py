"""Whose certificate is it? Behind the handshake the table decides: a pinned authority speaks for its own agency and for no other."""

from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from rabet.exchange.tls import AgencyTable, Credential, make_authority, make_leaf

NOW = datetime.now(UTC)


def leaf_of(authority: Credential, name: str) -> bytes:
    """DER of a certificate for `name`."""
    made = make_leaf(authority, name, ["localhost"], NOW)
    return x509.load_pem_x509_certificate(made.certificate).public_bytes(Encoding.DER)


def test_the_authority_of_one_partner_cannot_name_another_partner() -> None:
    khazar, volga = make_authority("khazar", NOW), make_authority("volga", NOW)
    table = AgencyTable({"khazar": khazar.certificate.decode(), "volga": volga.certificate.decode()})
    assert table.agency_of(leaf_of(khazar, "khazar")) == "khazar"
    assert table.agency_of(leaf_of(volga, "volga")) == "volga"
    assert table.agency_of(leaf_of(volga, "khazar")) is None
    assert table.agency_of(leaf_of(khazar, "alborz")) is None


def test_an_authority_that_only_bears_the_name_of_a_pinned_one_speaks_for_nobody() -> None:
    table = AgencyTable({"khazar": make_authority("khazar", NOW).certificate.decode()})
    assert table.agency_of(leaf_of(make_authority("khazar", NOW), "khazar")) is None
