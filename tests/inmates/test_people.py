"""The caller's people over HTTP: scope, paging, search, and the audit of reading a file."""

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from callers import browser, session, user
from core.auth import Role
from core.tables import audit
from files import caseload, institution, order, person, posting, stay
from inmates.rules import fold


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Ғаниев", "Gʻaniyev"),
        ("G'aniyev", "Gʻaniyev"),
        ("gʻaniyev", "GʻANIYEV"),
        ("Ёқуб", "Yoqub"),
        ("Еркин", "Yerkin"),
        ("Исҳоқов", "Isʼhoqov"),
    ],
)
def test_names_are_found_whatever_script_they_are_typed_in(typed: str, stored: str) -> None:
    assert fold(typed) == fold(stored)


async def test_an_officer_sees_the_caseload_and_an_administrator_everybody(app: FastAPI) -> None:
    engine = app.state.engine
    officer, administrator = await user(engine), await user(engine, "root", role=Role.ADMINISTRATOR)
    mine, strange = await person(engine, "Aliyev"), await person(engine, "Boboyev")
    await caseload(engine, officer, mine)
    await caseload(engine, officer, strange, ended=True)
    async with browser(app, await session(engine, officer)) as visitor:
        listed = (await visitor.get("/v1/people")).json()
        assert [p["id"] for p in listed["people"]] == [mine]
        assert (await visitor.get(f"/v1/people/{mine}")).json()["officers"] == ["Officer"]
        assert (await visitor.get(f"/v1/people/{strange}")).status_code == 404
    async with browser(app, await session(engine, administrator)) as visitor:
        assert (await visitor.get("/v1/people")).json()["total"] == 2
    async with engine.begin() as conn:
        rows = (await conn.execute(select(audit.c.user_id, audit.c.action, audit.c.subject_id))).all()
    assert rows == [(officer, "person:read", mine)]


async def test_pages_follow_each_other_without_gap_or_repeat(app: FastAPI) -> None:
    engine = app.state.engine
    made = [await person(engine, name) for name in ("Vali", "Ali", "Ali", "Soli", "Bobo")]
    secret = await session(engine, await user(engine, role=Role.ADMINISTRATOR))
    seen, after = [], {}
    async with browser(app, secret) as visitor:
        while True:
            page = (await visitor.get("/v1/people", params={"most": 2} | after)).json()
            seen += [p["id"] for p in page["people"]]
            if page["after"] is None:
                break
            after = {"after": page["after"]}
    assert seen == [made[1], made[2], made[4], made[3], made[0]]


async def test_searching_reads_words_not_patterns(app: FastAPI) -> None:
    engine = app.state.engine
    found = await person(engine, "Gʻaniyev", number="A-17")
    await person(engine, "Karimov", number="B-17")
    secret = await session(engine, await user(engine, role=Role.ADMINISTRATOR))
    async with browser(app, secret) as visitor:
        for words in ("ғаниев", "G'ani", "a-17", "ganiyev namuna"):
            listed = (await visitor.get("/v1/people", params={"search": words})).json()
            assert [p["id"] for p in listed["people"]] == [found], words
        assert (await visitor.get("/v1/people", params={"search": "%"})).json()["total"] == 0
    async with engine.begin() as conn:
        details = (
            await conn.execute(select(audit.c.detail).where(audit.c.action == "person:search"))
        ).scalars()
        assert [d["found"] for d in details] == [1, 1, 1, 1, 0]


async def test_the_overview_shows_what_devices_say_to_those_who_may_see_tracks_only(app: FastAPI) -> None:
    engine = app.state.engine
    here, whom = await institution(engine), await person(engine)
    await stay(engine, whom, here)
    for role, shown in ((Role.OFFICER, True), (Role.TEACHER, False)):
        who = await user(engine, role, role=role)
        await posting(engine, who, here)
        async with browser(app, await session(engine, who)) as visitor:
            page = (await visitor.get(f"/people/{whom}")).text
        assert 'data-testid="person-name"' in page
        assert ('data-testid="person-map"' in page) is shown
        assert ('href="/map#person' in page) is shown


async def test_an_order_without_an_end_holds_and_is_shown(app: FastAPI) -> None:
    engine = app.state.engine
    whom, root = await person(engine), await user(engine, role=Role.ADMINISTRATOR)
    await order(engine, whom, lasts=None)
    async with browser(app, await session(engine, root)) as visitor:
        (held,) = (await visitor.get(f"/v1/people/{whom}")).json()["orders"]
        assert held["ends_at"] is None
        assert "1-1" in (await visitor.get(f"/people/{whom}")).text
        for path in ("rules", "supervision", "timeline"):
            assert (await visitor.get(f"/people/{whom}/{path}")).status_code == 200, path
        assert (await visitor.get(f"/v1/people/{whom}/file")).status_code == 200
