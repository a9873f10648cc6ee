"""Encryption of single values at rest: a key of its own for each compartment, and blind indexes to search.

AES-256-GCM with a random nonce (NIST SP 800-38D); a sealed value is version, number of the key, nonce,
ciphertext. Keys are files of 32 bytes, `<compartment>-<number>.key`; the highest
number seals, all of them open."""

import hmac
import os
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION: Final = 1
NONCE: Final = 12
BYTES: Final = 32


class CannotOpen(ValueError):  # noqa: N818 - an answer about a value
    """Sealed with a key that is not here, for another place, or changed since."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys in a folder, read when they are first needed; a compartment without a key gets its first."""

    folder: Path
    held: dict[str, dict[int, bytes]] = field(default_factory=dict)

    def seal(self, compartment: str, text: str, *, place: str) -> bytes:
        """`place` names the row and column: a value moved elsewhere does not open."""
        return self.seal_bytes(compartment, text.encode(), place=place)

    def seal_bytes(self, compartment: str, clear: bytes, *, place: str) -> bytes:
        """The same for what is no text: files."""
        keys = self._of(compartment)
        number, nonce = max(keys), secrets.token_bytes(NONCE)
        hidden = AESGCM(keys[number]).encrypt(nonce, clear, _bound(compartment, place))
        return bytes((VERSION, number)) + nonce + hidden

    def open(self, compartment: str, sealed: bytes, *, place: str) -> str:
        """CannotOpen: the key is missing, or this is not what was sealed here."""
        return self.open_bytes(compartment, sealed, place=place).decode()

    def open_bytes(self, compartment: str, sealed: bytes, *, place: str) -> bytes:
        key = self._numbered(compartment, sealed[1]) if len(sealed) > 2 + NONCE else None
        if key is None or sealed[0] != VERSION:
            raise CannotOpen(compartment)
        try:
            return AESGCM(key).decrypt(sealed[2 : 2 + NONCE], sealed[2 + NONCE :], _bound(compartment, place))
        except InvalidTag:
            raise CannotOpen(compartment) from None

    def blind(self, compartment: str, text: str) -> bytes:
        """The same text gives the same 32 bytes, from which nobody without the key finds the text. The key of
        its own is never replaced: what was written by it must be found."""
        return hmac.digest(self._of(f"{compartment}-index")[1], text.encode(), sha256)

    def seeds(self, name: str) -> dict[int, bytes]:
        """The 32 bytes of each key by its number, for `core.signing`, which makes signatures of them."""
        return dict(self._of(name))

    def add(self, compartment: str) -> int:
        """A new key, which seals from now on; gives its number."""
        number = max(_read(self.folder, compartment), default=0) + 1
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / f"{compartment}-{number}.key"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123 - with a mode
            file.write(secrets.token_bytes(BYTES))
        self.held.pop(compartment, None)
        return number

    def _numbered(self, compartment: str, number: int) -> bytes | None:
        """Another process may have added it since we read the folder."""
        if number not in self._of(compartment):
            self.held.pop(compartment)
        return self._of(compartment).get(number)

    def _of(self, compartment: str) -> dict[int, bytes]:
        if compartment not in self.held:
            if not _read(self.folder, compartment):
                self._add_first(compartment)
            self.held[compartment] = _read(self.folder, compartment)
        return self.held[compartment]

    def _add_first(self, compartment: str) -> None:
        """Two processes may want it at once: the first one's counts."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.folder / f".{compartment}.{secrets.token_hex(8)}"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123 - with a mode
            file.write(secrets.token_bytes(BYTES))
        try:
            os.link(draft, self.folder / f"{compartment}-1.key")
        except FileExistsError:
            pass
        finally:
            draft.unlink()


def _bound(compartment: str, place: str) -> bytes:
    return f"{compartment}\0{place}".encode()


def _read(folder: Path, compartment: str) -> dict[int, bytes]:
    found = {}
    for path in folder.glob(f"{compartment}-*.key"):
        number = path.stem.removeprefix(f"{compartment}-")
        if number.isdecimal():
            found[int(number)] = path.read_bytes()
    return found
