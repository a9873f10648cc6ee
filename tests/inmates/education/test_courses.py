"""Courses, enrolments, lessons, certificates, books and files of records, asked over HTTP."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import select

from asked.education import BOOK, COURSE
from callers import browser, session, user
from core import clock
from core.auth import Role
from core.model import PersonId
from core.tables import audit
from courts import judged
from filed.education import MEMBERS
from filed.sentences import fact
from files import institution, person, posting, stay
from inmates.education import service
from inmates.sentences import service as sentences
from inmates.sentences.model import Term

DIGEST = "0" * 63 + "f"
START = (clock.today() - timedelta(days=30)).isoformat()


def on(day: int, hour: int = 10) -> str:
    return f"{clock.today() - timedelta(days=30 - day)}T{hour:02}:00:00+05:00"


@pytest.fixture
async def teacher(app: FastAPI) -> AsyncIterator[AsyncClient]:
    """A teacher in the institution of `learner`, and a course."""
    who = await user(app.state.engine, "teacher", role=Role.TEACHER)
    app.state.here = await institution(app.state.engine)
    await posting(app.state.engine, who, app.state.here)
    async with browser(app, await session(app.state.engine, who)) as visitor:
        assert (await visitor.post("/v1/courses", json=COURSE)).status_code == 201
        yield visitor


async def learner(app: FastAPI, number: str | None = None) -> PersonId:
    whom = await person(app.state.engine, number=number)
    await stay(app.state.engine, whom, app.state.here)
    return whom


async def enrolled(teacher: AsyncClient, whom: PersonId) -> int:
    made = await teacher.post(f"/v1/people/{whom}/enrolments", json={"course": "ASKED", "on": START})
    assert made.status_code == 201, made.text
    return int(made.json()["id"])


async def happened(teacher: AsyncClient, enrolment: int, kind: str, day: int, **given: Any) -> Any:
    body = {"kind": kind, "at": on(day)} | given
    return await teacher.post(f"/v1/enrolments/{enrolment}/events", json=body)


async def standing(teacher: AsyncClient, whom: PersonId) -> dict[str, Any]:
    found: dict[str, Any] = (await teacher.get(f"/v1/people/{whom}/education")).json()
    return found["learning"][0]["standing"]  # type: ignore[no-any-return]


async def test_a_course_from_enrolment_to_certificate(app: FastAPI, teacher: AsyncClient) -> None:
    whom, other = await learner(app), await learner(app)
    mine, theirs = await enrolled(teacher, whom), await enrolled(teacher, other)
    lesson = {"at": on(1), "hours": "2", "attended": [mine], "missed": [theirs]}
    assert (await teacher.post("/v1/lessons", json=lesson)).status_code == 201
    assert (await teacher.post("/v1/lessons", json=lesson)).json()["type"].endswith("already_recorded")
    early = await happened(teacher, mine, "certified", 3, number="S-1", document=DIGEST)
    assert early.json()["type"] == "/problems/education_not_finished"
    assert (await happened(teacher, mine, "progressed", 2, percent="45.5")).status_code == 201
    assert (await standing(teacher, whom))["percent"] == 45.5
    assert (await happened(teacher, mine, "passed", 3, score="0.84")).status_code == 201
    assert (await happened(teacher, mine, "certified", 3, number="S-1", document=DIGEST)).status_code == 201
    found = await standing(teacher, whom)
    assert (found["state"], found["score"], found["attendance"]) == ("passed", 0.84, 100.0)
    assert (found["certificate"]["number"], found["certificate"]["document"]) == ("S-1", DIGEST)
    await happened(teacher, theirs, "passed", 3)
    twice = await happened(teacher, theirs, "certified", 3, number="S-1", document=DIGEST)
    assert twice.json()["type"] == "/problems/education_already_recorded"


async def test_a_lesson_is_recorded_whole_or_not_at_all(app: FastAPI, teacher: AsyncClient) -> None:
    whom, stranger = await learner(app), await person(app.state.engine)
    mine = await enrolled(teacher, whom)
    assert (
        await teacher.post(f"/v1/people/{stranger}/enrolments", json={"course": "ASKED"})
    ).status_code == 404
    lesson = {"at": on(1), "hours": "2", "attended": [mine], "missed": [mine + 1000]}
    assert (await teacher.post("/v1/lessons", json=lesson)).status_code == 404
    assert (await standing(teacher, whom))["held"] == 0
    second, third = await enrolled(teacher, await learner(app)), await enrolled(teacher, await learner(app))
    assert 'lesson-ASKED"' in (await teacher.get("/education")).text
    sheet = "/education/lessons"
    shown = (await teacher.get(f"{sheet}?course=ASKED")).text
    assert all(f'data-testid="mark-{one}"' in shown for one in (mine, second, third))
    assert (await teacher.get(f"{sheet}?course=NONE")).status_code == 404
    assert (await teacher.get(sheet)).headers["location"] == "/education"
    form = {"at": on(1)[:16], "hours": "2", "mark": [f"attended:{mine}", f"missed:{mine + 1000}", ""]}
    assert (await teacher.post(sheet, data=form)).status_code == 404
    form["mark"] = [f"attended:{mine}", f"missed:{second}", ""]
    assert (await teacher.post(sheet, data=form)).headers["location"] == "/education"
    found = await standing(teacher, whom)
    assert (found["attended"], found["held"], float(found["hours"])) == (1, 1, 2.0)


async def test_a_mistake_is_corrected_by_a_new_event_once(app: FastAPI, teacher: AsyncClient) -> None:
    whom = await learner(app)
    mine = await enrolled(teacher, whom)
    wrong = (await happened(teacher, mine, "failed", 3)).json()["id"]
    assert (await happened(teacher, mine, "passed", 3, replaces=wrong)).status_code == 201
    again = await happened(teacher, mine, "annulled", 3, replaces=wrong)
    assert again.json()["type"] == "/problems/education_nothing_to_correct"
    found = (await teacher.get(f"/v1/people/{whom}/education")).json()["learning"][0]
    assert found["standing"]["state"] == "passed"
    assert [event["kind"] for event in found["events"]] == ["failed", "passed"]


async def test_who_left_is_enrolled_again_as_another_attempt(app: FastAPI, teacher: AsyncClient) -> None:
    whom = await learner(app)
    mine = await enrolled(teacher, whom)
    again = await teacher.post(f"/v1/people/{whom}/enrolments", json={"course": "ASKED"})
    assert again.json()["type"] == "/problems/education_already_enrolled"
    assert (await happened(teacher, mine, "withdrawn", 5, reason="health")).status_code == 201
    assert (await happened(teacher, mine, "passed", 6)).json()["type"] == "/problems/education_has_ended"
    await enrolled(teacher, whom)
    found = (await teacher.get(f"/v1/people/{whom}/education")).json()["learning"]
    assert [(one["attempt"], one["standing"]["state"]) for one in found] == [
        (2, "enrolled"),
        (1, "withdrawn"),
    ]


async def test_books_count_by_the_decision_of_a_named_commission(app: FastAPI, teacher: AsyncClient) -> None:
    whom = await learner(app)
    path, body = f"/v1/people/{whom}/readings", BOOK | {"members": list(MEMBERS)}
    few = await teacher.post(path, json=body | {"members": ["x"]})
    assert few.json()["type"] == "/problems/education_commission_too_small"
    made = (await teacher.post(path, json=body)).json()["id"]
    assert (await teacher.post(path, json=body)).json()["type"] == "/problems/education_already_credited"
    async with app.state.engine.begin() as conn:
        counted = [one.book for one in await service.approved_books(conn, whom)]
    assert [(book.title, book.decided_on.isoformat()) for book in counted if book] == [("x", "2026-09-02")]
    assert (await teacher.post(f"{path}/{made}/annulment", json={"why": "not read"})).status_code == 201
    assert (await teacher.post(f"{path}/{made}/annulment", json={"why": "not read"})).status_code == 409
    again = await teacher.post(path, json=body | {"replaces": made + 1, "why": "read after all"})
    assert again.json()["type"] == "/problems/education_nothing_to_correct"  # it was annulled
    async with app.state.engine.begin() as conn:
        assert await service.approved_books(conn, whom) == []
    assert (await teacher.post(path, json=body)).status_code == 201  # it was read after all
    assert (await teacher.post(path, json=body)).json()["type"] == "/problems/education_already_credited"


async def test_the_sentence_counts_an_approved_book_and_no_annulled_one(
    app: FastAPI, teacher: AsyncClient
) -> None:
    whom = await learner(app)
    await fact(app.state.engine, whom, judged("2024-01-01", Term(6)))
    path, body = f"/v1/people/{whom}/readings", BOOK | {"members": list(MEMBERS)}

    async def ends() -> date:
        async with app.state.engine.begin() as conn:
            found = (await sentences.computed(conn, whom, on=clock.today())).computed
        assert found is not None
        assert found.present is not None
        assert found.present.ends_on is not None
        return found.present.ends_on

    before = await ends()
    made = (await teacher.post(path, json=body)).json()["id"]
    assert before - await ends() == timedelta(days=3)
    years = (await teacher.get(f"/v1/people/{whom}/education")).json()["years"]
    assert years == [{"year": "2026", "days": 3, "most": 30}]
    right = body | {"title": "z", "replaces": made, "why": "another title"}
    corrected = (await teacher.post(path, json=right)).json()["id"]
    assert before - await ends() == timedelta(days=3)
    await teacher.post(f"{path}/{corrected}/annulment", json={"why": "not read"})
    assert await ends() == before


async def test_a_file_of_records_loses_only_its_wrong_rows_and_is_taken_once(
    app: FastAPI, teacher: AsyncClient
) -> None:
    whom = await learner(app, "T-100")
    await enrolled(teacher, whom)
    rows = [
        "Номер дела;Course;kind;Sana;hours;Проценты;reason",
        f"T-100;ASKED;attended;{on(1)};2;;",
        f"T-100;ASKED;progressed;{on(2)[:10]};;37,5;",
        "T-100;ASKED;attended;yesterday;2;;",
        f"T-100;ASKED;attended;{on(3)};;;",
        f"T-999;ASKED;attended;{on(3)};2;;",
        f"T-100;ASKED;withdrawn;{on(3)};;;=cmd()",
        f"T-100;ASKED;dreamed;{on(3)};2;;",
    ]
    taken = (await teacher.post("/v1/education/records", json={"csv": "\ufeff" + "\r\n".join(rows)})).json()
    assert (taken["taken"], taken["total"]) == (2, 7)
    assert [(e["row"], e["column"], e["code"]) for e in taken["errors"]] == [
        (4, "at", "not_a_date"),
        (5, "hours", "education_field_missing"),
        (6, "person", "not_enrolled"),
        (7, "reason", "formula"),
        (8, "kind", "unknown_value"),
    ]
    assert taken["errors"][0]["detail"] == "is no date"
    again = (await teacher.post("/v1/education/records", json={"csv": "\n".join(rows[:3])})).json()
    assert (again["taken"], {e["code"] for e in again["errors"]}) == (0, {"education_already_recorded"})
    assert (await standing(teacher, whom))["percent"] == 37.5


async def test_reading_and_writing_are_in_the_audit_without_names(app: FastAPI, teacher: AsyncClient) -> None:
    whom = await learner(app)
    await enrolled(teacher, whom)
    await teacher.get(f"/v1/people/{whom}/education")
    async with app.state.engine.begin() as conn:
        query = select(audit.c.action, audit.c.detail).where(
            audit.c.subject_kind == "person", audit.c.subject_id == whom
        )
        found = (await conn.execute(query.order_by(audit.c.id))).all()
    assert [row.action for row in found] == ["education:write", "education:read"]
    assert set(found[0].detail) == {"enrolment", "course"}


async def test_the_tab_shows_and_records(app: FastAPI, teacher: AsyncClient) -> None:
    whom = await learner(app)
    path = f"/people/{whom}/education"
    made = await teacher.post(f"{path}/enrolments", data={"course": "ASKED", "on": START})
    assert made.status_code == 303
    enrolment = (await teacher.get(f"/v1{path}")).json()["learning"][0]["enrolment_id"]
    form = {"kind": "passed", "at": on(3)[:16], "score": "0.9", "percent": ""}
    assert (await teacher.post(f"{path}/enrolments/{enrolment}", data=form)).status_code == 303
    paper = {"kind": "certified", "at": on(4)[:16], "number": "G-7"}
    answer = await teacher.post(
        f"{path}/enrolments/{enrolment}", data=paper, files={"document": ("g.pdf", b"paper")}
    )
    assert answer.status_code == 303
    book = BOOK | {"members": "\n".join(MEMBERS), "title": "Sarob"}
    assert (await teacher.post(f"{path}/books", data=book)).status_code == 303
    shown = (await teacher.get(path)).text
    assert all(part in shown for part in ("G-7", "Sarob", MEMBERS[2], 'value="100"', "Upper secondary"))


async def test_half_an_account_is_refused_not_dropped(app: FastAPI, teacher: AsyncClient) -> None:
    whom = await learner(app)
    form = {"course": "ASKED", "on": START, "home_page": "https://a.test", "name": "l-7"}
    answer = await teacher.post(f"/people/{whom}/education/enrolments", data=form)
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/education_account_incomplete"
    assert (await teacher.get(f"/v1/people/{whom}/education")).json()["learning"] == []


async def test_a_teacher_makes_a_course_on_the_page_and_everybody_sees_it(teacher: AsyncClient) -> None:
    given = {"code": "NEW-9", "title": "Sewing", "isced_level": "3", "isced_field": "0723", "hours": "72"}
    assert (await teacher.post("/education/courses", data=given)).status_code == 303
    shown = (await teacher.get("/education")).text
    assert 'data-testid="course-NEW-9"' in shown
    assert 'data-testid="nav-education"' in shown
    assert (await teacher.post("/education/courses", data=given)).status_code == 409
    assert (await teacher.post("/education/courses", data=given | {"isced_field": "x"})).status_code == 422
