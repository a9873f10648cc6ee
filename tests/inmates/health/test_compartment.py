"""The health compartment on a real database: for doctors alone, sealed, behind row security; consequences for
all."""

from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from callers import browser, session, user
from core import clock, compartments, db
from core.auth import GRANTS, Permission, Role
from core.model import PersonId
from core.sealing import CannotOpen, Keys
from files import institution, person, posting, stay
from inmates.health import service
from inmates.health.model import Kind

SECRET = "pulmonary-shadow-7731"
NOW = clock.now()
SINCE = (NOW - timedelta(days=1)).isoformat()


class Ward:
    """An institution with one person, and people of each profession."""

    def __init__(self, app: FastAPI, where: int, whom: PersonId) -> None:
        self.app, self.where, self.whom = app, where, whom

    async def browser(self, role: Role) -> AsyncClient:
        who = await user(self.app.state.engine, f"the-{role}", role=role)
        await posting(self.app.state.engine, who, self.where)
        return browser(self.app, await session(self.app.state.engine, who))

    @property
    def health(self) -> str:
        return f"/v1/people/{self.whom}/health"


@pytest.fixture
async def ward(app: FastAPI) -> Ward:
    where, whom = await institution(app.state.engine), await person(app.state.engine)
    await stay(app.state.engine, whom, where)
    return Ward(app, where, whom)


def finding(**changes: object) -> dict[str, object]:
    limits = [{"kind": "separate_room", "starts_at": SINCE} | changes]
    return {"text": SECRET, "consequences": limits}


def test_only_doctors_hold_the_key() -> None:
    for permission in (Permission.HEALTH_READ, Permission.HEALTH_WRITE):
        assert {role for role in Role if permission in GRANTS[role]} == {Role.DOCTOR}


async def test_others_see_the_consequence_and_never_the_reason(ward: Ward) -> None:
    async with await ward.browser(Role.DOCTOR) as doctor:
        assert (await doctor.post(f"{ward.health}/findings", json=finding())).status_code == 201
        file = (await doctor.get(ward.health)).json()
    assert file["findings"][0]["text"] == SECRET
    async with await ward.browser(Role.UNIT_HEAD) as head:
        seen = (await head.get(f"/v1/people/{ward.whom}/consequences")).json()["consequences"]
        assert (await head.get(ward.health)).status_code == 403
        page = (await head.get(f"/people/{ward.whom}")).text
    assert [(one["kind"], one["doctor"]) for one in seen] == [("separate_room", "The-Doctor")]
    assert set(seen[0]) == {"id", "kind", "starts_at", "ends_at", "decided_at", "doctor"}
    assert "Separate room" in page
    assert SECRET not in page


async def test_a_consequence_is_replaced_once_and_by_a_later_decision(ward: Ward) -> None:
    engine = ward.app.state.engine
    async with await ward.browser(Role.DOCTOR) as doctor:
        await doctor.post(f"{ward.health}/findings", json=finding())
        [first] = (await doctor.get(ward.health)).json()["consequences"]
        path = f"/v1/consequences/{first['id']}/replacement"
        backwards = {"starts_at": NOW.isoformat(), "ends_at": SINCE, "text": "x"}
        assert (await doctor.post(path, json=backwards)).json()[
            "type"
        ] == "/problems/health_limit_ends_before"
        ended = {"starts_at": SINCE, "ends_at": NOW.isoformat(), "text": "well again"}
        assert (await doctor.post(path, json=ended)).status_code == 201
        assert (await doctor.post(path, json=ended)).json()["type"] == "/problems/health_already_replaced"
    async with db.transaction(engine) as conn:
        assert not await service.consequences(conn, ward.whom, NOW)
        before = await service.consequences(conn, ward.whom, NOW - timedelta(hours=1))
    assert [one.kind for one in before] == [Kind.SEPARATE_ROOM]


async def test_an_appointment_is_due_then_noted_and_corrected(ward: Ward) -> None:
    async with await ward.browser(Role.DOCTOR) as doctor:
        due = {"due_at": SINCE, "purpose": "dressing"}
        made = (await doctor.post(f"{ward.health}/appointments", json=due)).json()["id"]
        [waiting] = (await doctor.get(ward.health)).json()["appointments"]
        assert (waiting["is_overdue"], waiting["attendance"]) == (True, None)
        assert [t["kind"] for t in (await doctor.get("/v1/tasks")).json()["tasks"]] == ["health_appointment"]
        for outcome in ("missed", "kept"):
            said = {"outcome": outcome, "note": "by telephone"}
            assert (await doctor.post(f"/v1/appointments/{made}/outcome", json=said)).status_code == 204
        [over] = (await doctor.get(ward.health)).json()["appointments"]
        assert over["attendance"]["outcome"] == "kept"
        assert (await doctor.get("/v1/tasks")).json()["tasks"] == []


def test_a_value_opens_only_in_its_own_row_and_column(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    sealed = compartments.seal(keys, "health", SECRET, place="health_findings:1:text")
    assert compartments.unseal(keys, "health", sealed, place="health_findings:1:text") == SECRET
    assert compartments.unseal(keys, "health", sealed, place="health_findings:2:text") is None
    with pytest.raises(CannotOpen):
        keys.open("psychology", sealed, place="health_findings:1:text")
    short = compartments.seal(keys, "health", "kept", place="x")
    assert len(short) == len(compartments.seal(keys, "health", "cancelled", place="x"))


async def test_another_topics_query_finds_no_row_and_writes_none(
    ward: Ward, conn: asyncpg.Connection
) -> None:
    """As in an installation: the platform's role owns the tables and is no superuser."""
    async with await ward.browser(Role.DOCTOR) as doctor:
        await doctor.post(f"{ward.health}/findings", json=finding())
    assert await conn.fetchval("select count(*) from health_findings") == 1
    await conn.execute("""
        do $$ begin create role platform; exception when duplicate_object then null; end $$;
        alter table health_findings owner to platform;
        set role platform
    """)
    assert await conn.fetchval("select count(*) from health_findings") == 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await conn.execute("insert into health_findings (person_id, made_by, text) values (1, 1, '')")
    async with conn.transaction():
        await conn.execute("select set_config('ejazo.compartment', 'health', true)")
        assert await conn.fetchval("select count(*) from health_findings") == 1
    assert await conn.fetchval("select count(*) from health_findings") == 0


async def test_nothing_is_changed_in_place(conn: asyncpg.Connection) -> None:
    for table in ("health_findings", "health_consequences", "health_appointments", "health_attendances"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute(f"delete from {table}")  # noqa: S608 - our own names
