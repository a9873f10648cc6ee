"""The learning record store as a platform meets it: signing in, storing, asking, voiding, being understood."""

import json
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy import func, select, update

from asked.education import COURSE
from callers import HOST, PASSWORD, browser, session, user
from core import clock
from core.auth import Role
from core.model import PersonId
from core.tables import users
from files import institution, person, posting, stay
from inmates.education.statements.tables import learning_statements

PATH = "/xapi/statements"
VERBS = "http://adlnet.gov/expapi/verbs/"
ACCOUNT = {"homePage": "https://learn.example", "name": "learner-1"}
LESSON = "https://learn.example/course/1"
VERSION = {"X-Experience-API-Version": "1.0.3"}


def statement(verb: str = "completed", **given: Any) -> dict[str, Any]:
    return {
        "actor": {"account": ACCOUNT},
        "verb": {"id": VERBS + verb},
        "object": {"id": LESSON},
        "timestamp": clock.now().isoformat(),
    } | given


def voiding(uuid: str) -> dict[str, Any]:
    return statement("voided", object={"objectType": "StatementRef", "id": uuid})


def platform(app: FastAPI, login: str = "lms", password: str = PASSWORD, **headers: str) -> AsyncClient:
    """A program: no cookie, no origin."""
    token = b64encode(f"{login}:{password}".encode()).decode()
    sent = {"authorization": f"Basic {token}"} | VERSION | headers
    return AsyncClient(transport=ASGITransport(app, raise_app_exceptions=False), base_url=HOST, headers=sent)


@pytest.fixture
async def lms(app: FastAPI) -> AsyncIterator[AsyncClient]:
    await user(app.state.engine, "lms", role=Role.PROVIDER)
    async with platform(app) as visitor:
        yield visitor


async def keep(lms: AsyncClient, *statements: dict[str, Any]) -> list[str]:
    answer = await lms.post(PATH, json=list(statements))
    assert answer.status_code == 200, answer.text
    found: list[str] = answer.json()
    return found


async def ask(lms: AsyncClient, **asked: str) -> Response:
    return await lms.get(PATH, params=asked)


async def ids(lms: AsyncClient, **asked: str) -> list[str]:
    answer = await ask(lms, **asked)
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["statements"]]


async def test_anybody_learns_which_version_is_spoken(app: FastAPI) -> None:
    async with AsyncClient(transport=ASGITransport(app), base_url=HOST) as visitor:
        answer = await visitor.get("/xapi/about")
    assert (answer.json(), answer.headers["x-experience-api-version"]) == ({"version": ["1.0.3"]}, "1.0.3")


async def test_a_platform_signs_in_with_each_request_and_only_here(app: FastAPI, lms: AsyncClient) -> None:
    await user(app.state.engine, "root", role=Role.ADMINISTRATOR)
    assert (await ask(lms)).status_code == 200
    assert (await lms.get("/v1/me")).status_code == 401
    assert (await lms.post("/v1/courses", json=COURSE)).json()["type"] == "/problems/wrong_origin"
    for visitor in (platform(app, password="wrong"), platform(app, "root"), platform(app, "nobody")):
        async with visitor:
            answer = await ask(visitor)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"].startswith("Basic ")


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic !", "Basic bG1z", "Basic OnB3", "Bearer x", "Basic " + b64encode(b"\xff:x").decode()],
)
async def test_a_header_that_says_nothing_is_nobody(app: FastAPI, header: str) -> None:
    async with platform(app, authorization=header) as visitor:
        assert (await ask(visitor)).status_code == 401


async def test_guessing_is_slowed_down_and_a_proven_password_is_not(app: FastAPI, lms: AsyncClient) -> None:
    assert (await ask(lms)).status_code == 200
    async with platform(app, password="guess") as guesser:
        codes = [(await ask(guesser)).status_code for _ in range(5)]
    assert codes == [401, 401, 401, 401, 429]
    assert (await ask(lms)).status_code == 200


async def test_a_password_that_was_changed_or_a_user_who_is_gone_counts_at_once(
    app: FastAPI, lms: AsyncClient
) -> None:
    assert (await ask(lms)).status_code == 200
    async with app.state.engine.begin() as conn:
        await conn.execute(update(users).values(password_hash="x"))
    assert (await ask(lms)).status_code == 401
    async with app.state.engine.begin() as conn:
        await conn.execute(update(users).values(is_active=False))
    assert (await ask(lms)).status_code == 401


async def test_a_cookie_takes_the_way_of_cookies(app: FastAPI, lms: AsyncClient) -> None:
    """A browser of somebody who is signed in stays under the same-origin rule, whatever header it adds."""
    officer = await user(app.state.engine, "officer")
    lms.cookies.set("ejazo", await session(app.state.engine, officer))
    answer = await lms.post(PATH, json=statement(), headers={"origin": "https://elsewhere.test"})
    assert answer.json()["type"] == "/problems/wrong_origin"
    assert (await ask(lms)).status_code == 403


@pytest.mark.parametrize("version", ["", "0.9", "1.1", "2.0.0"])
async def test_a_version_we_do_not_speak_is_refused(lms: AsyncClient, version: str) -> None:
    answer = await lms.get(PATH, headers={"X-Experience-API-Version": version})
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/xapi_unknown_version")
    assert answer.headers["x-experience-api-version"] == "1.0.3"


async def test_what_is_stored_comes_back_with_what_we_add(lms: AsyncClient) -> None:
    sent = statement(context={"contextActivities": {"parent": {"id": LESSON}}})
    sent |= {"authority": {"mbox": "mailto:a@b.c"}, "stored": "2001-01-01T00:00:00Z"}
    (uuid,) = await keep(lms, sent)
    answer = await ask(lms, statementId=uuid)
    found = answer.json()
    assert (found["id"], found["version"], found["actor"]) == (uuid, "1.0.0", {"account": ACCOUNT})
    assert found["context"]["contextActivities"] == {"parent": [{"id": LESSON}]}
    assert found["authority"]["account"]["name"] == "lms"
    assert found["stored"] > "2026"
    assert answer.headers["etag"]
    assert answer.headers["last-modified"]
    assert answer.headers["x-experience-api-consistent-through"] >= found["stored"]
    assert (await lms.head(PATH, params={"statementId": uuid})).status_code == 200
    assert (await ask(lms, statementId=str(uuid4()))).status_code == 404


async def test_an_id_is_one_statement_for_ever(lms: AsyncClient) -> None:
    uuid, sent = str(uuid4()), statement()
    for _ in range(2):
        assert (await lms.put(PATH, params={"statementId": uuid}, json=sent)).status_code == 204
    assert await keep(lms, sent | {"id": uuid}) == [uuid]
    other = await lms.put(PATH, params={"statementId": uuid}, json=statement("passed"))
    assert (other.status_code, other.json()["type"]) == (409, "/problems/xapi_same_id")
    wrong = await lms.put(PATH, params={"statementId": uuid}, json=sent | {"id": str(uuid4())})
    assert wrong.status_code == 400
    assert (await lms.put(PATH, json=sent)).status_code == 400
    assert len(await ids(lms)) == 1


async def test_a_batch_is_stored_whole_or_not_at_all(app: FastAPI, lms: AsyncClient) -> None:
    uuid = (await keep(lms, statement()))[0]
    twice = str(uuid4())
    for bad, status in (
        ([statement(), statement(verb="passed", object={})], 400),
        ([statement(), statement("failed", id=uuid)], 409),
        ([statement(id=twice), statement(id=twice)], 400),
    ):
        assert (await lms.post(PATH, json=bad)).status_code == status
    async with app.state.engine.begin() as conn:
        assert await conn.scalar(select(func.count()).select_from(learning_statements)) == 1
    assert await keep(lms) == []


async def test_questions_find_what_fits(lms: AsyncClient) -> None:
    registration = str(uuid4())
    other = {"mbox": "mailto:a@example.test"}
    first, second, third = await keep(
        lms,
        statement(),
        statement("passed", actor=other, context={"registration": registration}),
        statement("passed", object={"id": LESSON + "/2"}),
    )
    assert await ids(lms) == [third, second, first]
    assert await ids(lms, ascending="true") == [first, second, third]
    assert await ids(lms, agent=json.dumps({"account": ACCOUNT})) == [third, first]
    assert await ids(lms, agent=json.dumps(other | {"name": "A"}), limit="5") == [second]
    assert await ids(lms, verb=VERBS + "passed", activity=LESSON) == [second]
    assert await ids(lms, registration=registration) == [second]
    (fourth,) = await keep(lms, statement())
    stored = (await ask(lms, statementId=third)).json()["stored"]
    assert await ids(lms, since=stored) == [fourth]
    assert await ids(lms, until=stored, ascending="true") == [first, second, third]
    assert await ids(lms, since="2999-01-01T00:00:00Z") == []
    (about,) = await keep(lms, statement("experienced", object={"objectType": "StatementRef", "id": second}))
    assert await ids(lms, registration=registration) == [about, second]


async def test_pages_follow_each_other(lms: AsyncClient) -> None:
    sent = await keep(lms, *(statement() for _ in range(5)))
    answer, seen = (await ask(lms, limit="2", ascending="true")).json(), []
    while True:
        seen += [one["id"] for one in answer["statements"]]
        if not answer["more"]:
            break
        answer = (await lms.get(answer["more"])).json()
    assert seen == sent


@pytest.mark.parametrize(
    "asked",
    [
        {"Verb": "x"},
        {"agent": "{"},
        {"agent": "{}"},
        {"verb": "no iri"},
        {"since": "yesterday"},
        {"limit": "-1"},
        {"limit": "1e3"},
        {"ascending": "yes"},
        {"registration": "1"},
        {"statementId": "1"},
        {"statementId": str(uuid4()), "verb": VERBS},
        {"statementId": str(uuid4()), "voidedStatementId": str(uuid4())},
        {"attachments": "true"},
        {"format": "canonical"},
        {"related_agents": "true"},
    ],
)
async def test_a_question_that_is_none_is_refused(lms: AsyncClient, asked: dict[str, str]) -> None:
    assert (await ask(lms, **asked)).status_code == 400


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "application/json"),
        (b'{"a": NaN}', "application/json"),
        (b"1e999", "application/json"),
        (b"\xff", "application/json"),
        (b"[" * 5000 + b"]" * 5000, "application/json"),
        (b"{}", "text/plain"),
        (b"--x", "multipart/mixed; boundary=x"),
        (b'"text"', "application/json"),
    ],
)
async def test_what_is_no_json_is_refused(lms: AsyncClient, body: bytes, kind: str) -> None:
    assert (await lms.post(PATH, content=body, headers={"content-type": kind})).status_code == 400


async def test_any_text_survives(lms: AsyncClient) -> None:
    body = json.dumps(statement(result={"response": "\0 \ud800 ўқ"})).encode()
    answer = await lms.post(PATH, content=body, headers={"content-type": "application/json"})
    found = await ask(lms, statementId=answer.json()[0])
    assert json.loads(found.content)["result"]["response"] == "\0 \ud800 ўқ"


async def test_a_voided_statement_is_only_found_as_such(lms: AsyncClient) -> None:
    (uuid,) = await keep(lms, statement())
    (gone,) = await keep(lms, voiding(uuid))
    assert (await ask(lms, statementId=uuid)).status_code == 404
    assert (await ask(lms, voidedStatementId=uuid)).json()["id"] == uuid
    assert (await ask(lms, voidedStatementId=gone)).status_code == 404
    assert await ids(lms) == [gone]
    assert (await lms.post(PATH, json=voiding(gone))).json()["type"] == "/problems/xapi_voids_voiding"
    assert (await lms.post(PATH, json=statement("voided"))).status_code == 400
    unknown = str(uuid4())
    await keep(lms, voiding(unknown))
    await keep(lms, statement(id=unknown))
    assert (await ask(lms, voidedStatementId=unknown)).status_code == 200


async def test_a_platform_sees_its_own_statements_only(app: FastAPI, lms: AsyncClient) -> None:
    await user(app.state.engine, "other", role=Role.PROVIDER)
    (uuid,) = await keep(lms, statement())
    async with platform(app, "other") as other:
        assert await ids(other) == []
        assert (await ask(other, statementId=uuid)).status_code == 404
        await keep(other, voiding(uuid))
        assert await keep(other, statement("failed", id=uuid)) == [uuid]
    assert (await ask(lms, statementId=uuid)).json()["verb"]["id"] == VERBS + "completed"


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
