"""What the sender's device does: seals a letter, derives token and reply key from its code, opens answers.

The same as dashboards/static/seal.js; tests hold them equal."""

import base64
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from nacl import bindings, pwhash
from nacl.public import PrivateKey, PublicKey, SealedBox

from messaging.receipts import rules as codes
from messaging.sealed import rules

SALT: Final = b"ejazo-receipt-01"
"""16 bytes, the same for all: a code is random, so that nobody can compute them all before."""
OPS: Final = 2
MEMORY: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Made:
    code: str
    token: bytes
    message: bytes
    files: Sequence[bytes]


def letter(
    subject: str,
    body: str,
    *,
    to: bytes,
    files: Sequence[tuple[str, str, bytes]] = (),
    drawn: int | None = None,
) -> Made:
    """`files`: name, type, content. The code never leaves this device; its token does."""
    code = codes.code(secrets.randbelow(10**15) if drawn is None else drawn)
    token, reply = derived(code)
    sealed_files, described = [], []
    for name, kind, content in files:
        sealed, said = sealed_file(content)
        sealed_files.append(sealed)
        described.append({"name": name, "type": kind} | said)
    said = {
        "v": 1,
        "subject": subject,
        "body": body,
        "reply": packed(bytes(reply.public_key)),
        "files": described,
    }
    return Made(code, token, message(said, to=to), sealed_files)


def message(said: dict[str, Any], *, to: bytes) -> bytes:
    plain = json.dumps(said, ensure_ascii=False).encode()
    return SealedBox(PublicKey(to)).encrypt(filled(plain, rules.MESSAGES))


def derived(code: str) -> tuple[bytes, PrivateKey]:
    """Token and reply key: Argon2id, so that who steals the token's hash cannot try all codes."""
    raw = pwhash.argon2id.kdf(64, code.encode(), SALT, opslimit=OPS, memlimit=MEMORY)
    return raw[:32], PrivateKey.from_seed(raw[32:])


def answer(sealed: bytes, *, code: str) -> dict[str, Any]:
    opened: dict[str, Any] = json.loads(emptied(SealedBox(derived(code)[1]).decrypt(sealed)))
    return opened


def sealed_file(content: bytes) -> tuple[bytes, dict[str, Any]]:
    key = bindings.crypto_secretstream_xchacha20poly1305_keygen()
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    out = [bindings.crypto_secretstream_xchacha20poly1305_init_push(state, key)]
    plain = filled(content, rules.FILES)
    for start in range(0, len(plain), rules.CHUNK):
        chunk, is_last = plain[start : start + rules.CHUNK], start + rules.CHUNK >= len(plain)
        tag = (
            bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL
            if is_last
            else bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
        )
        out.append(bindings.crypto_secretstream_xchacha20poly1305_push(state, chunk, tag=tag))
    sealed = b"".join(out)
    return sealed, {"key": packed(key), "sha256": sha256(sealed).hexdigest()}


def filled(plain: bytes, sizes: Sequence[int]) -> bytes:
    """ISO 7816-4: a mark, then zeros up to the next size. ValueError: longer than the longest."""
    size = next((size for size in sizes if len(plain) < size), None)
    if size is None:
        raise ValueError(len(plain))
    return plain + b"\x80" + bytes(size - len(plain) - 1)


def emptied(full: bytes) -> bytes:
    plain = full.rstrip(b"\0")
    if not plain.endswith(b"\x80"):
        raise ValueError("not filled up")
    return plain[:-1]


def packed(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
