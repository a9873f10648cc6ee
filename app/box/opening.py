"""Private keys, opening letters, and the record of it: for a machine without a network."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from nacl import bindings, pwhash, secret
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from app.box import sealing
from core import signing
from messaging.sealed import rules, wire
from messaging.sealed.model import NewKey, Record

OPS: Final = 4
MEMORY: Final = 256 * 1024 * 1024
DAYS: Final = 366


class CannotOpen(ValueError):  # noqa: N818 - an answer about a file
    """Another passphrase or key, or changed since; `code` says which."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Pair:
    box: str
    sealing: bytes
    signing: bytes
    """Both private halves."""

    @property
    def public(self) -> bytes:
        return bytes(PrivateKey(self.sealing).public_key)

    @property
    def fingerprint(self) -> str:
        return rules.fingerprint(self.public, signing.public(self.signing))


def pair(box: str) -> Pair:
    return Pair(box, bytes(PrivateKey.generate()), secrets.token_bytes(32))


def locked(held: Pair, passphrase: str) -> str:
    """The private file: Argon2id over the passphrase, XSalsa20-Poly1305."""
    salt = secrets.token_bytes(pwhash.argon2id.SALTBYTES)
    plain = json.dumps({"sealing": held.sealing.hex(), "signing": held.signing.hex()}).encode()
    said = {
        "ejazo": "box-key-1",
        "box": held.box,
        "fingerprint": held.fingerprint,
        "salt": salt.hex(),
        "locked": _lock(passphrase, salt).encrypt(plain).hex(),
    }
    return json.dumps(said, indent=1)


def unlocked(text: str, passphrase: str) -> Pair:
    try:
        said = json.loads(text)
        plain = _lock(passphrase, bytes.fromhex(said["salt"])).decrypt(bytes.fromhex(said["locked"]))
        held = json.loads(plain)
    except CryptoError:
        raise CannotOpen("passphrase") from None
    except (KeyError, TypeError, ValueError):
        raise CannotOpen("key_file") from None
    return Pair(said["box"], bytes.fromhex(held["sealing"]), bytes.fromhex(held["signing"]))


def _lock(passphrase: str, salt: bytes) -> secret.SecretBox:
    key = pwhash.argon2id.kdf(32, passphrase.encode(), salt, opslimit=OPS, memlimit=MEMORY)
    return secret.SecretBox(key)


def announced(held: Pair, *, since: date, endorsed_by: Pair | None = None) -> dict[str, str]:
    """What is registered with the platform: public halves, signed by themselves and by the key before."""
    key = NewKey(held.box, held.public, signing.public(held.signing), since, since + timedelta(days=DAYS))
    said = {"signed": signing.signed(held.signing, wire.key_content(key), kind=wire.KEY)}
    if endorsed_by is not None:
        content = {"fingerprint": held.fingerprint}
        said["endorsement"] = signing.signed(endorsed_by.signing, content, kind=wire.ENDORSEMENT)
    return said


@dataclass(frozen=True, slots=True)
class Opened:
    id: int
    number: str
    received_on: str
    said: Mapping[str, Any]
    files: Mapping[str, bytes]


def letter(one: Mapping[str, Any], held: Pair) -> Opened:
    """Of an export. CannotOpen: `other_key`, `changed`."""
    message, files = wire.unpacked(one["message"]), [wire.unpacked(file) for file in one["files"]]
    if rules.digest(message, files).hex() != one["digest"]:
        raise CannotOpen("changed")
    try:
        plain = SealedBox(PrivateKey(held.sealing)).decrypt(message)
    except CryptoError:
        raise CannotOpen("other_key") from None
    said = json.loads(sealing.emptied(plain))
    described = said["files"]
    if [sha256(file).hexdigest() for file in files] != [file["sha256"] for file in described]:
        raise CannotOpen("changed")
    opened = {
        f"{place}-{_safe(about['name'])}": opened_file(file, wire.unpacked(about["key"]))
        for place, (file, about) in enumerate(zip(files, described, strict=True), 1)
    }
    return Opened(one["id"], one["number"], one["received_on"], said, opened)


def opened_file(sealed: bytes, key: bytes) -> bytes:
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    header, rest = sealed[: rules.HEADER], sealed[rules.HEADER :]
    bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, header, key)
    out, tag = [], None
    for start in range(0, len(rest), rules.CHUNK + rules.TAG):
        try:
            chunk, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(
                state, rest[start : start + rules.CHUNK + rules.TAG]
            )
        except (CryptoError, RuntimeError, ValueError):
            raise CannotOpen("changed") from None
        out.append(chunk)
    if tag != bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL:
        raise CannotOpen("changed")  # cut off
    return sealing.emptied(b"".join(out))


def _safe(name: str) -> str:
    """A sender's name for a file is no path."""
    kept = "".join(sign if sign.isalnum() or sign in "._- " else "_" for sign in name)
    return kept.lstrip(".")[-100:] or "file"


def record(export: Mapping[str, Any], held: Pair, *, by: str, at: datetime) -> dict[str, Any]:
    """The protocol, to be posted back: who, when, how many, which."""
    digests = [bytes.fromhex(one["digest"]) for one in export["letters"]]
    said = Record(held.box, at, by, len(digests), rules.root(digests), bytes.fromhex(export["previous"]))
    signed = signing.signed(held.signing, wire.record_content(said), kind=wire.OPENING)
    return {"signed": signed, "letters": [one["id"] for one in export["letters"]]}


def answered(said: Mapping[str, Any], text: str) -> str:
    """Sealed to the reply key that the letter held; no private key is needed."""
    to = wire.unpacked(said["reply"])
    return sealing.packed(sealing.message({"v": 1, "body": text}, to=to))
