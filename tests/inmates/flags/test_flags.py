"""Flags on a real database: nothing follows from one until a named human has agreed, with a reason."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import asyncpg
import click
import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import select

from app import explain_flag
from callers import browser, session, user
from core import clock, i18n
from core.auth import GRANTS, Permission, Role
from core.model import PersonId, UserId
from core.tables import audit
from filed.flags import flag
from files import alert, caseload, device, institution, person, posting, row, stay
from geofence.tables import alert_entries
from inmates.education.tables import courses, education_events, enrolments
from inmates.flags import service
from inmates.flags.model import FlagId, Input

AGREES = {"agrees": True, "reason": "lost his visits, talked with him", "effects": ["talk", "psychologist"]}


class Unit:
    """An institution, one person in it, and staff."""

    def __init__(self, app: FastAPI, where: int, whom: PersonId) -> None:
        self.app, self.engine, self.where, self.whom = app, app.state.engine, where, whom

    async def user(self, role: Role) -> UserId:
        who = await user(self.engine, f"the-{role}", role=role)
        await posting(self.engine, who, self.where)
        return who

    async def browser(self, role: Role = Role.UNIT_HEAD) -> AsyncClient:
        return browser(self.app, await session(self.engine, await self.user(role)))

    @property
    def path(self) -> str:
        return f"/v1/people/{self.whom}/flags"


@pytest.fixture
async def unit(app: FastAPI) -> Unit:
    where, whom = await institution(app.state.engine), await person(app.state.engine)
    await stay(app.state.engine, whom, where)
    return Unit(app, where, whom)


async def kinds(who: AsyncClient) -> list[str]:
    return [task["kind"] for task in (await who.get("/v1/tasks")).json()["tasks"]]


async def code(who: AsyncClient, path: str, body: dict[str, Any]) -> str:
    answer = await who.post(path, json=body)
    assert answer.status_code >= 400
    return str(answer.json()["type"].removeprefix("/problems/"))


def test_no_service_account_may_decide() -> None:
    assert Permission.FLAG_DECIDE not in GRANTS[Role.PROVIDER]
    assert Permission.FLAG_DECIDE not in GRANTS[Role.OVERSIGHT]


async def test_a_flag_asks_for_a_decision_and_does_nothing_else(unit: Unit, conn: asyncpg.Connection) -> None:
    async with await unit.browser() as head:
        made = await flag(unit.engine, unit.whom)
        assert await kinds(head) == ["flag_raised"]
        [shown] = (await head.get(unit.path)).json()["flags"]
    said = shown["flag"]["evaluation"]
    assert (shown["flag"]["id"], shown["decision"], said["score"]) == (made, None, 16)
    assert sum(one["points"] for one in said["contributions"]) == said["score"]
    assert said["missing"] == ["lessons_missed", "lessons_attended", "alerts", "visits_lost"]
    assert shown["flag"]["is_calibrated"] is False
    assert await conn.fetchval("select count(*) from flag_effects") == 0
    assert await conn.fetchval("select count(*) from tasks") == 1


async def test_who_agrees_with_a_reason_asks_others_for_something(unit: Unit) -> None:
    made = await flag(unit.engine, unit.whom)
    path = f"/v1/flags/{made}/decision"
    async with await unit.browser() as head, await unit.browser(Role.PSYCHOLOGIST) as psychologist:
        assert await code(head, path, AGREES | {"reason": "   "}) == "flag_reason_missing"
        refused = AGREES | {"agrees": False}
        assert await code(head, path, refused) == "flag_effect_without_agreement"
        assert (await head.post(path, json=AGREES | {"seconds": 41})).status_code == 204
        assert await code(head, path, AGREES) == "flag_decided"
        assert await kinds(head) == ["flag_talk"]
        assert await kinds(psychologist) == ["flag_psychologist"]
        decision = (await head.get(f"/v1/flags/{made}")).json()["decision"]
    assert (decision["agrees"], decision["name"], decision["seconds"]) == (True, "The-Unit_Head", 41)
    assert decision["effects"] == ["psychologist", "talk"]


async def test_overrides_are_counted_and_contests_go_to_oversight(unit: Unit) -> None:
    other = await person(unit.engine)
    await stay(unit.engine, other, unit.where)
    strange = await person(unit.engine)
    await flag(unit.engine, strange)
    flags = [await flag(unit.engine, whom) for whom in (unit.whom, other)]
    async with await unit.browser() as head, await unit.browser(Role.OVERSIGHT) as oversight:
        await head.post(f"/v1/flags/{flags[0]}/decision", json={"agrees": False, "reason": "was ill"})
        await head.post(f"/v1/flags/{flags[1]}/decision", json=AGREES | {"seconds": 30})
        said = {"words": "I was in the hospital"}
        assert (await head.post(f"/v1/flags/{flags[0]}/contests", json=said)).status_code == 204
        assert "flag_contested" in await kinds(oversight)
        [own] = (await head.get("/v1/flags/statistics")).json()["accounts"]
        [all_] = (await oversight.get("/v1/flags/statistics")).json()["accounts"]
        contests = (await head.get(f"/v1/flags/{flags[0]}")).json()["contests"]
    assert [one["words"] for one in contests] == ["I was in the hospital"]
    wanted = {"raised": 2, "agreed": 1, "overridden": 1, "contested": 1, "expired_undecided": 0}
    assert {name: own[name] for name in wanted} == wanted
    assert (own["median_seconds"], all_["raised"]) == (30, 3)


async def test_a_program_is_refused_and_an_expired_flag_is_worth_nothing(
    unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await flag(unit.engine, unit.whom)
    machine = await unit.user(Role.PROVIDER)
    async with browser(unit.app, await session(unit.engine, machine)) as program:
        assert (await program.post(f"/v1/flags/{made}/decision", json=AGREES)).status_code == 403
        assert (await program.post(unit.path)).status_code == 403
    later = clock.now() + timedelta(days=31)
    async with await unit.browser() as head:
        monkeypatch.setattr(service, "clock", SimpleNamespace(now=lambda: later))
        assert await code(head, f"/v1/flags/{made}/decision", AGREES) == "flag_expired"


DECIDED = """
    insert into flag_decisions (flag_id, agrees, reason, decided_by) values ($1, true, $2, $3) returning id
"""
OVERRIDDEN = DECIDED.replace("true", "false")
EFFECT = "insert into flag_effects (flag_id, decision_id, kind) values ($1, $2, 'talk')"


async def test_the_database_knows_no_effect_without_a_human_who_agreed_with_a_reason(
    unit: Unit, conn: asyncpg.Connection
) -> None:
    made, other = await flag(unit.engine, unit.whom), await flag(unit.engine, await person(unit.engine))
    human, machine = await unit.user(Role.UNIT_HEAD), await unit.user(Role.PROVIDER)
    with pytest.raises(asyncpg.NotNullViolationError):
        await conn.execute(EFFECT, made, None)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await conn.execute(EFFECT, made, 7)
    with pytest.raises(asyncpg.NotNullViolationError):
        await conn.execute(DECIDED, made, "because", None)
    with pytest.raises(asyncpg.CheckViolationError):
        await conn.execute(DECIDED, made, "  ", human)
    with pytest.raises(asyncpg.CheckViolationError):
        await conn.execute(DECIDED, made, "because", machine)
    overridden = await conn.fetchval(OVERRIDDEN, made, "was ill", human)
    agreed = await conn.fetchval(DECIDED, other, "talked", human)
    for decision in (overridden, agreed):  # one that overrides, and one about another flag
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await conn.execute(EFFECT, made, decision)
    with pytest.raises(asyncpg.CheckViolationError):
        await conn.execute(f"{EFFECT[:-1]}, false)".replace("kind)", "kind, agrees)"), made, overridden)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await conn.execute("update flag_decisions set agrees = true")
    await conn.execute(EFFECT, other, agreed)


async def test_the_database_knows_no_score_without_its_reasons(unit: Unit, conn: asyncpg.Connection) -> None:
    made = await flag(unit.engine, unit.whom)
    more = "insert into flag_contributions values ($1, $2, 2, 2, 1, array['2026-11-01'::date])"
    with pytest.raises(asyncpg.CheckViolationError, match="do not sum"):
        await conn.execute(more, made, "alerts")
    with pytest.raises(asyncpg.CheckViolationError, match="ck_flag_contributions_input"):
        await conn.execute(more, made, "religion")
    bare = """
        insert into flags (person_id, digest, evaluated_on, score, threshold, coverage, missing, lowers,
            made_at, expires_at)
        select person_id, digest, evaluated_on, score, threshold, coverage, missing, lowers,
            made_at, expires_at from flags
    """
    with pytest.raises(asyncpg.CheckViolationError, match="do not sum"):
        await conn.execute(bare)


async def test_evaluation_knows_what_is_in_the_record_and_names_what_is_not(unit: Unit) -> None:
    """A person of whom nothing is known but conduct, and nothing happened."""
    async with await unit.browser() as head:
        found = (await head.post(unit.path)).json()
    assert (found["flag"], found["evaluation"]["verdict"]) == (None, "abstained")
    missing = set(found["evaluation"]["missing"])
    assert missing == {str(one) for one in Input} - {"sanctions", "incidents", "incentives"}


async def test_a_screen_gives_one_word_and_an_officers_verdict_counts(unit: Unit) -> None:
    officer = await unit.user(Role.OFFICER)
    await caseload(unit.engine, officer, unit.whom)
    worn = await device(unit.engine, unit.whom)
    for outcome in ("violation", "false"):
        made = await alert(unit.engine, unit.whom, worn, kind=f"strap-{outcome}")
        at = clock.now()
        await row(
            unit.engine, alert_entries, alert_id=made, at=at, kind="closed", by_user=officer, outcome=outcome
        )
    async with await unit.browser(Role.PSYCHOLOGIST) as psychologist:
        screen = {"screen": "gad7", "language": "en", "answers": [3] * 7, "basis": "consent"}
        taken = await psychologist.post(
            f"/v1/people/{unit.whom}/psychology/screenings", json=screen | {"basis_note": "act 3"}
        )
        assert taken.status_code == 201
    async with await unit.browser() as head:
        answer = await head.post(unit.path)
    paid = {one["input"]: one["points"] for one in answer.json()["evaluation"]["contributions"]}
    assert paid == {"sanctions": 0, "incidents": 0, "incentives": 0, "alerts": 3, "screen_contact": 4}
    assert "gad7" not in answer.text


async def test_lessons_count_where_somebody_learns(unit: Unit) -> None:
    by = await unit.user(Role.TEACHER)
    course = await row(
        unit.engine, courses, code="T-1", title="Namuna", isced_level=2, isced_field="001", hours=40
    )
    enrolled = {"person_id": unit.whom, "course_id": course, "attempt": 1, "made_by": by}
    made = await row(unit.engine, enrolments, **enrolled, enrolled_on=clock.today())
    for days, kind in ((1, "missed"), (2, "missed"), (3, "attended"), (99, "missed")):
        fact = {"kind": kind, "at": clock.now() - timedelta(days=days), "hours": 2, "source": "staff"}
        await row(unit.engine, education_events, enrolment_id=made, made_by=by, **fact)
    async with await unit.browser() as head:
        found = (await head.post(unit.path)).json()["evaluation"]
    paid = {one["input"]: one["points"] for one in found["contributions"]}
    assert (paid["lessons_missed"], paid["lessons_attended"]) == (2, -1)
    assert found["missing"] == ["alerts", "visits_lost", "screen_contact"]


async def test_while_one_waits_no_other_is_raised(unit: Unit) -> None:
    await flag(unit.engine, unit.whom)
    async with await unit.browser() as head:
        assert await code(head, unit.path, {}) == "flag_waits"


async def test_the_page_shows_reasons_and_takes_a_decision(unit: Unit) -> None:
    made = await flag(unit.engine, unit.whom)
    async with await unit.browser() as head:
        page = (await head.get(f"/people/{unit.whom}/flags")).text
        for words in ("Uncalibrated", "Score 16, raised from 10 on", "+12", "+16", "no points"):
            assert words in page
        form = {"agrees": "false", "reason": "was ill", "shown_at": str(int(clock.now().timestamp()) - 20)}
        decided = await head.post(f"/people/{unit.whom}/flags/{made}/decision", data=form)
        assert decided.status_code == 303
        decision = (await head.get(f"/v1/flags/{made}")).json()["decision"]
    assert decision["agrees"] is False
    assert decision["seconds"] >= 20


async def test_the_command_prints_the_contributions_and_their_sum(unit: Unit, database: str) -> None:
    made = FlagId(await flag(unit.engine, unit.whom))
    await unit.user(Role.UNIT_HEAD)
    found, spoken = await explain_flag.view(database, "the-unit_head", flag=made, why="asked by him")
    text = "\n".join(explain_flag.told(found, i18n.load().speaker(spoken)))
    for words in ("Score 16, raised from 10 on", "+12  Sanctions: 3 × +4", " +16  Sum", "Uncalibrated"):
        assert words in text
    assert text.endswith("waits for a decision, no effect")
    async with unit.engine.begin() as conn:
        read = select(audit.c.why).where(audit.c.action == Permission.FLAG_READ)
        assert (await conn.execute(read)).scalars().all() == ["asked by him"]
    await unit.user(Role.TEACHER)
    with pytest.raises(click.ClickException):
        await explain_flag.view(database, "the-teacher", flag=made, why="curious")
