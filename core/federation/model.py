"""Providers, a sign-in that is under way, and identities that administrators have linked."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from core.errors import Conflict, NotAllowed, Refusal
from core.pkcs7.model import Verifier
from core.pkcs7.verifiers import Here, Server


class Kind(StrEnum):
    OIDC = "oidc"
    ONEID = "oneid"
    EIMZO = "eimzo"
    """Nobody is asked: the human signs here, by the program on their own machine."""


@dataclass(frozen=True, slots=True)
class Provider:
    name: str
    """In addresses, and beside every identity: it never changes."""
    title: str
    """On the button."""
    kind: Kind
    issuer: str
    client_id: str
    secret: str
    claim: str
    """What names a person there: `sub`, or a number that the provider has proved."""
    verifier: Verifier | None = None
    """Of E-IMZO: who checks signatures."""
    client_key: str = ""
    """And by which key its program knows our site."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Begun here, and expected back from the provider."""

    provider: str
    nonce: str
    verifier: str
    target: str


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes, and what its cookie says when it comes back."""

    address: str
    binding: str


@dataclass(frozen=True, slots=True)
class Identity:
    id: int
    provider: str
    login: str
    linked_at: datetime


class FlowGone(Refusal):
    """Not begun in this browser, used, or long ago."""

    code: ClassVar[str] = "flow_gone"
    status: ClassVar[int] = 400


class ProviderFailed(Refusal):
    """It does not answer, or what it says cannot be believed."""

    code: ClassVar[str] = "provider_failed"
    status: ClassVar[int] = 502


class UnknownIdentity(NotAllowed):
    """Nobody has linked it to an account: no account is made, and no role given, by itself."""

    code = "unknown_identity"


class IdentityLinked(Conflict):
    code = "identity_linked"


def providers(file: Path | None) -> Mapping[str, Provider]:
    """As the operator's file has them; secrets lie in files of their own."""
    if file is None:
        return {}
    said = tomllib.loads(file.read_text("utf-8")).get("provider", [])
    made = [_provider(one, file.parent) for one in said]
    return {one.name: one for one in made}


def _provider(said: Mapping[str, str], folder: Path) -> Provider:
    kind = Kind(said["kind"])
    if kind is Kind.EIMZO:
        server = said.get("server")
        verifier = Server(server.rstrip("/"), said["host"]) if server else Here(folder / said["trust"])
        return Provider(
            said["name"], said["title"], kind, "", "", "", "", verifier, said.get("client_key", "")
        )
    return Provider(
        said["name"],
        said["title"],
        kind,
        said["issuer"].rstrip("/"),
        said["client_id"],
        (folder / said["secret_file"]).read_text("utf-8").strip(),
        said.get("claim", "pin" if kind is Kind.ONEID else "sub"),
    )
