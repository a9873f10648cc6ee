"""Whether a PKCS#7 signature holds: content, key, time, chain, revocation, and whose it is. Pure.

Certificates are judged by OpenSSL, at the moment at which we receive the signature: a signer's clock proves
nothing, and whoever has a revoked key could set it back."""

import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import NameOID
from OpenSSL import crypto
from pyasn1.error import PyAsn1Error

from core.pkcs7 import model, wire
from core.pkcs7.model import Signer, Trust
from core.pkcs7.wire import Parts

DIGESTS: Final[dict[str, type[hashes.HashAlgorithm]]] = {
    "2.16.840.1.101.3.4.2.1": hashes.SHA256,
    "2.16.840.1.101.3.4.2.2": hashes.SHA384,
    "2.16.840.1.101.3.4.2.3": hashes.SHA512,
}
SIGNATURES: Final[dict[str, type[hashes.HashAlgorithm] | None]] = {
    "1.2.840.113549.1.1.1": None,  # RSA, hashed as the digest says
    "1.2.840.113549.1.1.11": hashes.SHA256,
    "1.2.840.113549.1.1.12": hashes.SHA384,
    "1.2.840.113549.1.1.13": hashes.SHA512,
    "1.2.840.10045.4.3.2": hashes.SHA256,  # ECDSA
    "1.2.840.10045.4.3.3": hashes.SHA384,
    "1.2.840.10045.4.3.4": hashes.SHA512,
    "1.3.101.112": hashes.SHA512,  # Ed25519 hashes by itself
}
EXPIRED: Final = {9, 10}
REVOKED: Final = {23}
NO_LIST: Final = {3, 11, 12}
"""Errors of OpenSSL's `X509_V_ERR_`: not yet valid, expired; revoked; no list, or none of this time."""
UNREADABLE: Final = (
    ValueError,
    crypto.Error,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    UnsupportedAlgorithm,
)
"""What the libraries raise over a certificate that they cannot read; anybody may put one in."""
LEAST_RSA: Final = 2048
PINFL_DIGITS: Final = 14


def signer(pkcs7: bytes, content: bytes, *, trust: Trust, now: datetime) -> Signer:
    """A refusal of `core.pkcs7.model`: it does not hold, and why."""
    try:
        return _signer(pkcs7, content, trust=trust, now=now)
    except UNREADABLE:
        raise model.SignatureUnreadable from None


def _signer(pkcs7: bytes, content: bytes, *, trust: Trust, now: datetime) -> Signer:
    parts = wire.read(pkcs7)
    certificates = [x509.load_der_x509_certificate(one) for one in parts.certificates]
    certificate = _own(parts, certificates)
    if parts.content is not None and not hmac.compare_digest(parts.content, content):
        raise model.SignatureContent
    _signed(parts, content, certificate)
    signed_at = _time(parts)
    if signed_at is not None and abs(signed_at - now) > model.CLOCK:
        raise model.SignatureTime
    grounds = _trusted(certificate, certificates, trust=trust, now=now)
    return Signer(
        _pinfl(certificate),
        _one(certificate, model.TIN),
        _name(certificate),
        signed_at or now,
        _one(certificate, NameOID.COMMON_NAME) or "",
        (certificate.not_valid_before_utc, certificate.not_valid_after_utc),
        grounds,
    )


def _own(parts: Parts, certificates: Sequence[x509.Certificate]) -> x509.Certificate:
    """The one that the signer is named by."""
    for one in certificates:
        if one.serial_number == parts.number and one.issuer.public_bytes() == parts.issuer:
            return one
    raise model.SignatureUnreadable


def _signed(parts: Parts, content: bytes, certificate: x509.Certificate) -> None:
    """The attributes name this content, and the key has signed them; without any, the content itself."""
    digest, by = DIGESTS.get(parts.digest_algorithm), parts.signature_algorithm
    if digest is None or by not in SIGNATURES:
        raise model.SignatureAlgorithm
    signed = content
    if parts.signed is not None:
        try:
            named = wire.octets(parts.attributes[wire.DIGEST])
            kind = wire.identifier(parts.attributes[wire.CONTENT_TYPE])
        except (KeyError, PyAsn1Error):
            raise model.SignatureUnreadable from None
        if kind != parts.content_type or not hmac.compare_digest(named, _hashed(digest, content)):
            raise model.SignatureContent
        signed = parts.signed
    _checked(certificate, parts.signature, signed, SIGNATURES[by] or digest)


def _hashed(by: type[hashes.HashAlgorithm], content: bytes) -> bytes:
    made = hashes.Hash(by())
    made.update(content)
    return made.finalize()


def _checked(
    certificate: x509.Certificate, signature: bytes, signed: bytes, by: type[hashes.HashAlgorithm]
) -> None:
    try:
        key = certificate.public_key()
    except (UnsupportedAlgorithm, ValueError):
        raise model.SignatureAlgorithm from None
    try:
        if isinstance(key, rsa.RSAPublicKey) and key.key_size >= LEAST_RSA:
            key.verify(signature, signed, padding.PKCS1v15(), by())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, signed, ec.ECDSA(by()))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, signed)
        else:
            raise model.SignatureAlgorithm
    except InvalidSignature:
        raise model.SignatureWrong from None


def _time(parts: Parts) -> datetime | None:
    try:
        return wire.moment(parts.attributes[wire.TIME]) if wire.TIME in parts.attributes else None
    except (PyAsn1Error, ValueError):
        raise model.SignatureUnreadable from None


def _trusted(
    certificate: x509.Certificate, sent: Sequence[x509.Certificate], *, trust: Trust, now: datetime
) -> Trust:
    """The chain up to an anchor, each link valid now and on no list: gives that anchor and those lists."""
    if not _may_sign(certificate):
        raise model.CertificateUntrusted
    store = crypto.X509Store()
    for anchor in trust.anchors:
        store.add_cert(crypto.X509.from_cryptography(anchor))
    for one in trust.lists:
        store.add_crl(one)
    store.set_flags(crypto.X509StoreFlags.CRL_CHECK | crypto.X509StoreFlags.CRL_CHECK_ALL)
    store.set_time(now.astimezone(UTC))
    between = [crypto.X509.from_cryptography(one) for one in sent if one != certificate]
    context = crypto.X509StoreContext(store, crypto.X509.from_cryptography(certificate), between)
    try:
        chain = [one.to_cryptography() for one in context.get_verified_chain()]
    except crypto.X509StoreContextError as why:
        raise _refusal(why.errors[0]) from None
    issuers = {link.issuer for link in chain}
    return Trust([chain[-1]], [one for one in trust.lists if one.issuer in issuers])


def _refusal(error: int) -> Exception:
    if error in EXPIRED:
        return model.CertificateExpired()
    if error in REVOKED:
        return model.CertificateRevoked()
    return model.RevocationUnknown() if error in NO_LIST else model.CertificateUntrusted()


def _may_sign(certificate: x509.Certificate) -> bool:
    """Its key is for signatures, and it is no authority's."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        is_for_it = usage.digital_signature or usage.content_commitment
    except x509.ExtensionNotFound:
        is_for_it = True
    try:
        is_authority = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        is_authority = False
    return is_for_it and not is_authority


def _pinfl(certificate: x509.Certificate) -> str:
    found = _one(certificate, model.PINFL)
    if found is None or len(found) != PINFL_DIGITS or not (found.isascii() and found.isdecimal()):
        raise model.SignerUnnamed
    return found


def _one(certificate: x509.Certificate, kind: x509.ObjectIdentifier) -> str | None:
    found = certificate.subject.get_attributes_for_oid(kind)
    return str(found[0].value) if len(found) == 1 else None


def _name(certificate: x509.Certificate) -> str:
    return f"{certificate.issuer.rfc4514_string()}/{certificate.serial_number:x}"
