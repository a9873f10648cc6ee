"""The outbox of commands to devices: the API writes it, the worker sends it, receipts close it."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

import asyncpg
import msgspec
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import from_us, now
from core.errors import Invalid
from core.model import DeviceId, UserId
from tracking import tables
from tracking.model import Receipt, ReceiptState
from tracking.wire import down

CHANNEL: Final = "commands"

# What no device has been told yet, oldest first.
_UNSENT: Final = """
select id, device_id, kind, body::text
from commands
where sent_at is null
order by id
limit 500
"""

_SENT: Final = "update commands set sent_at = $2 where id = any($1::bigint[])"

# A device answers only its own commands, and the first answer counts; done implies received.
_ANSWERED: Final = """
update commands c
set received_at = coalesce(c.received_at, r.at),
    done_at = case when r.is_done then coalesce(c.done_at, r.at) else c.done_at end
from (
    select command, device, min(at) as at, bool_or(is_done) as is_done
    from unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::boolean[]) as r
        (command, device, at, is_done)
    group by command, device
) r
where c.id = r.command and c.device_id = r.device
    and (c.received_at is null or (r.is_done and c.done_at is null))
returning c.id
"""


async def order(
    conn: AsyncConnection, device: DeviceId, *, kind: str, body: dict[str, Any], made_by: UserId
) -> int:
    """A new command; the worker hears of it when the caller's transaction commits."""
    try:
        down.command(1, kind, body=body)
    except msgspec.ValidationError as wrong:
        raise Invalid(field="body") from wrong
    made = await conn.execute(
        insert(tables.commands)
        .values(device_id=device, kind=kind, body=body, made_by=made_by)
        .returning(tables.commands.c.id)
    )
    await conn.execute(text("select pg_notify(:channel, '')"), {"channel": CHANNEL})
    return int(made.scalar_one())


async def unsent(conn: asyncpg.Connection) -> list[tuple[DeviceId, down.Command]]:
    found = []
    for row in await conn.fetch(_UNSENT):
        with suppress(msgspec.ValidationError):  # not written by `order`: no device would understand it
            command = down.command(row["id"], row["kind"], body=msgspec.json.decode(row["body"]))
            found.append((DeviceId(row["device_id"]), command))
    return found


async def mark_sent(conn: asyncpg.Connection, commands: Sequence[int]) -> None:
    await conn.execute(_SENT, commands, now())


async def answered(conn: asyncpg.Connection, receipts: Sequence[Receipt]) -> list[int]:
    """The commands whose state moved on."""
    if not receipts:
        return []
    found = await conn.fetch(
        _ANSWERED,
        [r.command for r in receipts],
        [r.device for r in receipts],
        [from_us(r.at_us) for r in receipts],
        [r.state is ReceiptState.DONE for r in receipts],
    )
    return [row["id"] for row in found]
