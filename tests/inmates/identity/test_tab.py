"""The tab of identity: reading, correcting, merging and parting two files on the page."""

from fastapi import FastAPI

from callers import browser, session, user
from core.auth import Role
from filed.identity import NAMUNA, PASSPORT, identity
from files import institution, person, posting, stay

FIELDS = {"surname": "Sobirov", "given_name": "Lola", "sex": "f", "born_on": "1991-02-03", "pinfl": ""}


async def test_a_registrar_corrects_merges_and_parts_on_the_tab(app: FastAPI) -> None:
    engine, here = app.state.engine, await institution(app.state.engine)
    whom, double = await person(engine, "Gʻaniyev"), await person(engine, "Ғаниев", number="DOUBLE-1")
    for one, given in ((whom, PASSPORT), (double, NAMUNA)):
        await stay(engine, one, here)
        await identity(engine, app.state.keys, one, given)
    who = await user(engine, "registrar", role=Role.REGISTRAR)
    await posting(engine, who, here)
    address = f"/people/{whom}/identity"
    async with browser(app, await session(engine, who)) as visitor:
        shown = (await visitor.get(address)).text
        for words in (PASSPORT.pinfl or "", "AA1234567", "Ғаниев Ўктам", "DOUBLE-1", "Like name, same birth"):
            assert words in shown
        stale = FIELDS | {"version": "0", "ground": "changed", "why": "x"}
        assert (await visitor.post(address, data=stale)).status_code == 412
        merged = await visitor.post(f"{address}/merge/{double}", data={"why": "the same human"})
        assert merged.status_code == 303
        assert "This file has been found to be" in (await visitor.get(f"/people/{double}/identity")).text
        shown = (await visitor.get(address)).text
        assert "the same human" in shown
        assert "No other file looks like this human" in shown
        assert (await visitor.post(f"{address}/undo/1", data={"why": "two after all"})).status_code == 303
        assert "two after all" in (await visitor.get(address)).text
        changed = FIELDS | {"version": "1", "ground": "changed", "why": "a new name"}
        assert (await visitor.post(address, data=changed)).status_code == 303
        shown = (await visitor.get(address)).text
        assert "Sobirov Lola" in shown
        assert "a new name" in shown


async def test_others_read_masked_identifiers_and_no_forms(app: FastAPI) -> None:
    engine, here = app.state.engine, await institution(app.state.engine)
    whom = await person(engine, "Gʻaniyev")
    await stay(engine, whom, here)
    await identity(engine, app.state.keys, whom, PASSPORT)
    who = await user(engine, "teacher", role=Role.TEACHER)
    await posting(engine, who, here)
    async with browser(app, await session(engine, who)) as visitor:
        shown = (await visitor.get(f"/people/{whom}/identity")).text
    assert "•••••4567" in shown
    assert PASSPORT.pinfl not in shown
    assert "May be the same human" not in shown
    assert f'action="/people/{whom}/identity"' not in shown


async def test_a_registrar_enters_somebody_who_has_no_file_yet(app: FastAPI) -> None:
    engine, here = app.state.engine, await institution(app.state.engine)
    whom = await person(engine, "Gʻaniyev")
    await stay(engine, whom, here)
    await identity(engine, app.state.keys, whom, PASSPORT)
    who = await user(engine, "registrar", role=Role.REGISTRAR)
    await posting(engine, who, here)
    new = FIELDS | {"number": "NEW-1"}
    async with browser(app, await session(engine, who)) as visitor:
        assert 'href="/people/new"' in (await visitor.get("/people")).text
        assert (await visitor.get("/people/new")).status_code == 200
        made = await visitor.post("/people/new", data=new)
        assert made.status_code == 303
        assert "Sobirov Lola" in (await visitor.get(made.headers["location"])).text


async def test_a_double_is_shown_before_it_is_entered_and_nothing_typed_is_lost(app: FastAPI) -> None:
    engine, here = app.state.engine, await institution(app.state.engine)
    whom = await person(engine, "Gʻaniyev")
    await stay(engine, whom, here)
    await identity(engine, app.state.keys, whom, PASSPORT)
    who = await user(engine, "registrar", role=Role.REGISTRAR)
    await posting(engine, who, here)
    same = FIELDS | {"number": "NEW-1", "pinfl": PASSPORT.pinfl, "sex": "m", "born_on": "1990-05-01"}
    async with browser(app, await session(engine, who)) as visitor:
        asked = await visitor.post("/people/new", data=same)
        assert (asked.status_code, f"look-alike-{whom}" in asked.text) == (200, True)
        assert 'value="NEW-1"' in asked.text
        assert (await visitor.post("/people/new", data=same | {"is_another": "yes"})).status_code == 303
        taken = await visitor.post("/people/new", data=FIELDS | {"number": "NEW-1", "is_another": "yes"})
        assert (taken.status_code, "enter-failed" in taken.text) == (409, True)
        assert 'value="Sobirov"' in taken.text
