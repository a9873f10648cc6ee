"""What custody and the register of visits say to the rights clock, and to flags at night."""

from datetime import timedelta

from fastapi import FastAPI
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from app import flagging, known
from callers import user
from core import clock, db
from core.auth import Role
from core.model import PersonId, UserId
from core.tables import audit
from filed import custody, entitlements
from filed.conduct import head, sanction
from files import institution, person, stay
from inmates.entitlements.model import Thing
from inmates.flags import service as flags
from inmates.flags.tables import flag_decisions
from inmates.flags.tables import flags as raised
from inmates.rights import service
from inmates.rights.model import DutyKind, EntryKind
from inmates.rights.store import add_entry
from inmates.tasks.tables import tasks


async def owed(engine: AsyncEngine, whom: PersonId, kind: DutyKind) -> list[tuple[bool, bool]]:
    """Of each duty of this kind: is it done, is it owed no longer?"""
    async with db.transaction(engine) as conn:
        every = (await service.owed(conn, [whom]))[whom]
    return [(one.done_at is not None, one.ended_at is not None) for one in every if one.kind is kind]


async def test_nothing_is_owed_to_whoever_is_at_large(engine: AsyncEngine) -> None:
    whom, who = await person(engine), await user(engine, "clerk", role=Role.REGISTRAR)
    now = clock.now()
    made = await custody.episode(engine, whom, await institution(engine), at=now - timedelta(hours=9), by=who)
    under = made["episode_id"]
    await custody.movement(engine, whom, under, "escape", at=now - timedelta(hours=8), by=who)
    assert await owed(engine, whom, DutyKind.ADMISSION_CHECK) == []
    await custody.movement(engine, whom, under, "recapture", at=now - timedelta(hours=2), by=who)
    assert await owed(engine, whom, DutyKind.ADMISSION_CHECK) == [(False, False)]


async def test_a_visit_in_the_register_is_a_visit_held(engine: AsyncEngine) -> None:
    whom, who = await person(engine), await user(engine, "clerk", role=Role.REGISTRAR)
    now = clock.now()
    made = await custody.episode(engine, whom, await institution(engine), at=now - timedelta(days=9), by=who)
    async with db.transaction(engine) as conn:
        await add_entry(
            conn, whom, kind=EntryKind.VISIT_ASKED, at=now - timedelta(days=5), answers=None, by=who
        )
    assert await owed(engine, whom, DutyKind.VISIT) == [(False, False)]
    await entitlements.use(engine, whom, Thing.CALL, at=now - timedelta(days=4))
    assert await owed(engine, whom, DutyKind.VISIT) == [(False, False)], "a call is no visit"
    await entitlements.use(engine, whom, Thing.VIDEO_VISIT, at=now - timedelta(days=3))
    assert await owed(engine, whom, DutyKind.VISIT) == [(True, False)]
    async with db.transaction(engine) as conn:
        await add_entry(
            conn, whom, kind=EntryKind.VISIT_ASKED, at=now - timedelta(days=2), answers=None, by=who
        )
    await custody.movement(engine, whom, made["episode_id"], "release", at=now - timedelta(days=1), by=who)
    assert await owed(engine, whom, DutyKind.VISIT) == [(True, False)], "owed no more after the release"


async def test_at_night_everybody_is_looked_at_once(app: FastAPI) -> None:
    """A flag is raised by the platform, asks for a decision, and does not come back every night."""
    engine, by = app.state.engine, await head(app.state.engine)
    where, whom, calm = await institution(engine), await person(engine), await person(engine)
    for one in (whom, calm):
        await stay(engine, one, where)
    for days in (1, 2, 3):
        await sanction(engine, whom, by, at=clock.now() - timedelta(days=days))
    await entitlements.use(engine, whom, Thing.SHORT_VISIT, at=clock.now() - timedelta(days=1))
    sources = known.sources(app.state.keys)
    assert await flagging.look_at_everybody(engine, sources) == 1
    assert await flagging.look_at_everybody(engine, sources) == 0, "it waits"
    async with db.transaction(engine) as conn:
        [flag] = (await conn.execute(select(raised))).all()
        assert (flag.person_id, flag.made_by) == (whom, None)
        assert list((await conn.execute(select(tasks.c.kind))).scalars()) == ["flag_raised"]
        told = await conn.execute(select(audit.c.user_id).where(audit.c.action == "flag:raise"))
        assert list(told.scalars()) == [None]
        said = {"flag_id": flag.id, "agrees": False, "reason": "talked with him", "decided_at": clock.now()}
        await conn.execute(insert(flag_decisions).values(said | {"decided_by": UserId(by)}))
    assert await flagging.look_at_everybody(engine, sources) == 0, "a human has answered"
    async with db.transaction(engine) as conn:
        assert await flags.waiting(conn, whom, at=clock.now()) == []
