"""Whoever is accused, their unit and whoever acts for them find nothing, on any way there is."""

import re
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy.dialects.postgresql import Range

from asked import BODIES, FORMS, QUESTIONS
from callers import browser, session, user
from core import clock
from core.auth import GRANTS, Role
from core.model import UserId
from filed.appeals import filed
from filed.relatives import kept
from files import SINCE, institution, person, posting, row, stay
from inmates.exclusions.tables import deputies
from inmates.legality.tables import complaints_against
from messaging.appeals import rounds
from messaging.appeals.model import Kind
from messaging.relatives.files import store as files_store
from related import enrolled
from ways import Way, ways

SUBJECT = "zirqurbonova ustidan"
NEVER_LISTED = {"/appeals/new", "/v1/appeal-states", "/v1/delays", "/delays", "/v1/register/deputies"}
"""They show no appeal to anybody, or counts of a region to everybody."""


class Scene:
    """Four of oversight: one accused, one of an accused unit, one who acts for the accused, one free."""

    def __init__(self, app: FastAPI) -> None:
        self.app, self.engine = app, app.state.engine

    async def opened(self) -> "Scene":
        self.here, self.whom = await institution(self.engine), await person(self.engine)
        unit = await institution(self.engine)
        await stay(self.engine, self.whom, self.here)
        self.free = await user(self.engine, "free", role=Role.OVERSIGHT)
        accused, member, deputy = [
            await user(self.engine, name, role=Role.OVERSIGHT) for name in ("accused", "member", "deputy")
        ]
        officer = await user(self.engine, "officer")
        await posting(self.engine, member, unit)
        await posting(self.engine, officer, self.here)
        now = clock.now()
        during = Range(SINCE, now + timedelta(days=1))
        await row(
            self.engine, deputies, user_id=deputy, for_user_id=accused, during=during, named_by=self.free
        )
        self.barred = {"accused": accused, "unit": member, "deputy": deputy, "bypassed": officer}
        made = await filed(
            self.engine,
            self.whom,
            kind=Kind.SHIKOYAT,
            subject=SUBJECT,
            is_danger=True,
            accused_users=frozenset({accused}),
            accused_institutions=frozenset({unit}),
        )
        self.ident, self.number = made.appeal.id, made.appeal.number
        async with self.engine.begin() as conn:
            self.file = await kept(conn, await enrolled(self.engine, self.app.state.keys))
            await files_store.attach(conn, self.file, appeal=self.ident, at=now)
            await rounds.look(conn, now=made.standing.due_at + timedelta(days=9))
        return self

    async def asked(self, way: Way, who: UserId) -> tuple[int, str]:
        path = re.sub(r":\w+}", "}", way.path).format(
            appeal_id=self.ident, person_id=self.whom, task_id=self.task, file_id=self.file
        )
        form = FORMS.get(way.path)
        body = BODIES.get(way.path) if form is None and way.method != "GET" else None
        async with browser(self.app, await session(self.engine, who)) as visitor:
            answer = await visitor.request(
                way.method, path, json=body, data=form, params=QUESTIONS.get(way.path)
            )
        return answer.status_code, answer.text

    async def tasks(self) -> None:
        async with browser(self.app, await session(self.engine, self.free)) as visitor:
            found = (await visitor.get("/v1/tasks")).json()["tasks"]
        assert {one["kind"] for one in found} >= {"appeal_danger", "appeal_overdue"}
        self.task = found[0]["id"]


@pytest.fixture
async def scene(app: FastAPI) -> Scene:
    opened = await Scene(app).opened()
    await opened.tasks()
    return opened


def about(app: FastAPI) -> list[Way]:
    """Every way that leads to an appeal, a list or a count of them, or a task about one."""
    found = [
        way
        for way in ways(app)
        if way.method not in {"MOUNT", "SOCKET"}
        and re.search(r"appeal|tasks", way.path)
        and "/my/" not in way.path
        and way.path not in NEVER_LISTED
        and way.guards[0] in GRANTS[Role.OVERSIGHT]
    ]
    return sorted(found, key=lambda way: (way.method, way.path))


async def test_on_every_way_the_accused_find_nothing_and_others_do(app: FastAPI, scene: Scene) -> None:
    wrong = {}
    for way in about(app):
        if way.method == "POST" and "{" not in way.path:
            continue
        for name, who in scene.barred.items():
            status, text = await scene.asked(way, who)
            told = SUBJECT in text or scene.number in text or f"/appeals/{scene.ident}" in text
            hidden = status == 404 if re.search(r"{(appeal|task)_id}", way.path) else not told
            if not hidden and not (name == "bypassed" and status == 403):
                wrong[way.name, name] = (status, text[:80])
    assert not wrong
    for way in about(app):
        if way.method == "GET":
            status, text = await scene.asked(way, scene.free)
            # A file is sealed with a key of its own, and a paper may not be written yet: but they are there.
            if re.search(r"{file_id}|/(paper|conclusion)", way.path):
                assert status != 404
                continue
            assert status == 200, way.name
            counts = re.search(r'"(count|tasks)":[1-9]', text)
            told = scene.number in text or str(scene.ident) in text or counts
            assert told, way.name


async def test_counts_and_searches_are_the_same_as_without_it(app: FastAPI, scene: Scene) -> None:
    questions = ("/v1/register/appeal-counts", "/v1/register/appeals?words=zirqurbonova", "/appeals.csv")
    for who in scene.barred.values():
        async with browser(app, await session(scene.engine, who)) as visitor:
            counts, found, sheet = [await visitor.get(path) for path in questions]
        assert (counts.json(), found.json()["appeals"], len(sheet.text.splitlines())) == ([], [], 1)
    async with browser(app, await session(scene.engine, scene.free)) as visitor:
        assert len((await visitor.get(questions[1])).json()["appeals"]) == 1


async def test_a_complaint_about_staff_reaches_the_guard_of_retaliation(scene: Scene) -> None:
    """Everybody of an accused unit counts, and nobody wrote it down by hand."""
    async with scene.engine.begin() as conn:
        found = (await conn.execute(complaints_against.select())).all()
    about_whom = {(one.against, one.reference, one.written_by) for one in found}
    assert about_whom == {(scene.barred[name], scene.number, None) for name in ("accused", "unit")}


async def test_who_is_named_later_is_out_from_then_on(app: FastAPI, scene: Scene) -> None:
    said = {"command": "name_accused", "values": {"users": [scene.free]}}
    path = f"/v1/register/appeals/{scene.ident}"
    async with browser(app, await session(scene.engine, scene.free)) as visitor:
        assert (await visitor.get(path)).status_code == 200
        assert (await visitor.post(f"{path}/commands", json=said)).status_code == 200
        assert (await visitor.get(path)).status_code == 404
        assert (await visitor.get("/v1/tasks")).json()["tasks"] == []
