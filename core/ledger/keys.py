"""The keys that sign heads: Ed25519 (RFC 8032), whose seeds are files `ledger-<number>.key` of 32 bytes."""

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.ledger.model import Signed
from core.sealing import Keys

NAME: Final = "ledger"


def public(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def sign(seed: bytes, body: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).sign(body)


def is_signed(signed: Signed, key: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signed.signature, signed.body)
    except (InvalidSignature, ValueError):
        return False
    return True


def chosen(keys: Keys, *, last: bytes, introduced: bytes) -> tuple[bytes, bytes]:
    """The seed that signs now, and the public key to introduce. `last` signed the head before, `introduced`
    is what it introduced: the newest key signs as soon as its forerunner has introduced it."""
    keys.held.pop(NAME, None)  # somebody may have rotated since
    seeds = keys.seeds(NAME)
    newest = seeds[max(seeds)]
    known = {public(seed): seed for seed in seeds.values()}
    if introduced and introduced in known:
        last = introduced
    signing = known.get(last, newest)
    return signing, b"" if signing == newest else public(newest)
