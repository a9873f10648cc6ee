"""Who signed, what we trust, and each way in which a signature may not hold. Knows no account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final, Protocol

from cryptography import x509

from core.errors import Invalid, Refusal

PINFL: Final = x509.ObjectIdentifier("1.2.860.3.16.1.2")
TIN: Final = x509.ObjectIdentifier("1.2.860.3.16.1.1")
"""In the subject of a certificate: of the human, and of the legal person they sign for."""
CLOCK: Final = timedelta(minutes=5)
"""So far a signer's clock may be off: nobody else has stamped the time."""
MOST_BYTES: Final = 64_000
"""Of a signature with its certificates and what it holds."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Authorities and their lists of what is revoked: an operator's folder, or what of it decided."""

    anchors: Sequence[x509.Certificate]
    lists: Sequence[x509.CertificateRevocationList]


@dataclass(frozen=True, slots=True)
class Signer:
    """As the certificate says, which we trust; for our records."""

    pinfl: str
    tin: str | None
    certificate: str
    """Issuer and number: names the certificate for ever."""
    signed_at: datetime
    name: str = ""
    """As the certificate writes it; empty: it does not."""
    valid: tuple[datetime, datetime] | None = None
    """First and last moment of the certificate; none: E-IMZO's server did not say."""
    grounds: Trust | None = None
    """By what it was judged, so that anybody can again. None: E-IMZO's server judged."""


class Verifier(Protocol):
    async def signer(self, pkcs7: bytes, content: bytes, *, now: datetime) -> Signer:
        """Of exactly this content, a moment ago. A refusal of this module: it does not hold."""
        ...


class SignatureUnreadable(Invalid):
    """Not a PKCS#7 signature of one signer."""

    code: ClassVar[str] = "signature_unreadable"


class SignatureAlgorithm(Invalid):
    """One that is not checked here: national algorithms are checked by E-IMZO's server."""

    code: ClassVar[str] = "signature_algorithm"


class SignatureContent(Invalid):
    """Something else was signed."""

    code: ClassVar[str] = "signature_content"


class SignatureWrong(Invalid):
    """Not made with the certificate's key, or changed since."""

    code: ClassVar[str] = "signature_wrong"


class SignatureTime(Invalid):
    """Not signed now, by its own account."""

    code: ClassVar[str] = "signature_time"


class CertificateExpired(Invalid):
    """Or not valid yet; the signer's or one above."""

    code: ClassVar[str] = "certificate_expired"


class CertificateRevoked(Invalid):
    code: ClassVar[str] = "certificate_revoked"


class CertificateUntrusted(Invalid):
    """Issued by nobody we trust, or not for signing."""

    code: ClassVar[str] = "certificate_untrusted"


class RevocationUnknown(Refusal):
    """There is no list of its issuer here, or only an old one."""

    code: ClassVar[str] = "revocation_unknown"
    status: ClassVar[int] = 503


class SignerUnnamed(Invalid):
    """The certificate bears no PINFL."""

    code: ClassVar[str] = "signer_unnamed"


class SignerOther(Invalid):
    """A good signature, of somebody else."""

    code: ClassVar[str] = "signer_other"


class VerifierAway(Refusal):
    """E-IMZO's server does not answer, or not as it should."""

    code: ClassVar[str] = "verifier_away"
    status: ClassVar[int] = 502
