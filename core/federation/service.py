"""Going to a provider, coming back as somebody, and linking identities to accounts."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import httpx
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core import audit, clock, sessions, sign_in
from core.auth import Caller, Permission
from core.errors import NotFound
from core.factors import demands
from core.factors import store as factors
from core.federation import eimzo, oidc, oneid, store
from core.federation.model import (
    Begun,
    Flow,
    FlowGone,
    Identity,
    IdentityLinked,
    Kind,
    Provider,
    UnknownIdentity,
)
from core.model import UserId
from core.sealing import Keys
from core.sessions import Origin, fingerprint

WITHIN: Final = timedelta(minutes=10)
COMPARTMENT: Final = "federation"


@dataclass(frozen=True, slots=True)
class Abroad:
    """What other providers are reached with."""

    providers: Mapping[str, Provider]
    transport: httpx.AsyncBaseTransport | None = None
    """Tests bring their own; none: the network."""

    def provider(self, name: str) -> Provider:
        if name not in self.providers:
            raise NotFound
        return self.providers[name]

    def eimzo(self, name: str) -> Provider:
        """One for whom the human signs."""
        found = self.provider(name)
        if found.kind is not Kind.EIMZO:
            raise NotFound
        return found


@dataclass(frozen=True, slots=True)
class Back:
    """What the address said to which the provider sent the browser."""

    code: str
    state: str
    issuer: str | None
    binding: str
    redirect: str


@dataclass(frozen=True, slots=True)
class Accepted:
    secret: str
    target: str


async def begin(
    engine: AsyncEngine, abroad: Abroad, *, name: str, redirect: str, target: str, now: datetime
) -> Begun:
    provider = abroad.provider(name)
    state, binding = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    flow = Flow(name, secrets.token_urlsafe(24), secrets.token_urlsafe(48), target)
    if provider.kind is Kind.EIMZO:
        address = eimzo.address(provider, state=state)
    elif provider.kind is Kind.ONEID:
        address = oneid.address(provider, redirect=redirect, state=state)
    else:
        async with oidc.client(abroad.transport) as link:
            address = await oidc.address(link, provider, flow=flow, state=state, redirect=redirect)
    async with engine.begin() as conn:
        await store.begin(
            conn,
            flow,
            state=fingerprint(state),
            binding=fingerprint(binding),
            at=now,
            before=now - WITHIN,
        )
    return Begun(address, binding)


async def finish(
    engine: AsyncEngine, abroad: Abroad, keys: Keys, *, name: str, back: Back, origin: Origin, now: datetime
) -> Accepted:
    """No connection waits for the provider. The account's own second factor is asked for afterwards: what
    happened there is not ours to believe."""
    provider = abroad.provider(name)
    async with engine.begin() as conn:
        flow = await store.take(
            conn, state=fingerprint(back.state), binding=fingerprint(back.binding), since=now - WITHIN
        )
    if flow is None or flow.provider != name:
        raise FlowGone
    who = await _subject(abroad, provider, flow=flow, back=back, now=now)
    async with engine.begin() as conn:
        secret = await _open(conn, blind(keys, name, who), provider=name, origin=origin, now=now)
    if secret is None:
        raise UnknownIdentity
    return Accepted(secret, flow.target)


async def _subject(abroad: Abroad, provider: Provider, *, flow: Flow, back: Back, now: datetime) -> str:
    if provider.kind is Kind.EIMZO:
        return await eimzo.subject(provider, signature=back.code, nonce=back.state, now=now)
    if provider.kind is Kind.ONEID:
        return await oneid.subject(
            provider, redirect=back.redirect, code=back.code, transport=abroad.transport
        )
    async with oidc.client(abroad.transport) as link:
        return await oidc.subject(
            link,
            provider,
            flow=flow,
            code=back.code,
            issuer=back.issuer,
            redirect=back.redirect,
        )


async def _open(
    conn: AsyncConnection, subject: bytes, *, provider: str, origin: Origin, now: datetime
) -> str | None:
    user = await store.owner(conn, subject)
    await audit.record(
        conn,
        user,
        action="session:start" if user else "session:refuse",
        subject_kind="user",
        subject=user,
        detail={"provider": provider} | origin.noted,
    )
    if user is None:
        return None
    is_held = (await factors.held(conn, user)).is_any
    return await sign_in.begin(conn, user, is_held=is_held, now=now, origin=origin)


def blind(keys: Keys, provider: str, subject: str) -> bytes:
    return keys.blind(COMPARTMENT, f"{provider}\0{subject}")


async def link(
    conn: AsyncConnection, caller: Caller, keys: Keys, *, provider: Provider, login: str, subject: str
) -> int:
    """An administrator says whose identity it is: a provider gives no account and no role."""
    user = await demands.account(conn, login)
    made = await store.link(
        conn, user, provider=provider.name, subject=blind(keys, provider.name, subject), by=caller.user
    )
    if made is None:
        raise IdentityLinked
    await _note(conn, caller, user, "linked", provider.name)
    return made


async def end(conn: AsyncConnection, caller: Caller, *, identity: int) -> None:
    """It opens nothing any more, and whoever came by it is signed out."""
    user = await store.end(conn, identity, at=clock.now())
    if user is None:
        raise NotFound
    await sessions.end_all(conn, user)
    await _note(conn, caller, user, "ended", "")


async def linked(conn: AsyncConnection) -> list[Identity]:
    return list(await store.linked(conn))


async def _note(conn: AsyncConnection, caller: Caller, user: UserId, what: str, provider: str) -> None:
    await audit.record(
        conn,
        caller.user,
        action=Permission.ACCESS_WRITE,
        subject_kind="user",
        subject=user,
        detail={"identity": what} | ({"provider": provider} if provider else {}),
    )
