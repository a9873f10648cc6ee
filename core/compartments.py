"""The two walls around a compartment: what is written is sealed, and its rows answer only to its own store
(ADR-0026)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.sealing import CannotOpen, Keys

SETTING: Final = "ejazo.compartment"
"""The policies of the compartments' tables ask for it."""
PADDING: Final = 256
"""Sealed texts are filled up to a multiple of so many bytes: a length would tell a `kept` from a `missed`."""


@asynccontextmanager
async def opened(conn: AsyncConnection, compartment: str) -> AsyncIterator[None]:
    """For the statements inside only. After an error the transaction is lost, and the setting with it."""
    await conn.execute(select(func.set_config(SETTING, compartment, True)))  # noqa: FBT003 - SQL's own: local
    yield
    await conn.execute(select(func.set_config(SETTING, "", True)))  # noqa: FBT003 - the same


def seal(keys: Keys, compartment: str, text: str, *, place: str) -> bytes:
    """`place` is table, row and column; see `Keys.seal`."""
    return keys.seal(compartment, text + "\0" * (-len(text.encode()) % PADDING), place=place)


def unseal(keys: Keys, compartment: str, sealed: bytes, *, place: str) -> str | None:
    """None: it cannot be opened by the keys that are here, and whoever shows it says so."""
    try:
        return keys.open(compartment, sealed, place=place).rstrip("\0")
    except CannotOpen:
        return None
