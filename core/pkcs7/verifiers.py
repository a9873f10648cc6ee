"""Who checks signatures: we, by a folder of authorities; or E-IMZO's own server, for national algorithms."""

import asyncio
import base64
import hmac
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import httpx
from cryptography import x509

from core import clock
from core.pkcs7 import model, rules
from core.pkcs7.model import Signer, Trust

AUTHORITIES: Final = ("*.pem", "*.crt", "*.cer")
LISTS: Final = "*.crl"
PEM: Final = b"-----BEGIN"
WITHIN_S: Final = 10
STAMP: Final = "%Y-%m-%d %H:%M:%S"
PERSON: Final = model.PINFL.dotted_string
FIRM: Final = model.TIN.dotted_string


def read(folder: Path) -> Trust:
    """As it is now: a list that was fetched a moment ago counts."""
    anchors: list[x509.Certificate] = []
    for pattern in AUTHORITIES:
        for path in sorted(folder.glob(pattern)):
            content = path.read_bytes()
            if content.startswith(PEM):
                anchors += x509.load_pem_x509_certificates(content)
            else:
                anchors.append(x509.load_der_x509_certificate(content))
    lists = [path.read_bytes() for path in sorted(folder.glob(LISTS))]
    return Trust(
        anchors,
        [
            x509.load_pem_x509_crl(one) if one.startswith(PEM) else x509.load_der_x509_crl(one)
            for one in lists
        ],
    )


@dataclass(frozen=True, slots=True)
class Here:
    """RSA and ECDSA, against the operator's authorities."""

    folder: Path

    async def signer(self, pkcs7: bytes, content: bytes, *, now: datetime) -> Signer:
        return await asyncio.to_thread(lambda: rules.signer(pkcs7, content, trust=read(self.folder), now=now))


@dataclass(frozen=True, slots=True)
class Server:
    """E-IMZO-SERVER beside us: it knows O'zDSt 1092 and asks the authority by OCSP. It is believed because it
    is ours, on an address that only we reach."""

    url: str
    host: str
    """The site under which it is registered."""
    transport: httpx.AsyncBaseTransport | None = None

    async def signer(self, pkcs7: bytes, content: bytes, *, now: datetime) -> Signer:
        """What holds no document is asked for with ours."""
        sent = base64.b64encode(pkcs7)
        said = await self._ask("attached", sent)
        if said is None or not said.get("documentBase64"):
            said = await self._ask("detached", base64.b64encode(content) + b"|" + sent)
        elif not hmac.compare_digest(str(said["documentBase64"]).encode(), base64.b64encode(content)):
            raise model.SignatureContent
        if said is None:
            raise model.SignatureUnreadable
        return _signer(said, now)

    async def _ask(self, how: str, body: bytes) -> dict[str, Any] | None:
        """None: it could not read that."""
        headers = {"Host": self.host, "X-Real-IP": "127.0.0.1"}
        try:
            async with httpx.AsyncClient(transport=self.transport, timeout=WITHIN_S) as link:
                answer = await link.post(
                    f"{self.url}/backend/pkcs7/verify/{how}", content=body, headers=headers
                )
            said = answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError):
            raise model.VerifierAway from None
        info = said.get("pkcs7Info") if isinstance(said, dict) and said.get("status") == 1 else None
        return info if isinstance(info, dict) else None


def _signer(said: dict[str, Any], now: datetime) -> Signer:
    """One signer, of whom everything is true."""
    try:
        (one,) = said["signers"]
        first = one["certificate"][0]
        subject, number = first["subjectInfo"], f"{first['issuerName']}/{first['serialNumber']}"
        signed_at = datetime.strptime(one["signingTime"], STAMP).replace(tzinfo=clock.HERE)
    except (KeyError, ValueError, TypeError, IndexError):
        raise model.SignatureUnreadable from None
    if one.get("verified") is not True:
        raise model.SignatureWrong
    if one.get("revokedStatusInfo"):
        raise model.CertificateRevoked
    if one.get("certificateValidAtSigningTime") is not True:
        raise model.CertificateExpired
    if one.get("certificateVerified") is not True or one.get("exception"):
        raise model.CertificateUntrusted
    if abs(signed_at - now) > model.CLOCK:
        raise model.SignatureTime
    pinfl = subject.get(PERSON)
    if not isinstance(pinfl, str) or len(pinfl) != rules.PINFL_DIGITS:
        raise model.SignerUnnamed
    return Signer(pinfl, subject.get(FIRM), number, signed_at, str(subject.get("CN", "")))
