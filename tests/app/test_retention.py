"""The nightly timetable: what is past its term goes, what is not stays, and the audit says how many."""

from datetime import timedelta

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from app import retention
from callers import user as a_user
from core import clock, db, statutes
from core.tables import audit, sessions

DAY = timedelta(days=1)


async def test_what_is_past_its_term_goes_and_is_counted(engine: AsyncEngine) -> None:
    now = clock.now()
    user = await a_user(engine)
    term = statutes.load(retention.STATUTE).on(now.date()).whole("sessions")
    ends = {b"long ago": now - (term + 1) * DAY, b"lately": now - (term - 1) * DAY, b"now": now + DAY}
    async with db.transaction(engine) as conn:
        rows = [{"token_hash": token, "user_id": user, "ends_at": at} for token, at in ends.items()]
        await conn.execute(insert(sessions), rows)
        gone = await retention.run(conn, now=now)
        left = set((await conn.execute(select(sessions.c.token_hash))).scalars())
        noted = (
            await conn.execute(select(audit.c.detail).where(audit.c.action == "retention:run"))
        ).scalar_one()
    assert left == {b"lately", b"now"}
    assert gone["sessions"] == 1
    assert noted["gone"] == gone


def test_every_term_has_a_table_whose_rows_end() -> None:
    """And none of them refuses that its rows go: those are kept, and no term may name them."""
    law = statutes.load(retention.STATUTE).on(clock.today())
    assert set(law.rules) == set(retention.ENDS)
    for table, column in retention.ENDS.items():
        assert column in db.metadata.tables[table].c
