"""Relatives for tests: signed in without the pages, and the code that a telephone was sent."""

import re
from itertools import count

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from callers import browser
from core import clock, db
from core.compartments import seal
from core.kin import KinScope
from core.model import RelativeId
from core.sealing import Keys
from messaging.relatives.accounts import sending, service, store, tokens
from messaging.relatives.accounts.model import Asked, Client, Tokens
from messaging.relatives.accounts.rules import challenge
from simulators.relatives.handset import Handset

numbers = count(1)
VERIFIER = "v" * 43


class Gateway:
    """Keeps what it is asked to send."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    async def send(self, phone: str, text: str) -> None:
        self.sent.append((phone, text))


async def delivered(app: FastAPI) -> list[tuple[str, str]]:
    gateway = Gateway()
    async with db.transaction(app.state.engine) as conn:
        await sending.deliver(conn, app.state.keys, sender=gateway, now=clock.now())
    return gateway.sent


async def code(app: FastAPI) -> str:
    """Of the text that was sent last."""
    return re.findall(r"[0-9]{6}", (await delivered(app))[-1][1])[0]


async def account(app: FastAPI, phone: str | None = None) -> RelativeId:
    return await enrolled(app.state.engine, app.state.keys, phone)


async def enrolled(engine: AsyncEngine, keys: Keys, phone: str | None = None) -> RelativeId:
    number = phone or f"+99890999{next(numbers):04}"
    blind = keys.blind(service.COMPARTMENT, f"phone:{number}")
    shut = seal(keys, service.COMPARTMENT, number, place=f"relatives.phone:{blind.hex()}")
    async with db.transaction(engine) as conn:
        return await store.enter(conn, blind, phone=shut, language="en")


async def signed_in(
    engine: AsyncEngine, relative: RelativeId, *, scopes: frozenset[KinScope] = frozenset(KinScope)
) -> Tokens:
    asked = Asked(Client("desktop", ["x"], scopes), "x", challenge(VERIFIER), scopes, "")
    now = clock.now()
    async with db.transaction(engine) as conn:
        given = await tokens.grant(conn, relative, asked=asked, now=now)
        made = await tokens.exchange(
            conn, client="desktop", code=given, redirect_uri="x", verifier=VERIFIER, now=now
        )
    assert isinstance(made, Tokens)
    return made


async def handset(
    app: FastAPI, relative: RelativeId | None = None, *, scopes: frozenset[KinScope] = frozenset(KinScope)
) -> Handset:
    """Signed in; close its `http` after use (`async with made.http`)."""
    who = relative or await account(app)
    made = await signed_in(app.state.engine, who, scopes=scopes)
    return Handset(browser(app), made.access, made.refresh)
