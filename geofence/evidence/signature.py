"""The platform's word for a manifest: a JWS over its digest, by a key of the purpose `evidence`."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from core import signing
from core.sealing import Keys
from core.signing import Signing
from geofence.evidence.wire.terms import pretty

KIND: Final = "evidence"
Known = Mapping[str, bytes]
"""Public keys by their ids."""


def seed(keys: Keys) -> bytes:
    """What signs now."""
    seeds = keys.seeds(KIND)
    return seeds[max(seeds)]


def published(keys: Keys) -> Known:
    return Signing(keys, KIND).published()


def beside(seed: bytes) -> bytes:
    """The public half, as it lies in the file: enough to check the signature, not whose it is."""
    key = signing.public(seed)
    return pretty(signing.as_jwks({signing.key_id(key): key}))


def sign(seed: bytes, manifest: bytes) -> bytes:
    return signing.signed(seed, {"manifest": sha256(manifest).hexdigest()}, kind=KIND).encode()


def check(text: bytes, manifest: bytes, known: Known) -> str:
    """The id of the key that signed exactly this manifest. NotGenuine: why it does not hold."""
    try:
        said = text.decode("ascii")
    except UnicodeDecodeError:
        raise signing.NotGenuine("form") from None
    if signing.checked(said, known, kind=KIND) != {"manifest": sha256(manifest).hexdigest()}:
        raise signing.NotGenuine("signature")
    return signing.signer(said)
