"""E-IMZO: no address abroad and no token. The human signs our words on their own machine; the PINFL of the
certificate names them."""

from datetime import datetime
from urllib.parse import quote, urlencode

from core.esign import wire
from core.federation.model import Provider, ProviderFailed


def address(provider: Provider, *, state: str) -> str:
    """Our own page, on which it is signed."""
    return f"/sign-in/sign/{quote(provider.name)}?{urlencode({'state': state})}"


def words(purpose: str, nonce: str) -> bytes:
    """What is signed: for this and nothing else, once."""
    return f"E-jazo {purpose} {nonce}".encode()


async def subject(
    provider: Provider, *, signature: str, nonce: str, now: datetime, purpose: str = "sign-in"
) -> str:
    """The PINFL. A refusal of `core.esign.model`: why the signature does not hold."""
    if provider.verifier is None:
        raise ProviderFailed
    signed = await provider.verifier.signer(wire.plain(signature), words(purpose, nonce), now=now)
    return signed.pinfl
