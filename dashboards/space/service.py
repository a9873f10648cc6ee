"""The yearly report: of the whole country, for those who see it whole; published when nothing changes."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock, rule_sets, statutes
from core.auth import Caller, Permission
from core.clock import local_day
from core.errors import NotFound
from dashboards.space import rules, store
from dashboards.space.model import Report
from inmates.service import within

STATUTE = "space"


async def years(conn: AsyncConnection) -> list[int]:
    """Those that are over, newest first."""
    first, today = await store.first_year(conn), clock.today()
    if first is None:
        return []
    law = statutes.load(STATUTE).on(today)
    return [year for year in range(today.year, first - 1, -1) if rules.is_over(year, law, today=today)]


async def report(conn: AsyncConnection, caller: Caller, *, year: int | None) -> Report:
    """Exact: for the service itself. None: of the last year that is over."""
    known = await years(conn)
    year = year or next(iter(known), None)
    if within(caller).user is not None or year is None or year not in known:
        raise NotFound
    law = statutes.load(STATUTE).on(date(year, 12, 31))
    found = await store.groups(
        conn,
        at=local_day(rules.stock_on(year, law))[0],
        since=local_day(date(year, 1, 1))[0],
        until=local_day(date(year + 1, 1, 1))[0],
        ages=rules.bounds(law),
    )
    await rule_sets.keep(conn, law)
    await audit.record(
        conn, caller.user, action=Permission.FIGURE_PUBLISH, subject_kind="report", subject=year
    )
    return rules.report(year, found, law)
