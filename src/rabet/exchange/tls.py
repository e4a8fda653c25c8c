"""Transport between nodes: TLS 1.3 only, a client certificate always, each partner's own certificate authority pinned.

A chain that ends at a pinned authority is not enough: `AgencyTable` says whose authority it is, so that one partner's authority
cannot vouch for another partner's name. TLS protects the way; what is said is signed and sealed besides (exchange/envelope.py).
"""

import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from threading import Lock

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_YEARS, LEAF_DAYS = 10, 397
_BACKDATED = timedelta(hours=1)  # a partner's clock may be behind ours
_MOST_REMEMBERED = 1_024


@dataclass(frozen=True, slots=True)
class Credential:
    """A private key and its certificate, both PEM."""

    key: bytes
    certificate: bytes


def make_authority(agency: str, now: datetime) -> Credential:
    """Make an agency's own certificate authority; it signs leaves only, never another authority."""
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{agency} authority")])
    builder = _certificate(name, name, key, now, timedelta(days=366 * AUTHORITY_YEARS))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_key_usage(authority=True), critical=True)
    return Credential(_pem(key), builder.sign(key, SHA256()).public_bytes(Encoding.PEM))


def make_leaf(authority: Credential, agency: str, hosts: Sequence[str], now: datetime) -> Credential:
    """Make the certificate a node shows as server and as client. hosts: names and addresses under which partners reach it."""
    issuer = x509.load_pem_x509_certificate(authority.certificate)
    issuer_key = load_pem_private_key(authority.key, None)
    if not isinstance(issuer_key, EllipticCurvePrivateKey):
        raise TypeError("an authority has an elliptic-curve key")
    key = generate_private_key(SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, agency)])
    builder = _certificate(subject, issuer.subject, key, now, timedelta(days=LEAF_DAYS))
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_key_usage(authority=False), critical=True)
    usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    builder = builder.add_extension(x509.SubjectAlternativeName([_general_name(host) for host in hosts]), critical=False)
    builder = builder.add_extension(_issuer_key_id(issuer), critical=False)
    return Credential(_pem(key), builder.sign(issuer_key, SHA256()).public_bytes(Encoding.PEM))


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, now: datetime, lasting: timedelta
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - _BACKDATED).not_valid_after(now + lasting)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _issuer_key_id(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    own = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pem(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def expires(certificate: bytes) -> datetime:
    """Return the moment a PEM certificate ends, aware UTC."""
    return x509.load_pem_x509_certificate(certificate).not_valid_after_utc


def fingerprint(certificate: bytes) -> str:
    """Hex SHA-256 of a PEM certificate's DER."""
    return sha256(ssl.PEM_cert_to_DER_cert(certificate.decode())).hexdigest()


def server_context(certificate: Path, key: Path, authorities: Iterable[str]) -> ssl.SSLContext:
    """Context of the listener: TLS 1.3 only, a client certificate of a pinned authority or no connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT
    context.num_tickets = 0  # no resumption: each connection shows its certificate
    context.load_cert_chain(certificate, key)
    _pin(context, authorities)
    return context


def client_context(certificate: Path, key: Path, authority: str) -> ssl.SSLContext:
    """Context of the pusher towards one partner: only that partner's authority, and the host name must fit."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT
    context.load_cert_chain(certificate, key)
    _pin(context, [authority])
    return context


def _pin(context: ssl.SSLContext, authorities: Iterable[str]) -> None:
    text = "\n".join(authorities)
    if text:
        context.load_verify_locations(cadata=text)


class AgencyTable:
    """Whose certificate is this? agency id -> PEM of its authority. Answers are remembered by fingerprint of the leaf."""

    def __init__(self, authorities: Mapping[str, str]) -> None:
        self._authorities = {agency: x509.load_pem_x509_certificate(pem.encode()) for agency, pem in authorities.items()}
        self._known: dict[str, str | None] = {}
        self._lock = Lock()

    def agency_of(self, leaf: bytes) -> str | None:
        """Return the agency whose authority signed this DER certificate and which it names; None when there is none."""
        digest = sha256(leaf).hexdigest()
        with self._lock:
            if digest not in self._known:
                if len(self._known) >= _MOST_REMEMBERED:
                    self._known.clear()
                self._known[digest] = self._find(x509.load_der_x509_certificate(leaf))
            return self._known[digest]

    def _find(self, leaf: x509.Certificate) -> str | None:
        names = [name.value for name in leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
        return next((agency for agency, authority in self._authorities.items() if names == [agency] and _issued(leaf, authority)), None)


def _issued(leaf: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        leaf.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
