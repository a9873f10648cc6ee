"""X.509 as the broker wants it: an authority, client and server certificates, a list of the revoked."""

import ipaddress
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tracking.certificates.model import Authority, Issued, UnfitSerial

FIT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
"""The name is a topic's part and the broker's user: no wildcard, no slash."""
PLATFORM: Final = frozenset({"ingest", "gateway"})
"""Names in the broker's access list that are no device's."""
EARLIER: Final = timedelta(hours=1)
"""A device's clock may be behind."""
OWN_DAYS: Final = 3650


def fit(serial: str) -> str:
    if not FIT.fullmatch(serial) or serial in PLATFORM:
        raise UnfitSerial
    return serial


def new_authority(name: str, *, now: datetime) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    named = _named(name)
    made = (
        _begun(named, key.public_key(), now=now, ends_at=now + timedelta(days=OWN_DAYS))
        .issuer_name(named)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Authority(_pem(made), _pem_key(key))


def issue_device(authority: Authority, serial: str, *, now: datetime, days: int) -> Issued:
    return _issue(authority, fit(serial), now=now, days=days, purpose=ExtendedKeyUsageOID.CLIENT_AUTH)


def issue_broker(authority: Authority, host: str, *, now: datetime, days: int) -> Issued:
    return _issue(authority, host, now=now, days=days, purpose=ExtendedKeyUsageOID.SERVER_AUTH)


def revocations(
    authority: Authority, revoked: Iterable[tuple[int, datetime]], *, now: datetime, days: int
) -> bytes:
    """The list that the broker asks: it holds until it is renewed, at most so many days."""
    parent, key = _opened(authority)
    made = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(parent.subject)
        .last_update(now - EARLIER)
        .next_update(now + timedelta(days=days))
    )
    for number, at in revoked:
        one = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(at).build()
        made = made.add_revoked_certificate(one)
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _issue(
    authority: Authority, name: str, *, now: datetime, days: int, purpose: x509.ObjectIdentifier
) -> Issued:
    parent, key = _opened(authority)
    own, ends_at = ec.generate_private_key(ec.SECP256R1()), now + timedelta(days=days)
    made = (
        _begun(_named(name), own.public_key(), now=now, ends_at=ends_at)
        .issuer_name(parent.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_alternative(name)]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Issued(made.serial_number, _pem(made), _pem_key(own), ends_at)


def _begun(
    name: x509.Name, key: ec.EllipticCurvePublicKey, *, now: datetime, ends_at: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(ends_at)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _opened(authority: Authority) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = serialization.load_pem_private_key(authority.key, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the authority's key is on no elliptic curve")
    return x509.load_pem_x509_certificate(authority.certificate), key


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _pem_key(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
