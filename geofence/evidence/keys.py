"""The keys that sign evidence: Ed25519 (RFC 8032); their seeds are files `evidence-<number>.key`."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.sealing import Keys

NAME: Final = "evidence"
ALGORITHM: Final = "Ed25519"


def ident(public: bytes) -> str:
    """The name of a key: enough of its SHA-256 to read aloud."""
    return sha256(public).hexdigest()[:16]


def signing(keys: Keys) -> bytes:
    """The seed that signs now."""
    seeds = keys.numbered(NAME)
    return seeds[max(seeds)]


def public(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def published(keys: Keys) -> dict[str, str]:
    """Public keys by their names, in hexadecimal; the old ones too: what they signed stays signed."""
    found = (public(seed) for seed in keys.numbered(NAME).values())
    return {ident(one): one.hex() for one in found}


def sign(seed: bytes, body: bytes) -> dict[str, str]:
    return _said(public(seed), Ed25519PrivateKey.from_private_bytes(seed).sign(body))


def signer(said: Mapping[str, str], body: bytes) -> bytes | None:
    """The public key that signed these bytes, as the signature itself names it; None: none did."""
    try:
        key, signature = bytes.fromhex(said["public"]), bytes.fromhex(said["signature"])
        Ed25519PublicKey.from_public_bytes(key).verify(signature, body)
    except (InvalidSignature, ValueError, KeyError, TypeError):
        return None
    return key if said == _said(key, signature) else None


def _said(key: bytes, signature: bytes) -> dict[str, str]:
    return {"algorithm": ALGORITHM, "key": ident(key), "public": key.hex(), "signature": signature.hex()}
