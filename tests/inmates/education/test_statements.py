"""The learning record store as a platform meets it: storing, asking, voiding."""

import json
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import func, select

from callers import user
from core.auth import Role
from inmates.education.statements.tables import learning_statements
from platforms import ACCOUNT, LESSON, PATH, VERBS, ask, ids, keep, platform, statement, voiding


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
