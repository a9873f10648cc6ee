"""Broken glass: one file, for a while, to read only, with a reason; another human says what it was."""

from datetime import date, timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from architecture.test_guards import GUARDED, ask, objects
from asked.glass import WHY
from callers import browser, session, user
from core import clock, statutes
from core.auth import GRANTS, Permission, Role
from core.statutes import Rule, RuleSet
from core.tables import audit
from files import caseload, everything, person
from inmates import store
from inmates.detections import service as detections
from inmates.glass import rules, service
from inmates.model import Scope
from inmates.tables import glass_breaks, glass_reviews
from inmates.tasks.tables import tasks

LAW = statutes.load("glass").on(date(2026, 11, 27))
APART = {"/people/{person_id}/playback"}
"""Judges a life again by other rules: no emergency asks for it."""
BREAKERS = {role for role in Role if Permission.GLASS_BREAK in GRANTS[role]}


@pytest.mark.parametrize("said", ["", "urgent", "x" * 40, "  a  a  a  a  a  a  a  a  a  a "])
def test_what_nobody_could_review_is_no_reason(said: str) -> None:
    with pytest.raises(rules.ReasonMissing):
        rules.reason(said, law=LAW)


def test_no_file_of_rules_opens_a_box_a_note_or_a_pen() -> None:
    everything = " ".join(Permission)
    wide = RuleSet("glass", {f"opens.{role}": _rule(everything) for role in Role})
    for role in Role:
        found = rules.opens(role, law=wide, granted=GRANTS[role])
        assert found <= GRANTS[role]
        assert all(one.endswith(":read") for one in found)
        assert not {one.split(":")[0] for one in found} & rules.NEVER
    assert rules.opens(Role.PSYCHOLOGIST, law=LAW, granted=GRANTS[Role.PSYCHOLOGIST]) == frozenset()


def _rule(value: str) -> Rule:
    return Rule("opens", value, "x", "x", date(2026, 1, 1), None, "")


def test_who_breaks_glass_has_something_to_break_and_no_addressee_does() -> None:
    assert {Role.OFFICER, Role.DOCTOR} == BREAKERS
    for role in BREAKERS:
        said = LAW.text(f"opens.{role}").split()
        assert rules.opens(role, law=LAW, granted=GRANTS[role]) == set(said), "nothing in the file is in vain"


@pytest.mark.parametrize("role", sorted(BREAKERS))
async def test_what_opens_is_read_and_nothing_else_of_the_file(app: FastAPI, role: Role) -> None:
    """Every way to this person: what the law names answers, the rest is as strange as before."""
    engine, ids = app.state.engine, await everything(app.state.engine)
    who = await user(engine, "hasty", role=role)
    secret, opens = await session(engine, who), rules.opens(role, law=LAW, granted=GRANTS[role])
    async with engine.begin() as conn:
        file = await store.person(conn, ids["person_id"], scope=Scope(None, clock.now()))
    async with browser(app, secret) as visitor:
        assert file
        assert (await visitor.get(f"/v1/people/{file.id}")).status_code == 404
        made = await visitor.post("/v1/glass", json={"number": file.number, "why": WHY})
        assert (made.status_code, made.json()["person_id"]) == (201, file.id)
        page = (await visitor.get(f"/people/{file.id}")).text
        assert 'data-testid="glass"' in page
        assert 'data-testid="tab-conduct"' not in page
    wrong = {}
    for way in (w for w in GUARDED if "person_id" in objects(w.path) and w.guards[0] in GRANTS[role]):
        answer = await ask(app, secret, way, ids)
        may_open = way.method == "GET" and way.guards[0] in opens
        if answer != (200 if may_open and way.path not in APART else 404):
            wrong[way.name] = answer
    assert not wrong
    async with engine.begin() as conn:
        query = select(audit.c.action, audit.c.detail).where(
            audit.c.user_id == who, audit.c.subject_id == file.id
        )
        rows = (await conn.execute(query.where(audit.c.subject_kind == "person"))).all()
    assert {row.action for row in rows} >= opens - {"map:read", "zone:read"}, (
        "places are read as parts of the file"
    )
    assert all(row.detail["glass_break"] == made.json()["id"] for row in rows)


ASKED = {"number": "TEST-GLASS", "why": WHY}


async def test_holder_and_oversight_know_at_once(app: FastAPI) -> None:
    engine = app.state.engine
    whom = await person(engine, "Namunayev", number="TEST-GLASS")
    who, holder = await user(engine), await user(engine, "holder")
    await caseload(engine, holder, whom)
    async with browser(app, await session(engine, holder)) as keeper:
        assert (await keeper.post("/v1/glass", json=ASKED)).json()["type"] == "/problems/glass_needless"
    async with browser(app, await session(engine, who)) as officer:
        assert (await officer.post("/v1/glass", json=ASKED | {"why": "urgent"})).status_code == 422
        assert "at least 20 letters" in (await officer.post("/glass", data=ASKED | {"why": "urgent"})).text
        assert (await officer.post("/v1/glass", json=ASKED | {"number": "TEST-NONE"})).status_code == 404
        made = (await officer.post("/v1/glass", json=ASKED)).json()["id"]
        assert (await officer.get(f"/v1/people/{whom}")).status_code == 200
        assert (await officer.get("/v1/people")).json()["people"] == [], "lists stay what they were"
        (own,) = (await officer.get("/v1/glass")).json()
        assert (own["id"], own["readings"], own["review"]) == (made, 1, None)
        assert (await officer.get(f"/v1/glass/{made}/readings")).status_code == 403
    async with browser(app, await session(engine, holder)) as keeper:
        (task,) = (await keeper.get("/v1/tasks")).json()["tasks"]
        assert (task["kind"], task["is_urgent"], task["person_id"]) == ("glass_notice", True, whom)
        assert (await keeper.get("/v1/glass")).json() == []
    async with engine.begin() as conn:
        ends = (await conn.execute(select(glass_breaks.c.during))).scalar_one().upper
        assert await store.glass(conn, who, whom, at=ends - timedelta(seconds=1))
        assert await store.glass(conn, who, whom, at=ends) is None, "an hour, and it is shut again"


async def test_another_human_judges_and_may_correct_it(app: FastAPI) -> None:
    engine = app.state.engine
    whom = await person(engine, "Namunayev", number="TEST-GLASS")
    judge = await session(engine, await user(engine, "judge", role=Role.OVERSIGHT))
    who = await session(engine, await user(engine))
    async with browser(app, who) as officer, browser(app, judge) as oversight:
        made = (await officer.post("/v1/glass", json=ASKED)).json()["id"]
        assert (await officer.get(f"/v1/people/{whom}")).status_code == 200
        assert WHY in (await oversight.get("/glass")).text
        (reading,) = (await oversight.get(f"/v1/glass/{made}/readings")).json()
        assert reading["action"] == "person:read"
        assert "glass_review" in (await oversight.get("/v1/tasks")).text
        said, path = (
            {"verdict": "unjustified", "words": "No ambulance was called"},
            f"/v1/glass/{made}/reviews",
        )
        first = await oversight.post(path, json=said)
        assert first.status_code == 201
        assert (await oversight.post(path, json=said)).json()["type"] == "/problems/glass_reviewed"
        assert "glass_review" not in (await oversight.get("/v1/tasks")).text
        assert (await officer.get(f"/v1/people/{whom}")).status_code == 404, "shut by the verdict"
        better = said | {"verdict": "justified", "words": "It was", "replaces": first.json()["id"]}
        assert (await oversight.post(path, json=better)).status_code == 201
        (shown,) = (await oversight.get("/v1/glass")).json()
        assert (shown["review"]["verdict"], shown["review"]["shown_as"]) == ("justified", "Judge")


async def test_what_nobody_looked_at_is_overdue_and_nobody_judges_themselves(app: FastAPI) -> None:
    engine = app.state.engine
    ids = await everything(engine)
    judge, late = await user(engine, "judge", role=Role.OVERSIGHT), clock.now() + timedelta(days=9)
    async with engine.begin() as conn:
        (one,) = await service.store.unreviewed(conn, most=5)
        assert one.is_overdue(late)
        assert not one.is_overdue(clock.now())
    async with browser(app, await session(engine, judge)) as oversight:
        assert f'data-testid="wait-{ids["break_id"]}"' in (await oversight.get("/glass")).text
    row = {
        "break_id": one.id,
        "broken_by": one.user,
        "reviewed_by": one.user,
        "reviewed_at": late,
        "verdict": "justified",
        "words": "I was right",
    }
    with pytest.raises(IntegrityError, match="ck_glass_reviews_reviewed_by"):
        async with engine.begin() as conn:
            await conn.execute(glass_reviews.insert().values(row))


async def test_many_emergencies_of_one_user_ask_oversight(app: FastAPI) -> None:
    engine = app.state.engine
    who = await session(engine, await user(engine))
    async with browser(app, who) as officer:
        for number in ("TEST-G1", "TEST-G2"):
            await person(engine, number=number)
            assert (await officer.post("/v1/glass", json={"number": number, "why": WHY})).status_code == 201
    async with engine.begin() as conn:
        assert await detections.look(conn, now=clock.now() + timedelta(seconds=1)) == 1
        kinds = (
            await conn.execute(select(tasks.c.kind).where(tasks.c.subject_kind == "detection"))
        ).scalars()
        assert kinds.all() == ["detected_glass"]
