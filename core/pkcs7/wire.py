"""The parts of a PKCS#7 signature (RFC 5652), read by `pyasn1`: nothing is believed yet."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pyasn1.codec.ber import decoder as ber
from pyasn1.codec.der import decoder as der
from pyasn1.codec.der import encoder
from pyasn1.error import PyAsn1Error
from pyasn1.type import univ
from pyasn1_modules import rfc5652

from core.pkcs7.model import MOST_BYTES, SignatureUnreadable

CONTENT_TYPE: Final = str(rfc5652.id_contentType)
DIGEST: Final = str(rfc5652.id_messageDigest)
TIME: Final = str(rfc5652.id_signingTime)


@dataclass(frozen=True, slots=True)
class Parts:
    content: bytes | None
    """None: it is detached."""
    content_type: str
    certificates: Sequence[bytes]
    """DER."""
    issuer: bytes
    """Of the signer's certificate, DER,"""
    number: int
    digest_algorithm: str
    signature_algorithm: str
    attributes: Mapping[str, bytes]
    """The signed ones, each with its one value in DER; empty: the content itself was signed."""
    signed: bytes | None
    """What the signature is over, where there are attributes."""
    signature: bytes


def plain(text: str) -> bytes:
    """From base64, as it comes from a browser."""
    try:
        found = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise SignatureUnreadable from None
    return found


def read(pkcs7: bytes) -> Parts:
    """One signer, named by issuer and number."""
    if len(pkcs7) > MOST_BYTES:
        raise SignatureUnreadable
    try:
        return _read(pkcs7)
    except (PyAsn1Error, ValueError, TypeError, KeyError, IndexError, RecursionError):
        raise SignatureUnreadable from None


def _read(pkcs7: bytes) -> Parts:
    outer, rest = ber.decode(pkcs7, asn1Spec=rfc5652.ContentInfo())
    if rest or outer["contentType"] != rfc5652.id_signedData:
        raise SignatureUnreadable
    said, _ = ber.decode(bytes(outer["content"]), asn1Spec=rfc5652.SignedData())
    (signer,) = said["signerInfos"]
    named = signer["sid"]["issuerAndSerialNumber"]
    inner = said["encapContentInfo"]
    attributes = _attributes(signer)
    return Parts(
        bytes(inner["eContent"]) if inner["eContent"].isValue else None,
        str(inner["eContentType"]),
        _certificates(said),
        encoder.encode(named["issuer"]),
        int(named["serialNumber"]),
        str(signer["digestAlgorithm"]["algorithm"]),
        str(signer["signatureAlgorithm"]["algorithm"]),
        attributes,
        _as_set(signer) if attributes else None,
        bytes(signer["signature"]),
    )


def _certificates(said: Any) -> list[bytes]:
    if not said["certificates"].isValue:
        return []
    return [encoder.encode(one["certificate"]) for one in said["certificates"]]


def _attributes(signer: Any) -> dict[str, bytes]:
    """Each kind once, with one value."""
    if not signer["signedAttrs"].isValue:
        return {}
    found: dict[str, bytes] = {}
    for one in signer["signedAttrs"]:
        kind = str(one["attrType"])
        (value,) = one["attrValues"]
        if kind in found:
            raise SignatureUnreadable
        found[kind] = bytes(value)
    return found


def _as_set(signer: Any) -> bytes:
    """Signed is the plain SET OF them, not the tagged one that is sent (RFC 5652, 5.4)."""
    whole = univ.SetOf(componentType=rfc5652.Attribute())
    whole.extend(signer["signedAttrs"])
    made: bytes = encoder.encode(whole)
    return made


def octets(value: bytes) -> bytes:
    """The digest in its attribute."""
    found, rest = der.decode(value, asn1Spec=univ.OctetString())
    if rest:
        raise SignatureUnreadable
    return bytes(found)


def identifier(value: bytes) -> str:
    return str(der.decode(value, asn1Spec=univ.ObjectIdentifier())[0])


def moment(value: bytes) -> datetime:
    """UTCTime or GeneralizedTime."""
    found, _ = der.decode(value, asn1Spec=rfc5652.SigningTime())
    at: datetime = found[found.getName()].asDateTime
    return at
