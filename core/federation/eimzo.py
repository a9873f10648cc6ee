"""E-IMZO as a way in: no address abroad, no token. The human signs our words on their own machine, and the
PINFL of the certificate names them (whether it holds: `core.pkcs7`; signing decisions: `core.signed`)."""

from datetime import datetime
from urllib.parse import quote, urlencode

from core.federation.model import Provider, ProviderFailed
from core.pkcs7 import wire


def address(provider: Provider, *, state: str) -> str:
    """Our own page, on which it is signed."""
    return f"/sign-in/sign/{quote(provider.name)}?{urlencode({'state': state})}"


def words(purpose: str, nonce: str) -> bytes:
    """What is signed: for this and nothing else, once."""
    return f"E-jazo {purpose} {nonce}".encode()


async def subject(
    provider: Provider, *, signature: str, nonce: str, now: datetime, purpose: str = "sign-in"
) -> str:
    """The PINFL. A refusal of `core.pkcs7.model`: why the signature does not hold."""
    if provider.verifier is None:
        raise ProviderFailed
    signed = await provider.verifier.signer(wire.plain(signature), words(purpose, nonce), now=now)
    return signed.pinfl
