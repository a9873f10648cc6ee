"""The outbox of commands to devices: the API writes it, the worker sends it, receipts close it."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg
import msgspec
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import from_us, to_us
from core.errors import Invalid
from core.model import DeviceId, UserId
from tracking import tables
from tracking.marks import Marks
from tracking.model import Receipt, ReceiptState
from tracking.wire import down

CHANNEL: Final = "commands"

# What no device has been told yet, oldest first.
_UNSENT: Final = """
select id, device_id, kind, body::text, expires_at
from commands
where sent_at is null and expired_at is null
order by id
limit 500
"""

AGAIN: Final = timedelta(seconds=60)
"""A device that speaks but has not answered for so long has not heard."""
IN_VAIN: Final = timedelta(days=1)
"""Then the moment of the command is past: the officer sees that nobody answered, and decides anew."""

# What devices were told but never answered, as long as it matters.
_UNANSWERED: Final = """
select id, device_id, kind, body::text, expires_at, sent_at
from commands
where received_at is null and done_at is null and expired_at is null and sent_at < $1 and made_at > $2
order by id
"""

# Each sending is a step of its own.
_SENT: Final = """
with sent as (update commands set sent_at = $2 where id = any($1::bigint[]) returning id)
insert into command_steps (command_id, step, at)
select id, 'sent', $2 from sent
"""

# Commands whose moment is past and that nobody answered: once each.
_EXPIRE: Final = """
with past as (
    update commands set expired_at = $1
    where received_at is null and done_at is null and expired_at is null
        and coalesce(expires_at, made_at + $2::interval) <= $1
    returning id
), said as (insert into command_steps (command_id, step, at) select id, 'expired', $1 from past)
select id from past
"""

# A device answers only its own commands, and the first answer counts; done implies received.
_ANSWERED: Final = """
with answered as (
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
    returning c.id, r.is_done, r.at
), said as (
    insert into command_steps (command_id, step, at)
    select id, case when is_done then 'done' else 'received' end, at from answered
)
select id from answered
"""


async def order(
    conn: AsyncConnection,
    device: DeviceId,
    *,
    kind: str,
    body: dict[str, Any],
    made_by: UserId,
    expires_at: datetime | None = None,
) -> int:
    """A new command; the worker hears of it when the caller's transaction commits."""
    try:
        down.command(1, kind, body=body)
    except msgspec.ValidationError as wrong:
        raise Invalid(field="body") from wrong
    made = await conn.execute(
        insert(tables.commands)
        .values(device_id=device, kind=kind, body=body, made_by=made_by, expires_at=expires_at)
        .returning(tables.commands.c.id)
    )
    number = int(made.scalar_one())
    await conn.execute(insert(tables.command_steps).values(command_id=number, step="queued"))
    await conn.execute(text("select pg_notify(:channel, '')"), {"channel": CHANNEL})
    return number


async def unsent(conn: asyncpg.Connection) -> list[tuple[DeviceId, down.Command]]:
    return _commands(await conn.fetch(_UNSENT))


async def unanswered(
    conn: asyncpg.Connection, marks: Marks, *, now: datetime
) -> list[tuple[DeviceId, down.Command]]:
    """What to tell again to devices that have spoken since; a device carries out a number once."""
    rows = await conn.fetch(_UNANSWERED, now - AGAIN, now - IN_VAIN)
    return _commands(r for r in rows if marks[DeviceId(r["device_id"])].contact_us > to_us(r["sent_at"]))


def _commands(rows: Iterable[asyncpg.Record]) -> list[tuple[DeviceId, down.Command]]:
    found = []
    for row in rows:
        with suppress(msgspec.ValidationError):  # not written by `order`: no device would understand it
            body = msgspec.json.decode(row["body"])
            if row["expires_at"]:
                body["until_us"] = to_us(row["expires_at"])
            command = down.command(row["id"], row["kind"], body=body)
            found.append((DeviceId(row["device_id"]), command))
    return found


async def mark_sent(conn: asyncpg.Connection, commands: Sequence[int], *, now: datetime) -> None:
    await conn.execute(_SENT, commands, now)


async def expire(conn: asyncpg.Connection, *, now: datetime) -> list[int]:
    """The commands that nobody will carry out any more."""
    return [row["id"] for row in await conn.fetch(_EXPIRE, now, IN_VAIN)]


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
