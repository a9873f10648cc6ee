"""Certificate authorities that do not exist, and people who sign with what these issue them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

from core import clock
from core.pkcs7.model import PINFL, TIN

NOBODY, SOMEBODY = "30101909990015", "40202909990026"
"""Fake: of area 999."""
YEAR = timedelta(days=365)
Key = Any


@dataclass
class Authority:
    """`above` issued its certificate; none: it stands for itself."""

    name: str = "Sinov markazi"
    above: "Authority | None" = None
    key: Key = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    revoked: list[int] = field(default_factory=list)
    listed_at: datetime = field(default_factory=lambda: clock.now() - timedelta(hours=1))
    certificate: x509.Certificate = field(init=False)

    def __post_init__(self) -> None:
        issuer = self.above or self
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        self.certificate = (
            _begun(_named(self.name), self.key.public_key(), _named(issuer.name), ends=YEAR)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .sign(issuer.key, hashes.SHA256())
        )

    def issue(
        self, pinfl: str | None = NOBODY, *, key: Key = None, ends: timedelta = YEAR, tin: str | None = None
    ) -> "Person":
        held = key or ec.generate_private_key(ec.SECP256R1())
        said = [x509.NameAttribute(NameOID.COMMON_NAME, "SINOV NAMUNA")]
        said += [x509.NameAttribute(PINFL, pinfl)] if pinfl else []
        said += [x509.NameAttribute(TIN, tin)] if tin else []
        made = _begun(x509.Name(said), held.public_key(), _named(self.name), ends=ends)
        return Person(held, made.sign(self.key, hashes.SHA256()), self)

    def crl(self) -> x509.CertificateRevocationList:
        made = x509.CertificateRevocationListBuilder().issuer_name(_named(self.name))
        made = made.last_update(self.listed_at).next_update(self.listed_at + timedelta(days=1))
        for number in self.revoked:
            one = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(self.listed_at)
            made = made.add_revoked_certificate(one.build())
        return made.sign(self.key, hashes.SHA256())


@dataclass
class Person:
    key: Key
    certificate: x509.Certificate
    authority: Authority

    def sign(self, content: bytes, *, is_detached: bool = False, by: Key = None) -> bytes:
        """As E-IMZO's `create_pkcs7` does; `by`: with somebody else's key."""
        made = pkcs7.PKCS7SignatureBuilder().set_data(content)
        made = made.add_signer(self.certificate, by or self.key, hashes.SHA256())
        made = made.add_certificate(self.authority.certificate)
        options = [pkcs7.PKCS7Options.Binary]
        options += [pkcs7.PKCS7Options.DetachedSignature] if is_detached else []
        return made.sign(serialization.Encoding.DER, options)


def keep(folder: Path, authorities: Sequence[Authority]) -> Path:
    """As an operator lays them down: those that stand for themselves, and everybody's list."""
    folder.mkdir(exist_ok=True)
    for n, one in enumerate(authorities):
        if one.above is None:
            pem = one.certificate.public_bytes(serialization.Encoding.PEM)
            (folder / f"{n}.pem").write_bytes(pem)
        (folder / f"{n}.crl").write_bytes(one.crl().public_bytes(serialization.Encoding.DER))
    return folder


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _begun(subject: x509.Name, key: Any, issuer: x509.Name, *, ends: timedelta) -> x509.CertificateBuilder:
    now = clock.now()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 2 * YEAR)
        .not_valid_after(now + ends)
    )
