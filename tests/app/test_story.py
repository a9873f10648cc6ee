"""The demo's colony: whoever stays there has a commitment, a sentence that can be computed, and a place."""

from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from app import records, story
from core import clock, db
from core.model import PersonId
from core.sealing import Keys
from core.tables import users
from inmates.conduct.tables import conduct_decisions
from inmates.custody.tables import admissions
from inmates.education.tables import enrolments
from inmates.sentences import service as sentences
from inmates.tables import postings, stays
from messaging.appeals.tables import appeals


async def test_the_files_of_the_colony_are_filled(database: str, engine: AsyncEngine, tmp_path: Path) -> None:
    assert await records.run(database, Keys(tmp_path), records=120, seed=1, is_staffed=True)
    here = (
        select(stays.c.person_id)
        .join(postings, postings.c.institution_id == stays.c.institution_id)
        .join(users, users.c.id == postings.c.user_id)
        .where(users.c.login == "registrar")
        .order_by(stays.c.person_id)
    )
    async with db.transaction(engine) as conn:
        before = list((await conn.execute(here)).scalars())
    await story.write(database)
    async with db.transaction(engine) as conn:
        people = list((await conn.execute(here)).scalars())
        closed = select(func.count()).where(admissions.c.closed_at.is_not(None))
        assert people == before
        assert (await conn.execute(closed)).scalar_one() == len(people) > 3
        for table in (conduct_decisions, enrolments, appeals):
            assert (await conn.execute(select(func.count()).select_from(table))).scalar_one()
        for person in people:
            outcome = await sentences.computed(conn, PersonId(person), on=clock.today())
            assert outcome.computed is not None
            assert outcome.computed.present is not None
