"""The psychologists' compartment on a real database: what a screen asks of humans, and who may know."""

from datetime import datetime
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from callers import browser, session, user
from core import clock, db
from core.auth import GRANTS, Permission, Role
from core.model import PersonId, UserId
from files import caseload, institution, person, posting, stay
from inmates.psychology import catalogue, service
from inmates.psychology.model import Contact

GROUND = {"basis": "consent", "basis_note": "act 17"}


class Clinic:
    """One person, in an institution or outside, and whoever works with them."""

    def __init__(self, app: FastAPI, whom: PersonId, where: int | None) -> None:
        self.app, self.whom, self.where = app, whom, where

    async def browser(self, role: Role = Role.PSYCHOLOGIST) -> AsyncClient:
        who: UserId = await user(self.app.state.engine, f"the-{role}", role=role)
        if self.where:
            await posting(self.app.state.engine, who, self.where)
        else:
            await caseload(self.app.state.engine, who, self.whom)
        return browser(self.app, await session(self.app.state.engine, who))

    @property
    def path(self) -> str:
        return f"/v1/people/{self.whom}/psychology"


@pytest.fixture
async def clinic(app: FastAPI) -> Clinic:
    where, whom = await institution(app.state.engine), await person(app.state.engine)
    await stay(app.state.engine, whom, where)
    return Clinic(app, whom, where)


def phq9(*answers: int | None, **changes: object) -> dict[str, object]:
    return {"screen": "phq9", "language": "en", "answers": answers} | GROUND | changes


async def tasks(who: AsyncClient) -> list[dict[str, Any]]:
    return list((await who.get("/v1/tasks")).json()["tasks"])


def test_only_psychologists_hold_the_key() -> None:
    for permission in (Permission.PSYCHOLOGY_READ, Permission.PSYCHOLOGY_WRITE):
        assert {role for role in Role if permission in GRANTS[role]} == {Role.PSYCHOLOGIST}


async def test_the_ninth_item_calls_humans_even_with_a_total_of_one(clinic: Clinic) -> None:
    before = clock.now()
    async with await clinic.browser() as psychologist, await clinic.browser(Role.UNIT_HEAD) as head:
        made = await psychologist.post(f"{clinic.path}/screenings", json=phq9(*[0] * 8, 1))
        assert made.status_code == 201
        assert (made.json()["score"]["total"], made.json()["score"]["band"]) == (1, "minimal")
        [urgent, repeat] = await tasks(psychologist)
        assert (urgent["kind"], urgent["is_urgent"]) == ("psychology_safety", True)
        assert before <= datetime.fromisoformat(urgent["due_at"]) <= clock.now()
        assert (repeat["kind"], repeat["is_urgent"]) == ("psychology_repeat", False)
        [told] = await tasks(head)
        assert (told["kind"], told["is_urgent"]) == ("contact_psychologist", True)
        assert (told["subject_kind"], told["subject_id"]) == ("person", clinic.whom)
        assert (await head.get(clinic.path)).status_code == 403


async def test_outside_the_officer_is_called(app: FastAPI) -> None:
    outside = Clinic(app, await person(app.state.engine), None)
    async with await outside.browser() as psychologist, await outside.browser(Role.OFFICER) as officer:
        await psychologist.post(f"{outside.path}/screenings", json=phq9(*[0] * 8, 3))
        assert [t["kind"] for t in await tasks(officer)] == ["contact_psychologist"]


async def test_a_refused_screen_calls_nobody_and_leaves_nothing(clinic: Clinic) -> None:
    wrong = {
        "psychology_answers_wrong": phq9(*[0] * 8, 7),
        "psychology_no_such_screen": phq9(*[0] * 9, screen="bdi"),
        "psychology_basis_missing": phq9(*[0] * 8, 3, basis_note="  "),
        "psychology_taken_later": phq9(*[0] * 8, 3, taken_at="2999-01-01T00:00:00Z"),
    }
    async with await clinic.browser() as psychologist:
        for code, body in wrong.items():
            answer = await psychologist.post(f"{clinic.path}/screenings", json=body)
            assert answer.json()["type"] == f"/problems/{code}"
        assert await tasks(psychologist) == []
        assert (await psychologist.get(clinic.path)).json()["trends"] == []


async def test_a_gap_has_no_sum_and_a_missing_safety_item_is_asked_again(clinic: Clinic) -> None:
    async with await clinic.browser() as psychologist:
        made = (await psychologist.post(f"{clinic.path}/screenings", json=phq9(*[2] * 8, None))).json()
        assert made["score"] == {"total": None, "band": None, "missing": [9], "alarming": [], "unasked": [9]}
        assert {t["kind"] for t in await tasks(psychologist)} == {"psychology_unasked", "psychology_repeat"}
        page = (await psychologist.get(f"/people/{clinic.whom}/psychology")).text
    assert "no sum: items 9 are not answered" in page


async def test_taking_it_again_settles_the_repeat_and_makes_a_trend(clinic: Clinic) -> None:
    async with await clinic.browser() as psychologist:
        for answers, at in (([2] * 9, "2026-09-01T00:00:00Z"), ([0] * 9, None)):
            body = phq9(*answers, taken_at=at)
            assert (await psychologist.post(f"{clinic.path}/screenings", json=body)).status_code == 201
        [trend] = (await psychologist.get(clinic.path)).json()["trends"]
        assert [one["score"]["total"] for one in trend["screenings"]] == [18, 0]
        waiting = [t for t in await tasks(psychologist) if t["kind"] == "psychology_repeat"]
        assert [t["subject_id"] for t in waiting] == [trend["screenings"][1]["id"]]
        page = (await psychologist.get(f"/people/{clinic.whom}/psychology")).text
    assert page.count("<circle cx=") >= 2


async def test_a_translation_is_not_validated_until_somebody_signs_it(clinic: Clinic) -> None:
    page = f"/people/{clinic.whom}/psychology?screen=gad7&language="
    async with await clinic.browser() as psychologist:
        assert "not-validated" in (await psychologist.get(f"{page}ru")).text
        assert "not-validated" not in (await psychologist.get(f"{page}en")).text
        signed = await psychologist.post("/v1/screens/gad7/signatures", json={"language": "ru"})
        assert signed.status_code == 204
        assert "not-validated" not in (await psychologist.get(f"{page}ru")).text
        assert "not-validated" in (await psychologist.get(f"{page}uz-Latn")).text
        offered = (await psychologist.get("/v1/screens")).json()["screens"]
    validated = {one["screen"]["name"]: set(one["validated"]) for one in offered}
    assert validated == {"gad7": {"en", "ru"}, "k10": {"en"}, "phq9": {"en"}}


async def test_a_note_is_corrected_once_and_only_by_naming_it(clinic: Clinic) -> None:
    async with await clinic.browser() as psychologist:
        path = f"{clinic.path}/notes"
        first = (await psychologist.post(path, json={"text": "sleeps badly"})).json()["id"]
        other = Clinic(clinic.app, await person(clinic.app.state.engine), None)
        strange = await psychologist.post(f"{other.path}/notes", json={"text": "x", "replaces": first})
        assert strange.status_code == 404
        better = {"text": "sleeps well", "replaces": first}
        assert (await psychologist.post(path, json=better)).status_code == 201
        again = await psychologist.post(path, json=better)
        assert again.json()["type"] == "/problems/psychology_note_replaced"
        [note] = (await psychologist.get(clinic.path)).json()["notes"]
    assert note["text"] == "sleeps well"


async def test_the_form_leaves_unmarked_items_without_an_answer(clinic: Clinic) -> None:
    async with await clinic.browser() as psychologist:
        form = {"screen": "gad7", "language": "en", "item_1": "3", "item_2": ""} | GROUND
        answer = await psychologist.post(f"/people/{clinic.whom}/psychology/screenings", data=form)
        assert answer.status_code == 303
        [trend] = (await psychologist.get(clinic.path)).json()["trends"]
    assert trend["screenings"][0]["draft"]["answers"] == [3, *[None] * 6]


async def test_one_word_leaves_the_compartment(clinic: Clinic) -> None:
    engine, keys = clinic.app.state.engine, clinic.app.state.keys
    async with db.transaction(engine) as conn:
        assert await service.contact(conn, keys, person=clinic.whom, at=clock.now()) is None
    async with await clinic.browser() as psychologist:
        await psychologist.post(f"{clinic.path}/screenings", json=phq9(*[2] * 9))
    async with db.transaction(engine) as conn:
        said = await service.contact(conn, keys, person=clinic.whom, at=clock.now())
    assert said is not None
    assert said[0] is Contact.NEEDED


async def test_rows_answer_only_behind_the_wall(clinic: Clinic, conn: asyncpg.Connection) -> None:
    async with await clinic.browser() as psychologist:
        await psychologist.post(f"{clinic.path}/screenings", json=phq9(*[2] * 9))
    await conn.execute("""
        do $$ begin create role platform; exception when duplicate_object then null; end $$;
        alter table psychology_screenings owner to platform;
        alter table psychology_notes owner to platform;
        set role platform
    """)
    for compartment, seen in (("", 0), ("health", 0), ("psychology", 1)):
        await conn.execute("select set_config('ejazo.compartment', $1, false)", compartment)
        assert await conn.fetchval("select count(*) from psychology_screenings") == seen


def test_every_screen_that_is_shipped_can_be_found_by_name() -> None:
    assert all(service.known(catalogue.screens(), name, language="ru") for name in ("phq9", "gad7", "k10"))
