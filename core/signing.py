"""Signatures of the platform that anybody can check without us: Ed25519 in JWS (RFC 7515, RFC 8037), checked
to the letter. A human's signature is none of these: `core.pkcs7`.

The keys are files as those of `core.sealing`; the highest number signs. A private key may go, its public half
(`<purpose>-<number>.pub`) stays published: what it has signed can still be checked."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.sealing import Keys

ALGORITHM: Final = "EdDSA"
BYTES: Final = 32


class NotGenuine(ValueError):  # noqa: N818 - an answer about a text
    """It does not hold; `code` says where it fails."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Signing:
    """The signing keys of one purpose, in the folder of all keys."""

    keys: Keys
    purpose: str

    def sign(self, content: Mapping[str, Any]) -> str:
        """As compact JWS by the newest key."""
        seeds = self.keys.seeds(self.purpose)
        return signed(seeds[max(seeds)], content, kind=self.purpose)

    def published(self) -> dict[str, bytes]:
        """Public keys by their ids, those whose private half is gone among them."""
        left = self.keys.folder.glob(f"{self.purpose}-*.pub")
        found = [public(seed) for seed in self.keys.seeds(self.purpose).values()]
        return {key_id(one): one for one in (*found, *(path.read_bytes() for path in left))}

    def retire(self, number: int) -> None:
        """This key never signs again, and what it has signed stays good; the newest cannot go."""
        seeds = self.keys.seeds(self.purpose)
        if number not in seeds or number == max(seeds):
            raise ValueError(f"{self.purpose}-{number} cannot retire")
        (self.keys.folder / f"{self.purpose}-{number}.pub").write_bytes(public(seeds[number]))
        (self.keys.folder / f"{self.purpose}-{number}.key").unlink()
        self.keys.held.pop(self.purpose, None)


def signed(seed: bytes, content: Mapping[str, Any], *, kind: str) -> str:
    """`kind` stands in the header: what was signed as one thing cannot pass as another."""
    header = {"alg": ALGORITHM, "kid": key_id(public(seed)), "typ": kind}
    text = f"{_written(header)}.{_written(content)}"
    return f"{text}.{_encoded(Ed25519PrivateKey.from_private_bytes(seed).sign(text.encode()))}"


def checked(text: str, keys: Mapping[str, bytes], *, kind: str) -> dict[str, Any]:
    """The content. NotGenuine: `form`, `kind`, `unknown_key` or `signature`."""
    header, content, signature = _parts(text)
    if header.get("alg") != ALGORITHM or header.get("typ") != kind:
        raise NotGenuine("kind")
    key = keys.get(str(header.get("kid")))
    if key is None:
        raise NotGenuine("unknown_key")
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, text.rpartition(".")[0].encode())
    except (InvalidSignature, ValueError):
        raise NotGenuine("signature") from None
    return content


def signer(text: str) -> str:
    """The id of the key that it says it was signed by; nothing is checked."""
    return str(_parts(text)[0].get("kid"))


def content(text: str) -> dict[str, Any]:
    """What it says, whoever says it; nothing is checked."""
    return _parts(text)[1]


def public(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def key_id(key: bytes) -> str:
    """The key's thumbprint (RFC 7638): the same wherever it is computed."""
    members = {"crv": "Ed25519", "kty": "OKP", "x": _encoded(key)}
    return _encoded(sha256(_dumped(members)).digest())


def as_jwks(keys: Mapping[str, bytes]) -> dict[str, list[dict[str, str]]]:
    """Public keys as a JWK set (RFC 7517)."""
    made = {"kty": "OKP", "crv": "Ed25519", "alg": ALGORITHM, "use": "sig"}
    return {"keys": [made | {"kid": name, "x": _encoded(key)} for name, key in sorted(keys.items())]}


def from_jwks(content: Any) -> dict[str, bytes]:
    """Ids are computed, not believed. NotGenuine `keys`: this is no set of Ed25519 keys."""
    try:
        found = [_decoded(one["x"]) for one in content["keys"] if one["crv"] == "Ed25519"]
    except (KeyError, TypeError, ValueError):
        raise NotGenuine("keys") from None
    if any(len(key) != BYTES for key in found):
        raise NotGenuine("keys")
    return {key_id(key): key for key in found}


def read_jwks(text: bytes) -> dict[str, bytes]:
    """A file of them. NotGenuine `keys`: it is none."""
    try:
        said = json.loads(text)
    except ValueError:
        raise NotGenuine("keys") from None
    return from_jwks(said)


def _parts(text: str) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    try:
        header, content, signature = text.split(".")
        said = json.loads(_decoded(header)), json.loads(_decoded(content))
        raw = _decoded(signature)
    except ValueError:
        raise NotGenuine("form") from None
    if not all(isinstance(one, dict) for one in said):
        raise NotGenuine("form")
    return said[0], said[1], raw


def _dumped(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _written(content: Mapping[str, Any]) -> str:
    return _encoded(_dumped(content))


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    """One spelling only: base64 leaves bits over at the end, in which a changed letter could hide."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as wrong:
        raise ValueError from wrong
    if _encoded(raw) != text:
        raise ValueError(text)
    return raw
