"""The rights clock on the real database: what is owed, the keeper's rounds, and what oversight sees."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncEngine

from app import duties
from callers import browser, session, user
from core import clock, db
from core.auth import Role
from core.model import PersonId, UserId
from courts import judged
from filed.conduct import DOCUMENT, head, sanction
from filed.sentences import fact
from files import institution, person, posting, row
from inmates.conduct import store as conduct
from inmates.conduct.model import Entry, EntryKind, Measure, Proposal
from inmates.legality.tables import legality_flags
from inmates.rights import service
from inmates.rights.tables import rights_settlements, rights_violations
from inmates.sentences import service as sentences
from inmates.sentences.model import Measure as SentenceMeasure
from inmates.sentences.model import Term
from inmates.tables import stays
from inmates.tasks.tables import tasks


async def arrived(engine: AsyncEngine, *, hours: int) -> tuple[PersonId, int]:
    """Somebody who came into an institution so long ago."""
    whom, here = await person(engine, "Namunayev"), await institution(engine)
    since = clock.now() - timedelta(hours=hours)
    await row(engine, stays, person_id=whom, institution_id=here, during=Range(since, None))
    return whom, here


async def seated(app: FastAPI, here: int, role: Role) -> tuple[UserId, AsyncClient]:
    who = await user(app.state.engine, role, role=role)
    await posting(app.state.engine, who, here)
    return who, browser(app, await session(app.state.engine, who))


async def overseer(app: FastAPI) -> AsyncClient:
    who = await user(app.state.engine, "overseer", role=Role.OVERSIGHT)
    return browser(app, await session(app.state.engine, who))


async def looked(engine: AsyncEngine, whom: PersonId, at: datetime | None = None) -> service.Round:
    async with db.transaction(engine) as conn:
        return await service.look(conn, [whom], now=at or clock.now())


async def enter(visitor: AsyncClient, whom: PersonId, kind: str, **said: Any) -> Any:
    body = {"kind": kind, "at": (clock.now() - timedelta(minutes=1)).isoformat()} | said
    return await visitor.post(f"/v1/people/{whom}/duties/entries", json=body)


async def owed(visitor: AsyncClient, whom: PersonId) -> dict[str, str]:
    found = (await visitor.get(f"/v1/people/{whom}/duties")).json()
    return {one["kind"]: one["state"] for one in found["duties"]}


async def test_what_is_owed_after_admission_and_who_writes_it_down(app: FastAPI) -> None:
    whom, here = await arrived(app.state.engine, hours=2)
    _, doctor = await seated(app, here, Role.DOCTOR)
    _, registrar = await seated(app, here, Role.REGISTRAR)
    async with doctor, registrar:
        assert set((await owed(doctor, whom)).values()) == {"due"}
        wrong = await enter(registrar, whom, "medical_check")
        assert (wrong.status_code, wrong.json()["type"]) == (409, "/problems/wrong_writer")
        assert (await enter(doctor, whom, "medical_check")).status_code == 201
        assert (await enter(registrar, whom, "rights_explained")).status_code == 201
        found = await owed(registrar, whom)
    assert (found["admission_check"], found["rights_explained"], found["first_screen"]) == (
        "done",
        "done",
        "due",
    )


async def test_a_task_before_it_is_due_is_done_by_who_does_it(app: FastAPI) -> None:
    engine = app.state.engine
    whom, here = await arrived(engine, hours=13)
    who, doctor = await seated(app, here, Role.DOCTOR)
    first = await looked(engine, whom)
    assert (first.tasks, first.violations) == (2, 0)
    assert (await looked(engine, whom)).tasks == 0
    async with doctor:
        mine = (await doctor.get("/v1/tasks")).json()["tasks"]
        assert [one["kind"] for one in mine] == ["duty_admission_check"]
        await enter(doctor, whom, "medical_check")
        await looked(engine, whom)
        assert (await doctor.get("/v1/tasks")).json()["tasks"] == []
    query = select(tasks.c.done_by).where(tasks.c.kind == "duty_admission_check")
    async with engine.begin() as conn:
        assert (await conn.execute(query)).scalars().all() == [who]


async def test_what_came_too_late_is_found_once_and_settled_once(app: FastAPI) -> None:
    engine = app.state.engine
    whom, here = await arrived(engine, hours=30)
    _, doctor = await seated(app, here, Role.DOCTOR)
    assert (await looked(engine, whom)).violations == 2
    again = await looked(engine, whom)
    assert (again.violations, again.settled) == (0, 0)
    async with doctor, await overseer(app) as oversight:
        listed = (await oversight.get("/v1/violations", params={"kind": "admission_check"})).json()
        assert [(one["person_id"], one["done_at"], one["is_settled"]) for one in listed["violations"]] == [
            (whom, None, False)
        ]
        assert (await doctor.get("/v1/violations")).status_code == 403
        await enter(doctor, whom, "medical_check")
        assert (await looked(engine, whom)).settled == 1
        assert (await looked(engine, whom)).settled == 0
        for params, count in (
            ({"open": "true"}, 1),
            ({"open": "false"}, 1),
            ({"institution": str(here)}, 2),
            ({"institution": str(here + 1)}, 0),
        ):
            page = (await oversight.get("/v1/violations", params=params)).json()
            assert len(page["violations"]) == count, params
        first = (await oversight.get("/v1/violations", params={"most": 1})).json()
        rest = (await oversight.get("/v1/violations", params={"most": 1, "after": first["after"]})).json()
        assert first["violations"][0]["id"] > rest["violations"][0]["id"]


async def test_an_earlier_entry_made_later_shows_that_it_was_never_late(app: FastAPI) -> None:
    engine = app.state.engine
    whom, here = await arrived(engine, hours=30)
    _, registrar = await seated(app, here, Role.REGISTRAR)
    await looked(engine, whom)
    async with registrar:
        early = (clock.now() - timedelta(hours=20)).isoformat()
        assert (await enter(registrar, whom, "rights_explained", at=early)).status_code == 201
        assert (await owed(registrar, whom))["rights_explained"] == "done"
    assert (await looked(engine, whom)).settled == 1
    async with engine.begin() as conn:
        done = (await conn.execute(select(rights_settlements.c.done_at))).scalar_one()
    assert done.isoformat() == early


async def test_the_cell_has_its_own_clock_and_its_flags(app: FastAPI) -> None:
    """Review overdue, and kept in the cell longer than decided: both are flagged to oversight."""
    engine = app.state.engine
    whom, here = await arrived(engine, hours=1)
    by, now = await head(engine), clock.now()
    begins = now - timedelta(days=11)
    cell = Proposal(Measure.DISCIPLINARY_CELL, DOCUMENT, 10, begins.astimezone(clock.HERE).date())
    made = await sanction(engine, whom, by, proposal=cell, at=begins)
    await looked(engine, whom)
    async with engine.begin() as conn:
        flags = set((await conn.execute(select(legality_flags.c.breach))).scalars())
        late = set((await conn.execute(select(rights_violations.c.kind))).scalars())
    assert flags == {"review_overdue", "segregation_too_long"}
    assert {"cell_review", "cell_release", "cell_exercise", "cell_check"} <= late
    async with db.transaction(engine) as conn:
        await conduct.add_entry(conn, Entry(made, EntryKind.SERVED, clock.now(), by, DOCUMENT))
    await looked(engine, whom)
    _, reader = await seated(app, here, Role.REGISTRAR)
    async with reader:
        found = (await reader.get(f"/v1/people/{whom}/duties")).json()["duties"]
    assert {one["kind"]: one["state"] for one in found if one["kind"].startswith("cell_")} == {
        "cell_release": "done_late",
        "cell_review": "never_done",
        "cell_exercise": "never_done",
        "cell_check": "never_done",
    }


async def test_a_request_is_answered_by_name(app: FastAPI) -> None:
    whom, here = await arrived(app.state.engine, hours=1)
    _, registrar = await seated(app, here, Role.REGISTRAR)
    other, _ = await arrived(app.state.engine, hours=1)
    async with registrar:
        early = (clock.now() - timedelta(minutes=10)).isoformat()
        asked = (await enter(registrar, whom, "request_received", at=early)).json()["id"]
        assert (await owed(registrar, whom))["answer"] == "due"
        assert (await enter(registrar, whom, "request_answered")).status_code == 422
        assert (await enter(registrar, whom, "request_answered", answers=asked + 9)).status_code == 404
        assert (await enter(registrar, other, "request_answered", answers=asked)).status_code == 404
        assert (await enter(registrar, whom, "request_answered", answers=asked)).status_code == 201
        assert (await owed(registrar, whom))["answer"] == "done"


LAST = "9999-12-31T12:00:00Z"
"""With it nobody's duties could be reckoned any more."""


async def test_an_appointment_counts_from_the_doctors_tasks(app: FastAPI) -> None:
    engine = app.state.engine
    whom, here = await arrived(engine, hours=1)
    _, doctor = await seated(app, here, Role.DOCTOR)
    due = clock.now() + timedelta(hours=1)
    async with doctor:
        said = {"due_at": due.isoformat(), "purpose": "a look"}
        made = await doctor.post(f"/v1/people/{whom}/health/appointments", json=said)
        assert made.status_code == 201, made.text
        assert (await owed(doctor, whom))["appointment"] == "due"
        far = await doctor.post(f"/v1/people/{whom}/health/appointments", json=said | {"due_at": LAST})
        assert far.status_code == 422
    for role in (Role.REGISTRAR, Role.UNIT_HEAD, Role.PSYCHOLOGIST):
        _, other = await seated(app, here, role)
        async with other:
            assert "appointment" not in await owed(other, whom)


async def test_eligibility_comes_from_the_sentence_as_reckoned_today(app: FastAPI) -> None:
    engine = app.state.engine
    whom, here = await arrived(engine, hours=1)
    starts = (clock.today() - timedelta(days=30)).isoformat()
    await fact(engine, whom, judged(starts, Term(6)))
    _, registrar = await seated(app, here, Role.REGISTRAR)
    async with db.transaction(engine) as conn:
        computed = (await sentences.computed(conn, whom, on=clock.today())).computed
    assert computed is not None
    assert computed.present is not None
    day = computed.present.eligible[SentenceMeasure.EARLY_RELEASE]
    assert day is not None
    async with registrar:
        found = (await registrar.get(f"/v1/people/{whom}/duties")).json()["duties"]
    submission = next(one for one in found if one["kind"] == "release_submission")
    assert datetime.fromisoformat(submission["begins_at"]) == clock.local_day(day)[0]
    assert submission["state"] == "due"


async def test_the_keeper_looks_at_whoever_stays_somewhere(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duties, "MOST", 1)
    here = {(await arrived(engine, hours=30))[0] for _ in range(3)}
    await person(engine)
    done = await duties.once(engine)
    assert (done.people, done.violations) == (3, 6)
    async with engine.begin() as conn:
        assert set((await conn.execute(select(rights_violations.c.person_id))).scalars()) == here


async def test_the_tab_shows_what_is_owed_and_takes_it(app: FastAPI) -> None:
    whom, here = await arrived(app.state.engine, hours=30)
    _, doctor = await seated(app, here, Role.DOCTOR)
    page = f"/people/{whom}/rights"
    at = (clock.now() - timedelta(minutes=5)).astimezone(clock.HERE).strftime("%Y-%m-%dT%H:%M")
    async with doctor:
        shown = (await doctor.get(page)).text
        assert 'data-testid="owed-admission_check" data-state="overdue"' in shown
        assert 'value="medical_check"' in shown
        assert 'value="exercise"' not in shown
        assert (await doctor.post(page, data={"kind": "medical_check", "at": at})).status_code == 303
        assert 'data-testid="past-admission_check" data-state="done_late"' in (await doctor.get(page)).text


@pytest.mark.parametrize(
    "query", ["", "?open=no", "?open=&kind=admission_check&institution=", "?kind=nonsense"]
)
async def test_the_page_of_oversight(app: FastAPI, query: str) -> None:
    engine = app.state.engine
    whom, here = await arrived(engine, hours=30)
    _, head_ = await seated(app, here, Role.UNIT_HEAD)
    await looked(engine, whom)
    async with await overseer(app) as oversight, head_:
        shown = await oversight.get(f"/oversight{query}")
        assert shown.status_code == 200
        assert ("Namunayev" in shown.text) == (query != "?open=no")
        assert (await head_.get("/oversight")).status_code == 403
        said = {"number": "", "against": "unit_head", "made_at": "2026-11-20T08:00", "reference": "M-1"}
        number = (await oversight.get(f"/v1/people/{whom}")).json()["person"]["number"]
        good = await oversight.post("/oversight/complaints", data=said | {"number": number})
        assert good.status_code == 303
        assert "M-1" in (await oversight.get("/oversight")).text
        nobody = said | {"number": number, "against": "nobody"}
        assert (await oversight.post("/oversight/complaints", data=nobody)).status_code == 422
