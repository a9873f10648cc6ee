"""Texts to telephones: they wait in the database until somebody who can send takes them."""

from datetime import datetime
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from core.compartments import unseal
from core.sealing import Keys
from messaging.relatives.accounts import store
from messaging.relatives.accounts.service import COMPARTMENT

MOST: Final = 100


class Sender(Protocol):
    """A gateway of a telephone company; raises what its network raises: the text then waits."""

    async def send(self, phone: str, text: str) -> None: ...


async def deliver(conn: AsyncConnection, keys: Keys, *, sender: Sender, now: datetime) -> int:
    """What waits and is still worth something; how many left. Nothing of it is logged."""
    waiting = await store.waiting(conn, now=now, most=MOST)
    for text in waiting:
        phone = unseal(keys, COMPARTMENT, text.phone, place=f"relative_texts.phone:{text.id}")
        body = unseal(keys, COMPARTMENT, text.body, place=f"relative_texts.body:{text.id}")
        if phone and body:
            await sender.send(phone, body)
        await store.sent(conn, text.id, at=now)
    return len(waiting)
