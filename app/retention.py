"""The timetable of what serves a moment only: nightly what is past its term goes, the audit counts it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnClause, delete
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table
from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock, statutes

STATUTE: Final = "retention"
ENDS: Final[Mapping[str, str]] = {
    "sessions": "ends_at",
    "known_addresses": "seen_at",
    "sign_in_flows": "made_at",
    "passkey_challenges": "made_at",
    "lockouts": "last_at",
    "missed_lookups": "at",
    "relative_texts": "ends_at",
    "device_events": "taken_at",
}
"""By table: the column from which its term of statutes/retention.toml runs."""


async def run(conn: AsyncConnection, *, now: datetime) -> dict[str, int]:
    """How many rows went, by table; a table without a rule that holds today keeps everything."""
    law = statutes.load(STATUTE).on(now.astimezone(clock.HERE).date())
    gone = {}
    for table, column in ENDS.items():
        if table in law.rules:
            moment: ColumnClause[datetime] = sql_column(column)
            before = now - timedelta(days=law.whole(table))
            past = delete(sql_table(table, moment)).where(moment < before)
            gone[table] = (await conn.execute(past)).rowcount
    detail = {"rules": law.digest, "gone": gone}
    await audit.record(conn, None, action="retention:run", subject_kind="retention", detail=detail)
    return gone
