"""Statements become events of a course, at once or as soon as somebody says whose and which they are."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response

from asked.education import COURSE
from callers import browser, session, user
from core import clock
from core.auth import Role
from core.model import PersonId
from files import institution, person, posting, stay
from platforms import ACCOUNT, LESSON, keep, statement, voiding


@pytest.fixture
async def teacher(app: FastAPI, lms: AsyncClient) -> AsyncIterator[AsyncClient]:  # noqa: ARG001 - first
    """In an institution with one learner, `app.state.whom`, and a course."""
    who, here = (
        await user(app.state.engine, "teacher", role=Role.TEACHER),
        await institution(app.state.engine),
    )
    await posting(app.state.engine, who, here)
    app.state.whom = await person(app.state.engine)
    await stay(app.state.engine, app.state.whom, here)
    async with browser(app, await session(app.state.engine, who)) as visitor:
        assert (await visitor.post("/v1/courses", json=COURSE | {"provider": "lms"})).status_code == 201
        yield visitor


async def maps(teacher: AsyncClient, course: str = "ASKED") -> Response:
    body = {"provider": "lms", "iri": LESSON, "course": course}
    return await teacher.post("/v1/courses/activities", json=body)


async def enrols(teacher: AsyncClient, whom: PersonId, **account: str) -> Response:
    start = (clock.today() - timedelta(days=9)).isoformat()
    given = {"provider": "lms", "home_page": ACCOUNT["homePage"], "name": ACCOUNT["name"]} | account
    body = {"course": "ASKED", "on": start, "account": given}
    return await teacher.post(f"/v1/people/{whom}/enrolments", json=body)


async def standing(teacher: AsyncClient, whom: PersonId) -> tuple[str, float, float | None]:
    found = (await teacher.get(f"/v1/people/{whom}/education")).json()["learning"][0]["standing"]
    return found["state"], found["percent"], found["score"]


async def waiting(teacher: AsyncClient) -> list[str]:
    return [one["why"] for one in (await teacher.get("/v1/statements/waiting")).json()["statements"]]


async def test_statements_move_a_course_forward_and_voiding_takes_them_back(
    app: FastAPI, lms: AsyncClient, teacher: AsyncClient
) -> None:
    whom = app.state.whom
    assert (await maps(teacher)).status_code == 204
    assert (await enrols(teacher, whom)).status_code == 201
    progress = {"extensions": {"https://w3id.org/xapi/cmi5/result/extensions/progress": 40}}
    await keep(lms, statement("attempted"), statement("progressed", result=progress))
    assert await standing(teacher, whom) == ("under_way", 40, None)
    (passed,) = await keep(lms, statement("passed", result={"score": {"scaled": 0.85}}))
    assert await standing(teacher, whom) == ("passed", 100, 0.85)
    await keep(lms, voiding(passed))
    assert await standing(teacher, whom) == ("under_way", 40, None)
    await keep(lms, statement("experienced"))
    assert await waiting(teacher) == []


async def test_what_nobody_understands_is_kept_listed_and_understood_later(
    app: FastAPI, lms: AsyncClient, teacher: AsyncClient
) -> None:
    whom = app.state.whom
    await keep(lms, statement("completed"))
    assert await waiting(teacher) == ["no_account"]
    await teacher.post(
        f"/v1/people/{whom}/accounts",
        json={"provider": "lms", "home_page": ACCOUNT["homePage"], "name": ACCOUNT["name"]},
    )
    assert await waiting(teacher) == ["no_course"]
    assert LESSON in (await teacher.get("/education")).text
    await maps(teacher)
    assert await waiting(teacher) == ["no_enrolment"]
    assert (await enrols(teacher, whom)).status_code == 201
    assert await waiting(teacher) == []
    assert await standing(teacher, whom) == ("completed", 100, None)


async def test_an_account_is_one_persons_and_an_activity_one_course(
    app: FastAPI, teacher: AsyncClient
) -> None:
    whom, other = app.state.whom, await person(app.state.engine)
    assert (await enrols(teacher, whom, name="31234567890123")).json()["type"].endswith("account_is_pinfl")
    assert (await teacher.get(f"/v1/people/{whom}/education")).json()["learning"] == []
    assert (await enrols(teacher, whom)).status_code == 201
    assert (await enrols(teacher, other)).status_code == 404
    root = await user(app.state.engine, "root", role=Role.ADMINISTRATOR)
    async with browser(app, await session(app.state.engine, root)) as everywhere:
        assert (await enrols(everywhere, other)).json()["type"].endswith("education_account_taken")
    await teacher.post("/v1/courses", json=COURSE | {"code": "OTHER"})
    assert (await maps(teacher)).status_code == 204
    assert (await maps(teacher)).status_code == 204
    assert (await maps(teacher, "OTHER")).json()["type"] == "/problems/education_activity_taken"
