"""Tasks: for whom, about whom, once, and done by somebody who says what came of it."""

from fastapi import FastAPI
from sqlalchemy import select, update

from callers import browser, session, user
from core import clock
from core.auth import Role
from core.tables import audit
from filed.tasks import task
from files import institution, person, posting, stay
from inmates.tasks import store
from inmates.tasks.model import Wanted
from inmates.tasks.tables import tasks


async def test_a_task_is_seen_by_its_role_in_its_institution_and_done_once(app: FastAPI) -> None:
    engine = app.state.engine
    here, there, whom = await institution(engine), await institution(engine), await person(engine)
    await stay(engine, whom, here)
    made = await task(engine, whom, Role.DOCTOR)
    assert not await task(engine, whom, Role.DOCTOR)
    doctor, other = await user(engine, "doc", role=Role.DOCTOR), await user(engine, "far", role=Role.DOCTOR)
    nurse = await user(engine, "teach", role=Role.TEACHER)
    root = await user(engine, "root", role=Role.ADMINISTRATOR)
    await posting(engine, doctor, here)
    await posting(engine, nurse, here)
    await posting(engine, other, there)
    for who, seen in ((doctor, [made]), (other, []), (nurse, []), (root, [])):
        async with browser(app, await session(engine, who)) as visitor:
            assert [t["id"] for t in (await visitor.get("/v1/tasks")).json()["tasks"]] == seen
            if not seen:
                done = await visitor.post(f"/v1/tasks/{made}/done", json={"outcome": "x"})
                assert done.status_code == 404
    async with browser(app, await session(engine, doctor)) as visitor:
        assert (await visitor.post(f"/v1/tasks/{made}/done", json={"outcome": " "})).status_code == 422
        assert (await visitor.post(f"/v1/tasks/{made}/done", json={"outcome": "seen"})).status_code == 204
        again = await visitor.post(f"/v1/tasks/{made}/done", json={"outcome": "seen"})
        assert again.json()["type"] == "/problems/task_done"
        assert (await visitor.get("/v1/tasks")).json()["tasks"] == []
    async with engine.begin() as conn:
        assert (await conn.execute(select(tasks.c.done_by, tasks.c.outcome))).one() == (doctor, "seen")
        assert (await conn.execute(select(audit.c.action, audit.c.subject_id))).all() == [
            ("task:write", whom)
        ]


async def test_a_long_list_is_read_page_by_page_while_tasks_are_done(app: FastAPI) -> None:
    """Urgent ones first; the page after a task begins behind it even when it was done meanwhile."""
    engine = app.state.engine
    here, whom = await institution(engine), await person(engine)
    await stay(engine, whom, here)
    made = [await task(engine, whom, subject=number) for number in range(1, 6)]
    async with engine.begin() as conn:
        await conn.execute(update(tasks).values(is_urgent=True).where(tasks.c.id == made[4]))
    wanted, who = [made[4], *made[:4]], await user(engine)
    await posting(engine, who, here)
    async with browser(app, await session(engine, who)) as visitor:
        seen, ask = list[int](), "/v1/tasks?most=2"
        while ask:
            page = (await visitor.get(ask)).json()
            seen += [one["id"] for one in page["tasks"]]
            await visitor.post(f"/v1/tasks/{seen[-1]}/done", json={"outcome": "seen"})
            ask = f"/v1/tasks?most=2&after={page['after']}" if page["after"] else ""
        assert seen == wanted
        assert (await visitor.get(f"/v1/tasks?after={wanted[0] + 999}")).json()["tasks"] == []
        assert (await visitor.get("/v1/tasks?most=201")).status_code == 422


async def test_the_page_shows_what_is_urgent_and_does_it(app: FastAPI) -> None:
    engine = app.state.engine
    here, whom = await institution(engine), await person(engine, "Namunayev")
    await stay(engine, whom, here)
    made, who = await task(engine, whom), await user(engine)
    await posting(engine, who, here)
    async with browser(app, await session(engine, who)) as visitor:
        assert "Namunayev" in (await visitor.get("/tasks")).text
        answer = await visitor.post(f"/tasks/{made}", data={"outcome": "looked"})
        assert answer.status_code == 303
        assert "Namunayev" not in (await visitor.get("/tasks")).text


async def test_a_text_with_a_sign_that_nothing_keeps_is_refused(app: FastAPI) -> None:
    engine = app.state.engine
    here, whom = await institution(engine), await person(engine)
    await stay(engine, whom, here)
    made, who = await task(engine, whom), await user(engine)
    await posting(engine, who, here)
    async with browser(app, await session(engine, who)) as visitor:
        answer = await visitor.post(f"/v1/tasks/{made}/done", json={"outcome": "a\x00b"})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid")


async def test_a_task_names_no_way_that_its_role_may_not_go(app: FastAPI) -> None:
    """The administrator has no appeals."""
    engine, whom = app.state.engine, await person(app.state.engine)
    who = await user(engine, "root", role=Role.ADMINISTRATOR)
    async with engine.begin() as conn:
        await store.add(conn, Wanted(whom, "appeal_overdue", Role.ADMINISTRATOR, clock.now(), "appeal", 7))
    async with browser(app, await session(engine, who)) as visitor:
        shown = (await visitor.get("/tasks")).text
    assert 'data-testid="task-' in shown
    assert "/appeals/7" not in shown
