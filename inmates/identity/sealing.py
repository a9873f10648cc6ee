"""Identifiers sealed and opened, and the blind keys they are searched by."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from core.model import PersonId
from core.sealing import Keys
from inmates.identity.model import Identity, Secret, Version
from inmates.identity.rules import SECRETS, key_of

COMPARTMENT: Final = "identity"


def sealed(keys: Keys, person: PersonId, identity: Identity) -> dict[str, Secret]:
    """By the name of the field."""
    given = {name: getattr(identity, name) for name in SECRETS}
    return {name: _secret(keys, name, value, person=person) for name, value in given.items() if value}


def opened(keys: Keys, version: Version) -> Identity:
    clear: dict[str, Any] = {
        name: keys.open(COMPARTMENT, secret.sealed, place=_place(name, version.person_id))
        for name, secret in version.secrets.items()
    }
    return replace(version.identity, **clear)


def blinds(keys: Keys, identity: Identity) -> dict[str, list[bytes]]:
    """What others with the same identifiers are found by."""
    given = {name: getattr(identity, name) for name in SECRETS}
    return {name: [blind(keys, name, key_of(value))] for name, value in given.items() if value}


def any_of(keys: Keys, words: Iterable[str]) -> dict[str, list[bytes]]:
    """Nobody says which identifier a word is: it may be each."""
    return {name: found for name in SECRETS if (found := [blind(keys, name, word) for word in words])}


def _secret(keys: Keys, name: str, value: str, *, person: PersonId) -> Secret:
    shut = keys.seal(COMPARTMENT, value, place=_place(name, person))
    return Secret(shut, blind(keys, name, key_of(value)))


def blind(keys: Keys, name: str, key: str) -> bytes:
    return keys.blind(COMPARTMENT, f"{name}:{key}")


def _place(name: str, person: PersonId) -> str:
    return f"identities.{name}:{person}"
