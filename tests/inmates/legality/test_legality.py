"""The guard of legality on the real services: what is refused, what is flagged, and who may know."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from app import duties
from callers import browser, session, user
from core import clock, db
from core.auth import GRANTS, Permission, Role
from core.model import PersonId, UserId
from core.tables import audit
from files import SINCE, device, institution, order, person, posting, row, stay
from inmates.exclusions.store import Accused, keep_from
from inmates.legality.tables import complaints_against, legality_flags
from inmates.tables import orders, persons
from inmates.tasks import store
from inmates.tasks.model import Wanted
from inmates.tasks.tables import tasks

PAPER = {"ground": "seen by two", "number": "7-son", "on": "2026-11-20"}


class House:
    """An institution with a unit head, an oversight officer, and somebody kept there."""

    def __init__(self, app: FastAPI) -> None:
        self.app, self.engine = app, app.state.engine

    async def opened(self) -> "House":
        self.here, self.whom = await institution(self.engine), await person(self.engine)
        await stay(self.engine, self.whom, self.here)
        self.head = await self.seated("head", Role.UNIT_HEAD)
        self.overseer = await user(self.engine, "overseer", role=Role.OVERSIGHT)
        return self

    async def seated(self, login: str, role: Role) -> UserId:
        who = await user(self.engine, login, role=role)
        await posting(self.engine, who, self.here)
        return who

    async def visitor(self, who: UserId) -> AsyncClient:
        return browser(self.app, await session(self.engine, who))

    async def complain(self, about: UserId, *, days: int = 10) -> int:
        made_at = (clock.now() - timedelta(days=days)).isoformat()
        said = {"person_id": self.whom, "against": about, "made_at": made_at, "reference": f"M-{days}"}
        async with await self.visitor(self.overseer) as oversight:
            answer = await oversight.post("/v1/oversight/complaints", json=said)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    async def punished(self, by: AsyncClient, *, reporter: AsyncClient | None = None, **said: Any) -> Any:
        """The answer to a decision after everything that must come before it."""
        at, path = clock.now(), f"/v1/people/{self.whom}/incidents"
        when = (at - timedelta(minutes=1)).isoformat()
        report = {"kind": "insult", "happened_at": when, "place": "1-blok", "text": "x"}
        what = (await (reporter or by).post(path, json=report)).json()["id"]
        heard = {"heard_at": at.isoformat(), "explanation": None}
        assert (await by.post(f"{path}/{what}/hearings", json=heard)).status_code == 201
        body = {"measure": "warning", "document": PAPER} | said
        return await by.post(f"{path}/{what}/decision", json=body)

    async def flags(self) -> list[Any]:
        async with await self.visitor(self.overseer) as oversight:
            return list((await oversight.get("/v1/oversight/flags")).json()["flags"])


@pytest.fixture
async def house(app: FastAPI) -> House:
    return await House(app).opened()


async def test_a_sanction_by_the_one_complained_about_passes_and_is_flagged(house: House) -> None:
    await house.complain(house.head)
    async with await house.visitor(house.head) as head:
        answer = await house.punished(head)
        assert answer.status_code == 201
    flag = (await house.flags())[0]
    assert (flag["breach"], flag["actor"], flag["subject_id"], flag["subject_kind"]) == (
        "retaliation",
        house.head,
        answer.json()["id"],
        "sanction",
    )
    assert "Mandela" in flag["article"]
    async with await house.visitor(house.overseer) as oversight:
        mine = (await oversight.get("/v1/tasks")).json()["tasks"]
    assert [(one["kind"], one["is_urgent"], one["subject_id"]) for one in mine] == [
        ("legality_retaliation", True, flag["id"])
    ]


async def test_who_reported_counts_like_who_decided(house: House) -> None:
    reporter = await house.seated("reporter", Role.UNIT_HEAD)
    await house.complain(reporter)
    async with await house.visitor(house.head) as head, await house.visitor(reporter) as other:
        assert (await house.punished(head, reporter=other)).status_code == 201
    assert [one["actor"] for one in await house.flags()] == [reporter]


async def test_the_watch_lists_whatever_was_done_since_by_whom_and_is_for_oversight(house: House) -> None:
    accused = await house.seated("accused", Role.UNIT_HEAD)
    await house.complain(accused)
    async with await house.visitor(house.head) as head:
        path = f"/v1/people/{house.whom}/contacts"
        approved = {"name": "Namuna", "relation": "parent", "since": "2026-01-01"}
        contact = (await head.post(path, json=approved)).json()["id"]
        ended = await head.post(f"/v1/contacts/{contact}/ending", json={"reason": "x"})
        assert ended.status_code == 204
        sanction = (await house.punished(head)).json()["id"]
        assert (await head.get("/oversight/watch")).status_code == 403
    colleague = await user(house.engine, "colleague", role=Role.OVERSIGHT)
    await house.complain(colleague, days=3)
    async with await house.visitor(house.overseer) as oversight:
        watched = (await oversight.get("/v1/oversight/watch")).json()["complaints"]
        page = (await oversight.get("/oversight/watch")).text
    assert [(one["reference"], one["against"]) for one in watched] == [
        ("M-3", [colleague]),
        ("M-10", [accused]),
    ]
    touched = [(one["kind"], one["subject"], one["actor"], one["tie"]) for one in watched[1]["touches"]]
    assert touched == [
        ("contact_ended", contact, house.head, "same_unit"),
        ("sanction", sanction, house.head, "same_unit"),
    ]
    assert f'data-testid="touch-sanction-{sanction}"' in page
    async with await house.visitor(colleague) as other:
        mine = (await other.get("/v1/oversight/watch")).json()["complaints"]
    assert [one["reference"] for one in mine] == ["M-10"]


async def test_a_complaint_that_comes_to_the_register_after_the_deed_counts(house: House) -> None:
    async with await house.visitor(house.head) as head:
        await house.punished(head)
    assert await house.flags() == []
    await house.complain(house.head)
    assert [(one["breach"], one["actor"]) for one in await house.flags()] == [("retaliation", house.head)]


async def test_a_complaint_in_a_merged_file_counts(house: House) -> None:
    other = await person(house.engine)
    await house.complain(house.head)
    async with house.engine.begin() as conn:
        await conn.execute(update(persons).values(survivor_id=other).where(persons.c.id == house.whom))
    await stay(house.engine, other, house.here)
    house.whom = other
    async with await house.visitor(house.head) as head:
        await house.punished(head)
    assert [one["actor"] for one in await house.flags()] == [house.head]


async def test_oversight_has_no_task_about_itself(house: House) -> None:
    colleague = await user(house.engine, "colleague", role=Role.OVERSIGHT)
    async with house.engine.begin() as conn:
        await keep_from(conn, "legality_flag", subject=1, accused=Accused(frozenset({colleague})), at=SINCE)
        made = await store.add(
            conn,
            Wanted(
                house.whom,
                "legality_retaliation",
                Role.OVERSIGHT,
                clock.now(),
                "legality_flag",
                1,
            ),
        )
    for who, count, status in ((house.overseer, 1, 204), (colleague, 0, 404)):
        async with await house.visitor(who) as visitor:
            assert len((await visitor.get("/v1/tasks")).json()["tasks"]) == count
            if who == colleague:
                done = await visitor.post(f"/v1/tasks/{made}/done", json={"outcome": "seen"})
                assert done.status_code == status


async def test_no_flag_without_a_recent_complaint_about_them(house: House) -> None:
    await house.complain(house.head, days=91)
    await house.complain(await house.seated("uninvolved", Role.UNIT_HEAD))
    async with await house.visitor(house.head) as head:
        assert (await house.punished(head)).status_code == 201
    assert await house.flags() == []


async def test_the_one_complained_about_sees_no_difference(house: House) -> None:
    """The same answers, the same tasks, the same pages, whether somebody complained or not."""

    async def seen() -> list[Any]:
        async with await house.visitor(house.head) as head:
            answer = await house.punished(head)
            asked = [answer.status_code, {**answer.json(), "id": 0}]
            asked += [sorted(one["kind"] for one in (await head.get("/v1/tasks")).json()["tasks"])]
            for path in ("/v1/oversight/flags", "/v1/oversight/complaints"):
                asked.append((await head.get(path)).json())
            return asked

    before = await seen()
    await house.complain(house.head)
    assert await seen() == before
    assert len(await house.flags()) == 2  # the deed before it reached the register counts as well


def test_complaints_are_read_by_oversight_alone() -> None:
    held = {Permission.OVERSIGHT_READ, Permission.OVERSIGHT_WRITE}
    assert {role for role in Role if GRANTS[role] & held} == {Role.OVERSIGHT}


async def test_an_administrator_learns_nothing_from_tasks(house: House) -> None:
    await house.complain(house.head)
    async with await house.visitor(house.head) as head:
        await house.punished(head)
    root = await user(house.engine, "root", role=Role.ADMINISTRATOR)
    async with await house.visitor(root) as visitor:
        kinds = {one["kind"] for one in (await visitor.get("/v1/tasks")).json()["tasks"]}
    assert "legality_retaliation" not in kinds


async def test_oversight_sees_no_complaint_about_itself(house: House) -> None:
    colleague = await user(house.engine, "colleague", role=Role.OVERSIGHT)
    made = await house.complain(colleague)
    for who, expected in ((house.overseer, [made]), (colleague, [])):
        async with await house.visitor(who) as visitor:
            page = (await visitor.get("/v1/oversight/complaints")).json()
        assert [one["id"] for one in page["complaints"]] == expected
    said = {"person_id": house.whom, "against": house.overseer, "made_at": clock.now().isoformat()}
    async with await house.visitor(house.overseer) as oversight:
        own = await oversight.post("/v1/oversight/complaints", json=said | {"reference": "M-2"})
        nobody = said | {"against": 10**9, "reference": "M-3"}
        assert own.json()["type"] == "/problems/complaint_unfit"
        assert (await oversight.post("/v1/oversight/complaints", json=nobody)).status_code == 422


async def test_cells_that_follow_one_another_count_together(house: House) -> None:
    """Segregation longer than allowed is refused."""
    today = clock.today()
    first = {"measure": "disciplinary_cell", "days": 10, "begins_on": today.isoformat()}
    paper = PAPER | {"on": today.isoformat()}
    next_day = (today + timedelta(days=10)).isoformat()
    async with await house.visitor(house.head) as head:
        assert (await house.punished(head, document=paper, **first)).status_code == 201
        second = first | {"days": 6, "begins_on": next_day}
        refused = await house.punished(head, document=paper, **second)
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/segregation_too_long")
        assert (await house.punished(head, document=paper, **(second | {"days": 5}))).status_code == 201


async def test_a_sanction_without_its_decision_is_refused(house: House) -> None:
    async with await house.visitor(house.head) as head:
        report = {"kind": "insult", "happened_at": "2026-11-20T08:00:00Z", "place": "1", "text": "x"}
        path = f"/v1/people/{house.whom}/incidents"
        what = (await head.post(path, json=report)).json()["id"]
        body = {"measure": "warning", "document": PAPER}
        assert (await head.post(f"{path}/{what}/decision", json=body)).json()["type"] == "/problems/not_heard"
        unsigned = body | {"document": PAPER | {"number": " "}}
        assert (await head.post(f"{path}/{what}/decision", json=unsigned)).status_code == 422


async def test_tracking_without_an_order_in_force_is_flagged_once(engine: AsyncEngine) -> None:
    free, bound = await person(engine), await person(engine)
    await device(engine, free)
    await device(engine, bound)
    await order(engine, bound)
    ended = Range(SINCE, clock.now() - timedelta(minutes=1))
    values = {"kind": "house_arrest", "court": "Sud", "act_number": "1-2", "act_on": SINCE.date()}
    await row(engine, orders, person_id=free, during=ended, **values)
    for expected in (1, 0):
        async with db.transaction(engine) as conn:
            assert await duties.flag_untimely(conn) == expected
    async with engine.begin() as conn:
        found = (await conn.execute(select(legality_flags.c.breach, legality_flags.c.person_id))).all()
        opened = (await conn.execute(select(tasks.c.kind, tasks.c.role))).all()
    assert found == [("expired_order_tracked", free)]
    assert opened == [("legality_expired_order_tracked", "oversight")]


async def test_a_flag_is_in_the_audit_and_names_nobody(house: House) -> None:
    await house.complain(house.head)
    async with await house.visitor(house.head) as head:
        await house.punished(head)
    query = select(audit.c.user_id, audit.c.detail).where(audit.c.action == "legality:flag")
    async with house.engine.begin() as conn:
        assert (await conn.execute(query)).all() == [(None, {"rule": "legality_retaliation"})]


async def test_nobody_changes_a_complaint_or_writes_their_own(engine: AsyncEngine) -> None:
    whom, who = await person(engine), await user(engine)
    row_ = {"person_id": whom, "against": who, "made_at": SINCE, "reference": "M-1", "written_by": who}
    with pytest.raises(IntegrityError):
        await row(engine, complaints_against, **row_)
    await row(engine, complaints_against, **(row_ | {"written_by": await user(engine, "other")}))
    with pytest.raises(DBAPIError, match=r"append-only|permission denied"):
        async with engine.begin() as conn:
            await conn.execute(complaints_against.delete().where(complaints_against.c.id == PersonId(1)))
