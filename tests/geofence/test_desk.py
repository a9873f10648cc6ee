"""Officers answer alerts on the real database: one wins, entries only grow, every act is audited and told."""

import asyncio

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from core import db
from core.errors import NotFound, Refusal
from core.model import UserId
from geofence import desk
from geofence.model import AlertId, AlertState, Outcome
from geofence.rules.alerts import AlreadyTaken
from geofence.store import alerts
from supervised import minute, supervised


@pytest.fixture
async def alert(conn: asyncpg.Connection) -> AlertId:
    one = await supervised(conn)
    breach = await conn.fetchval(
        "insert into breaches (person_id, kind, subject_id, opened_at, found_at, opening)"
        " values ($1, 'strap', $2, $3, $3, '{}') returning id",
        one.person,
        one.device,
        minute(0),
    )
    made = await conn.fetchval(
        "insert into alerts (breach_id, person_id, severity, raised_at) values ($1, $2, 1, $3) returning id",
        breach,
        one.person,
        minute(0),
    )
    await conn.execute("insert into alert_entries (alert_id, kind) values ($1, 'raised')", made)
    return AlertId(made)


async def officers(conn: asyncpg.Connection, *names: str) -> list[UserId]:
    sql = (
        "insert into users (login, password_hash, role, shown_as) values ($1, '', 'officer', '') returning id"
    )
    return [UserId(await conn.fetchval(sql, name)) for name in names]


async def story(conn: asyncpg.Connection, alert: AlertId) -> str:
    rows = await conn.fetch("select kind from alert_entries where alert_id = $1 order by id", alert)
    return " ".join(row["kind"] for row in rows)


async def test_take_note_close(conn: asyncpg.Connection, engine: AsyncEngine, alert: AlertId) -> None:
    (seven,) = await officers(conn, "seven")
    async with db.transaction(engine) as records:
        await desk.take(records, seven, alert=alert)
        await desk.note(records, seven, alert=alert, text="called, at the doctor's")
        after = await desk.close(records, seven, alert=alert, outcome=Outcome.EXCUSE, text="paper seen")
    assert after.state is AlertState.CLOSED
    assert await story(conn, alert) == "raised taken noted closed"
    kept = await conn.fetchrow("select state, taken_by from alerts")
    assert tuple(kept) == ("closed", seven)
    async with engine.connect() as records:
        last = (await alerts.entries(records, alert))[-1][1]
    assert (last.by, last.note, last.outcome) == (seven, "paper seen", Outcome.EXCUSE)


async def test_every_act_is_audited_and_announced(
    conn: asyncpg.Connection, engine: AsyncEngine, alert: AlertId
) -> None:
    (seven,) = await officers(conn, "seven")
    async with db.transaction(engine) as records:
        await desk.take(records, seven, alert=alert)
    audit = await conn.fetchrow("select user_id, action, subject_kind, subject_id from audit")
    assert tuple(audit) == (seven, "alert:answer", "alert", alert)
    feed = await conn.fetchrow("select kind, body ->> 'state' from feed")
    assert tuple(feed) == ("alert", "taken")


async def test_two_officers_take_at_once_and_one_wins(
    conn: asyncpg.Connection, engine: AsyncEngine, alert: AlertId
) -> None:
    async def take(by: UserId) -> str:
        try:
            async with db.transaction(engine) as records:
                await desk.take(records, by, alert=alert)
        except Refusal as refusal:
            return f"{refusal.status} {refusal.code}"
        return "won"

    seven, eight = await officers(conn, "seven", "eight")
    told = await asyncio.gather(take(seven), take(eight))
    assert sorted(told) == ["409 alert_already_taken", "won"]
    assert await story(conn, alert) == "raised taken"


async def test_a_refused_act_leaves_nothing(
    conn: asyncpg.Connection, engine: AsyncEngine, alert: AlertId
) -> None:
    seven, eight = await officers(conn, "seven", "eight")
    async with db.transaction(engine) as records:
        await desk.take(records, seven, alert=alert)
    with pytest.raises(AlreadyTaken):
        async with db.transaction(engine) as records:
            await desk.close(records, eight, alert=alert, outcome=Outcome.FALSE)
    assert await story(conn, alert) == "raised taken"
    assert await conn.fetchval("select count(*) from audit") == 1


async def test_what_is_not_there_is_not_found(conn: asyncpg.Connection, engine: AsyncEngine) -> None:
    (seven,) = await officers(conn, "seven")
    with pytest.raises(NotFound):
        async with db.transaction(engine) as records:
            await desk.take(records, seven, alert=AlertId(1))
