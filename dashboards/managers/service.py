"""The figures of the caller's people: loaded, computed, and that they were read recorded."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission
from core.model import PersonId
from dashboards.managers import rules
from dashboards.managers.model import CoveredPage, Period, View
from dashboards.managers.store import answers, devices, load
from inmates.service import within

MOST: Final = 50
"""Wearers of one page."""
MEASURED: Final = timedelta(days=7)
"""Of which fixes are counted one by one: these days are still in the table."""


async def view(conn: AsyncConnection, caller: Caller, *, days: int) -> View:
    scope, over = within(caller), rules.period(days, now=clock.now())
    loads = await load.loads(conn, scope, over=over)
    counted = await answers.counted(conn, scope, over=over)
    worn = await devices.worn(conn, scope, over=over)
    await _record(conn, caller, part="figures", over=over)
    return View(
        over,
        loads,
        rules.balance(loads),
        rules.fates(counted, worn),
        rules.kinds(counted, worn),
        rules.days(counted, over),
        worn,
        await answers.waits(conn, scope, over=over),
        await devices.lots(conn, scope, over=over),
    )


async def coverage(
    conn: AsyncConnection, caller: Caller, *, days: int, after: tuple[float, PersonId] | None = None
) -> tuple[Period, CoveredPage]:
    """Wearers, those unheard the longest first."""
    scope, over = within(caller), rules.period(days, now=clock.now())
    found = await devices.covered(conn, scope, over=over, after=after, most=MOST + 1)
    page = found[:MOST]
    lately = Period(max(over.since, over.until - MEASURED), over.until)
    measured = await devices.measured(conn, [one.person for one in page], over=lately)
    await _record(conn, caller, part="coverage", over=over)
    last = page[-1] if len(found) > MOST else None
    rows = [replace(one, measured=measured.get(one.person)) for one in page]
    return over, CoveredPage(rows, (last.unheard_s / last.worn_s, last.person) if last else None)


async def _record(conn: AsyncConnection, caller: Caller, *, part: str, over: Period) -> None:
    detail = {"part": part, "since": over.since.isoformat(), "until": over.until.isoformat()}
    await audit.record(
        conn, caller.user, action=Permission.FIGURE_READ, subject_kind="figures", detail=detail
    )
