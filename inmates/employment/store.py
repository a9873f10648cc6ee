"""Jobs, placements and what was worked, as the records hold them."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    ColumnElement,
    Date,
    Select,
    any_,
    case,
    cast,
    func,
    insert,
    literal_column,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, Range, distinct_on
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.selectable import LateralFromClause

from core.clock import HERE
from core.model import PersonId, UserId
from inmates.employment.model import (
    Effort,
    Job,
    JobId,
    Placement,
    PlacementId,
    Tariff,
)
from inmates.employment.tables import job_placements, job_versions, jobs
from inmates.model import Scope
from inmates.tables import institutions, postings, stays

DAY = timedelta(days=1)
ZONE: ColumnElement[str] = literal_column(f"'{HERE.key}'")
left_on = (  # the first day on which somebody stays there no longer; none: they stay, or never did
    select(
        case(
            (func.bool_or(func.upper_inf(stays.c.during)), None),
            else_=cast(func.timezone(ZONE, func.max(func.upper(stays.c.during))), Date) + 1,
        )
    )
    .where(stays.c.person_id == job_placements.c.person_id, stays.c.institution_id == jobs.c.institution_id)
    .correlate(job_placements, jobs)
    .scalar_subquery()
)
"""A person works where they stay: whoever was moved is in the job no longer, though nobody ended it."""
latest = (
    select(job_versions)
    .ext(distinct_on(job_versions.c.job_id))
    .order_by(job_versions.c.job_id, job_versions.c.version.desc())
    .subquery("latest")
)
UNTIL = func.coalesce(func.upper(job_placements.c.during), left_on)
JOB = (
    jobs.c.id,
    jobs.c.institution_id,
    latest.c.version,
    latest.c.title,
    latest.c.isco,
    latest.c.effort,
    latest.c.is_open,
)
PLACEMENT = (
    job_placements.c.id,
    job_placements.c.person_id,
    job_placements.c.job_id,
    jobs.c.institution_id,
    job_placements.c.tariff,
    job_placements.c.rate,
    func.lower(job_placements.c.during).label("since"),
    UNTIL.label("until"),
)


def among(column: ColumnElement[int], ids: Collection[int]) -> ColumnElement[bool]:
    """One parameter, however many there are."""
    return column == any_(cast(list(ids), ARRAY(BigInteger)))


def run_by(scope: Scope, institution: ColumnElement[int]) -> ColumnElement[bool]:
    """Is this one of the institutions where the caller is posted?"""
    if scope.user is None:
        return true()
    mine = select(postings.c.institution_id).where(
        postings.c.user_id == scope.user, postings.c.during.contains(scope.at)
    )
    return institution.in_(mine)


async def places(conn: AsyncConnection, scope: Scope, *, most: int = 200) -> list[tuple[int, str]]:
    """Institutions whose work the caller may see, by name."""
    query = select(institutions.c.id, institutions.c.name).where(run_by(scope, institutions.c.id))
    found = await conn.execute(query.order_by(institutions.c.name).limit(most))
    return [(row.id, row.name) for row in found]


async def kind_of_place(conn: AsyncConnection, institution: int, *, scope: Scope) -> str | None:
    """None: there is none, or it is not the caller's."""
    query = select(institutions.c.kind).where(
        institutions.c.id == institution, run_by(scope, institutions.c.id)
    )
    return (await conn.execute(query)).scalar()


async def add_job(conn: AsyncConnection, institution: int) -> JobId:
    made = insert(jobs).values(institution_id=institution).returning(jobs.c.id)
    return JobId((await conn.execute(made)).scalar_one())


async def add_version(conn: AsyncConnection, job: Job, *, by: UserId) -> bool:
    """False: somebody else has written this version first."""
    row = {
        "job_id": job.id,
        "version": job.version,
        "title": job.title,
        "isco": job.isco,
        "effort": job.effort,
        "is_open": job.is_open,
        "made_by": by,
    }
    made = insert(job_versions).values(row).returning(job_versions.c.version)
    return await unless(conn, "pk_job_versions", made=made) is not None


async def unless(conn: AsyncConnection, constraint: str, *, made: Any) -> int | None:
    """What a statement returns; None where this constraint forbids it."""
    try:
        async with conn.begin_nested():
            return int((await conn.execute(made)).scalar_one())
    except IntegrityError as error:
        if constraint in str(error.orig):
            return None
        raise


async def job(conn: AsyncConnection, ident: JobId, *, scope: Scope) -> Job | None:
    query = _jobs().where(jobs.c.id == ident, run_by(scope, jobs.c.institution_id))
    row = (await conn.execute(query)).one_or_none()
    return _job(row) if row else None


async def jobs_of(conn: AsyncConnection, institution: int, *, after: int | None, most: int) -> list[Job]:
    query = _jobs().where(jobs.c.institution_id == institution).order_by(jobs.c.id).limit(most)
    if after is not None:
        query = query.where(jobs.c.id > after)
    return [_job(row) for row in await conn.execute(query)]


async def is_staying(
    conn: AsyncConnection, person: PersonId, *, institution: int, during: tuple[datetime, datetime]
) -> bool:
    """At some moment of that time."""
    query = select(stays.c.id).where(
        stays.c.person_id == person,
        stays.c.institution_id == institution,
        stays.c.during.overlaps(Range(*during, bounds="[]")),
    )
    return (await conn.execute(query)).first() is not None


async def place(
    conn: AsyncConnection, person: PersonId, *, job: JobId, tariff: Tariff, rate: int, since: date, by: UserId
) -> PlacementId | None:
    """None: the person is in that job already."""
    row = {
        "person_id": person,
        "job_id": job,
        "tariff": tariff,
        "rate": rate,
        "during": Range(since, None),
        "made_by": by,
    }
    made = insert(job_placements).values(row).returning(job_placements.c.id)
    ident = await unless(conn, "ex_job_placements_during", made=made)
    return None if ident is None else PlacementId(ident)


async def end(conn: AsyncConnection, ident: PlacementId, *, since: date, until: date, by: UserId) -> None:
    done = {"during": Range(since, until), "ended_by": by}
    await conn.execute(update(job_placements).values(done).where(job_placements.c.id == ident))


async def placement(conn: AsyncConnection, ident: PlacementId, *, scope: Scope) -> Placement | None:
    """Of who runs the place of the job, also when the person stays elsewhere by now. Locked: entries and the
    end of a placement come one after the other."""
    query = _placements().where(job_placements.c.id == ident, run_by(scope, jobs.c.institution_id))
    row = (await conn.execute(query.with_for_update(of=job_placements))).one_or_none()
    return _placement(row) if row else None


async def placements_of(
    conn: AsyncConnection, person: PersonId, *, named_on: date | None = None
) -> list[Placement]:
    """Newest first; called as the job was called on that day, or on the placement's last."""
    query = _placements(named_on).where(job_placements.c.person_id == person)
    order = (func.lower(job_placements.c.during).desc(), job_placements.c.id.desc())
    return [_placement(row) for row in await conn.execute(query.order_by(*order))]


async def workers(
    conn: AsyncConnection, institution: int, *, since: date, until: date, person: PersonId | None = None
) -> list[Placement]:
    """Who worked or may have worked there in that time, by person."""
    overlap = job_placements.c.during.overlaps(Range(since, until))
    was_there = func.coalesce(UNTIL, date.max) > since
    query = _placements().where(jobs.c.institution_id == institution, overlap, was_there)
    if person is not None:
        query = query.where(job_placements.c.person_id == person)
    found = await conn.execute(query.order_by(job_placements.c.person_id, job_placements.c.id))
    return [_placement(row) for row in found]


def _placements(named_on: date | None = None) -> Select[Any]:
    named = _named(named_on)
    return (
        select(*PLACEMENT, named.c.title, named.c.isco, named.c.effort)
        .join(jobs, jobs.c.id == job_placements.c.job_id)
        .join(named, true())
    )


def _named(on: date | None) -> LateralFromClause:
    """The version of the job on that day, or on the last day of the placement, or now; the first one of a job
    that was written down later."""
    bound = func.timezone(ZONE, cast(UNTIL if on is None else func.least(UNTIL, on + DAY), TIMESTAMP))
    is_of_day = func.coalesce(job_versions.c.made_at < bound, true())
    return (
        select(job_versions.c.title, job_versions.c.isco, job_versions.c.effort)
        .where(job_versions.c.job_id == jobs.c.id)
        .order_by(
            is_of_day.desc(), case((is_of_day, job_versions.c.version), else_=-job_versions.c.version).desc()
        )
        .limit(1)
        .lateral("named")
    )


def _jobs() -> Select[Any]:
    return select(*JOB).join(latest, latest.c.job_id == jobs.c.id)


def _job(row: Any) -> Job:
    return Job(
        JobId(row.id),
        row.institution_id,
        row.version,
        row.title,
        row.isco,
        Effort(row.effort),
        is_open=row.is_open,
    )


def _placement(row: Any) -> Placement:
    return Placement(
        PlacementId(row.id),
        PersonId(row.person_id),
        JobId(row.job_id),
        row.institution_id,
        row.title,
        row.isco,
        Effort(row.effort),
        Tariff(row.tariff),
        row.rate,
        row.since,
        row.until,
    )
