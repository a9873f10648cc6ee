"""Passkeys (WebAuthn): challenges for a browser, and whether a known authenticator answers."""

import ipaddress
import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import webauthn
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from core.auth import Caller, freshly_proven
from core.factors import service, store
from core.factors.errors import PasskeyKnown, WrongPasskey
from core.factors.model import Kind
from core.factors.rules import POLICY
from core.lockouts import service as lockouts


@dataclass(frozen=True, slots=True)
class Place:
    """Where the browser is: passkeys answer only the host that they were made for."""

    host: str
    origin: str

    @property
    def can_have_passkeys(self) -> bool:
        """A bare address has no name to bind them to."""
        try:
            ipaddress.ip_address(self.host.strip("[]"))
        except ValueError:
            return bool(self.host)
        return False


async def ask_to_enrol(
    conn: AsyncConnection, caller: Caller, *, place: Place, at: datetime
) -> dict[str, Any]:
    """Options of `navigator.credentials.create`."""
    freshly_proven(caller)
    known = await store.public_keys(conn, caller.user, site=place.host)
    options = webauthn.generate_registration_options(
        rp_id=place.host,
        rp_name=service.ISSUER,
        user_id=sha256(f"ejazo user {caller.user}".encode()).digest(),
        user_name=caller.login,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one.credential) for one in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    await store.challenge(conn, caller.session, challenge=options.challenge, at=at)
    said: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return said


async def enrol(
    conn: AsyncConnection,
    caller: Caller,
    *,
    place: Place,
    name: str,
    answer: dict[str, Any],
    at: datetime,
) -> tuple[str, ...]:
    """The first recovery codes, where there are none yet."""
    freshly_proven(caller)
    challenge = await store.take_challenge(conn, caller.session, since=at - POLICY.challenge)
    if challenge is None:
        raise WrongPasskey
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
        )
    except (WebAuthnException, ValueError):
        raise WrongPasskey from None
    said = {"credential": made.credential_id, "public_key": made.credential_public_key}
    added = await store.add_passkey(
        conn, caller.user, site=place.host, name=name, count=made.sign_count, **said
    )
    if added is None:
        raise PasskeyKnown
    return await service.enrolled(conn, caller, kind=Kind.PASSKEY, at=at)


async def ask(conn: AsyncConnection, caller: Caller, *, place: Place, at: datetime) -> dict[str, Any]:
    """Options of `navigator.credentials.get`."""
    known = await store.public_keys(conn, caller.user, site=place.host)
    options = webauthn.generate_authentication_options(
        rp_id=place.host,
        allow_credentials=[PublicKeyCredentialDescriptor(id=one.credential) for one in known],
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    await store.challenge(conn, caller.session, challenge=options.challenge, at=at)
    said: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return said


async def prove(
    engine: AsyncEngine, caller: Caller, *, place: Place, answer: dict[str, Any], at: datetime
) -> None:
    """In transactions of its own: a wrong one stays counted, and its challenge is gone."""
    async with engine.begin() as conn:
        await lockouts.begin_factor(conn, caller.user, now=at)
    async with engine.begin() as conn:
        fits = await _fits(conn, caller, place=place, answer=answer, at=at)
        if fits:
            await service.proved(conn, caller, kind=Kind.PASSKEY, at=at)
        else:
            await service.note(conn, caller, "factor:refuse", Kind.PASSKEY)
    if not fits:
        raise WrongPasskey


async def _fits(
    conn: AsyncConnection, caller: Caller, *, place: Place, answer: dict[str, Any], at: datetime
) -> bool:
    challenge = await store.take_challenge(conn, caller.session, since=at - POLICY.challenge)
    known = {one.credential: one for one in await store.public_keys(conn, caller.user, site=place.host)}
    if challenge is None:
        return False
    try:
        key = known[webauthn.base64url_to_bytes(str(answer.get("id", "")))]
        shown = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=key.key,
            credential_current_sign_count=key.count,
        )
    except (WebAuthnException, ValueError, KeyError):
        return False
    await store.use_passkey(conn, key.id, count=shown.new_sign_count, at=at)
    return True
