"""Jobs, work of last month, an enforcement document, and an approved payroll."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncEngine

from core import clock, db, rule_sets
from core.auth import Role
from core.model import PersonId, UserId
from core.tables import users
from files import numbers, row
from inmates.employment import (
    rules,
    rules_wages,
    service_payrolls,
    store,
    store_payrolls,
)
from inmates.employment.model import EntryId, PlacementId, Said
from inmates.employment.tables import job_placements, job_versions, jobs, work_entries, writ_versions, writs
from inmates.model import Scope

SINCE = date(2026, 1, 1)


def last_month() -> date:
    return rules.month_of(rules.month_of(clock.today()) - timedelta(days=1))


async def clerk(engine: AsyncEngine) -> UserId:
    given = {"login": f"clerk-{next(numbers)}", "password_hash": "x", "shown_as": "Namuna Hisobchi"}
    return UserId(await row(engine, users, role=Role.ACCOUNTANT, **given))


async def job(engine: AsyncEngine, where: int, by: UserId, **values: Any) -> int:
    made = await row(engine, jobs, institution_id=where)
    given = {"version": 1, "title": "Tikuvchi", "isco": "7531", "effort": "ordinary", "is_open": True}
    await row(engine, job_versions, job_id=made, made_by=by, **(given | values))
    return made


async def placement(engine: AsyncEngine, whom: int, where: int, by: UserId, **values: Any) -> int:
    given = {"tariff": "hourly", "rate": 6_000, "during": Range(SINCE, None), "made_by": by}
    return await row(engine, job_placements, person_id=whom, job_id=where, **(given | values))


async def worked(engine: AsyncEngine, placed: int, whom: int, by: UserId, said: Said) -> int:
    given = {"kind": said.kind, "on_date": said.on, "starts_at": said.starts_at, "ends_at": said.ends_at}
    more = {"break_min": said.break_min, "pieces": said.pieces, "made_by": by}
    return await row(engine, work_entries, placement_id=placed, person_id=whom, **given, **more)


def day_shift(on: date) -> Said:
    return rules.shift(on, time(8), ends=time(17), break_min=60)


async def writ(engine: AsyncEngine, whom: int, by: UserId, **values: Any) -> int:
    paper = {"number": f"{next(numbers)}-ij", "issuer": "Namuna sudi", "issued_on": SINCE}
    made = await row(engine, writs, person_id=whom, **paper)
    given = {"creditor": "Namuna fuqaro", "kind": "crime_damage", "basis": "sum", "total": 1_000_000}
    more = {"share": "", "during": Range(SINCE, None), "state": "active", "version": 1, "made_by": by}
    await row(engine, writ_versions, writ_id=made, **(given | more | values))
    return made


async def approved(engine: AsyncEngine, where: int, month: date, by: UserId) -> tuple[int, int]:
    """A payroll and its first payslip, as the service would keep them."""
    law = service_payrolls.law_of(month)
    async with db.transaction(engine) as conn:
        kind = await store.kind_of_place(conn, where, scope=Scope(None, clock.now())) or ""
        found = await service_payrolls.facts(conn, where, month=month, kind=kind, besides=None)
        digest = await rule_sets.keep(conn, law)
        about = {"month": month, "replaces": None, "why": "", "digest": digest}
        made = await store_payrolls.add(conn, where, **about, by=by, at=clock.now())  # type: ignore[arg-type]
        assert made
        await store_payrolls.keep(conn, made, [(each, rules_wages.payslip(each, law)) for each in found])
        return made, (await store_payrolls.slips(conn, made))[0].id


async def everything(engine: AsyncEngine, made: Mapping[str, int]) -> dict[str, int]:
    """The month before last is approved, the last is not; one deduction may be held back of it."""
    whom, where = PersonId(made["person_id"]), made["institution_id"]
    by = await clerk(engine)
    job_id = await job(engine, where, by)
    placed = PlacementId(await placement(engine, whom, job_id, by))
    last = last_month()
    before = rules.month_of(last - timedelta(days=1))
    for month in (before, last):
        entry = EntryId(await worked(engine, placed, whom, by, day_shift(month)))
    owed = await writ(engine, whom, by)
    payroll, payslip = await approved(engine, where, before, by)
    return {
        "job_id": job_id,
        "placement_id": placed,
        "work_entry_id": entry,
        "writ_id": owed,
        "payroll_id": payroll,
        "payslip_id": payslip,
    }
