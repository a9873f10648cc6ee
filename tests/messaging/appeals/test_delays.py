"""The ladder of delays and the public board."""

from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from callers import browser
from core import db
from filed.appeals import filed
from inmates.tasks.tables import tasks
from messaging.appeals import rounds
from messaging.appeals.model import Applicant, ApplicantKind
from register import ANSWER, Register


@pytest.fixture
async def register(app: FastAPI) -> Register:
    return await Register(app).opened()


async def test_the_board_says_no_small_number(register: Register, app: FastAPI) -> None:
    for _ in range(5):
        await filed(register.engine, register.whom)
    await filed(register.engine, None, applicant=Applicant(ApplicantKind.ANONYMOUS))
    async with browser(app) as anybody:
        said = (await anybody.get("/v1/delays")).json()["regions"]
        text = (await anybody.get("/delays")).text
    assert said == [
        {"region": "1700", "in_time": "<5", "late": "<5", "long_late": "<5"},
        {"region": "1726", "in_time": 5, "late": "<5", "long_late": "<5"},
    ]
    assert "&lt;5" in text


async def test_a_ladder_is_climbed_once_and_told_to_the_desk(register: Register) -> None:
    made = await filed(register.engine, register.whom)
    for day in (3, 10, 18, 40, 40):
        async with db.transaction(register.engine) as conn:
            await rounds.look(conn, now=made.appeal.received_at + timedelta(days=day))
    async with register.engine.begin() as conn:
        found = (await conn.execute(select(tasks.c.kind, tasks.c.role))).all()
    assert sorted(tuple(one) for one in found) == [
        ("appeal_half", "unit_head"),
        ("appeal_last_day", "unit_head"),
        ("appeal_long_overdue", "oversight"),
        ("appeal_most", "unit_head"),
        ("appeal_overdue", "oversight"),
    ]
    await register.done(register.officer, made.appeal.id, "take")
    await register.done(register.officer, made.appeal.id, "answer", **ANSWER)
    async with await register.visitor(register.overseer) as oversight:
        assert (await oversight.get("/v1/tasks")).json()["tasks"] == []
