"""The two walls around a compartment: what is written is sealed, and its rows answer only to its own store
(ADR-0026). Of sealed letters a box answers to its addressee, one letter to who has its number (ADR-0048)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.sealing import CannotOpen, Keys

SETTING: Final = "ejazo.compartment"
"""The policies of the compartments' tables ask for it."""
BOX: Final = "ejazo.box"
"""Whose letters: the name of one box."""
LETTER: Final = "ejazo.letter"
"""One letter: its number, or its digest in hexadecimal."""
PADDING: Final = 256
"""Sealed texts are filled up to a multiple of so many bytes: a length would tell a `kept` from a `missed`."""


@asynccontextmanager
async def opened(conn: AsyncConnection, compartment: str) -> AsyncIterator[None]:
    """For the statements inside only. After an error the transaction is lost, and the setting with it."""
    async with _set(conn, SETTING, compartment):
        yield


@asynccontextmanager
async def box_opened(conn: AsyncConnection, name: str) -> AsyncIterator[None]:
    """The letters of one box, and of no other."""
    async with _set(conn, BOX, name):
        yield


@asynccontextmanager
async def letter_opened(conn: AsyncConnection, mark: str) -> AsyncIterator[None]:
    """One sealed letter, its files, its answers and its receipt."""
    async with _set(conn, LETTER, mark):
        yield


@asynccontextmanager
async def _set(conn: AsyncConnection, setting: str, value: str) -> AsyncIterator[None]:
    await conn.execute(select(func.set_config(setting, value, True)))  # noqa: FBT003 - SQL's own: local
    yield
    await conn.execute(select(func.set_config(setting, "", True)))  # noqa: FBT003 - the same


def seal(keys: Keys, compartment: str, text: str, *, place: str) -> bytes:
    """`place` is table, row and column; see `Keys.seal`."""
    return keys.seal(compartment, text + "\0" * (-len(text.encode()) % PADDING), place=place)


def unseal(keys: Keys, compartment: str, sealed: bytes, *, place: str) -> str | None:
    """None: it cannot be opened by the keys that are here, and whoever shows it says so."""
    try:
        return keys.open(compartment, sealed, place=place).rstrip("\0")
    except CannotOpen:
        return None
