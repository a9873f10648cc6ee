"""The custody tab and the page of institutions, through their forms."""

import re

from fastapi import FastAPI
from sqlalchemy import select

from asked.custody import FORMS
from callers import browser, session, user
from core.auth import Role
from filed import custody as filed
from files import institution, person, posting
from inmates.tables import persons

ITEMS = ("identity", "gender", "property", "family", "emergency_contact", "rights", "ill_treatment")


async def test_a_registrar_asks_closes_places_and_moves(app: FastAPI) -> None:
    engine = app.state.engine
    house, whom = await institution(engine), await person(engine)
    who = await user(engine, "registrar", role=Role.REGISTRAR)
    await posting(engine, who, house)
    made = await filed.episode(engine, whom, house, by=who)
    cell = await filed.place(engine, house)
    tab = f"/people/{whom}/custody"
    answers = f"{tab}/answers/{made['admission_id']}"
    async with browser(app, await session(engine, who), accept="text/html") as visitor:
        page = (await visitor.get(tab)).text
        assert 'data-testid="close-admission" disabled' in page
        for item in (*ITEMS, "commitment", "reasons", "moment"):
            said = {"item": item, "said": "answered", "words": "so it is"}
            assert (await visitor.post(answers, data=said)).status_code == 303
        closing = f"{tab}/closing/{made['admission_id']}"
        assert (await visitor.post(closing)).status_code == 409
        assert (await visitor.post(answers, data={"item": "injuries", "said": "none"})).status_code == 303
        assert 'data-testid="close-admission" disabled' not in (await visitor.get(tab)).text
        assert (await visitor.post(closing)).status_code == 303
        assert (await visitor.post(f"{tab}/places/{cell}", data={"reason": ""})).status_code == 303
        court = {"kind": "court", "at": "2026-03-01T10:00", "destination": "Namuna sudi", "institution": ""}
        moved = await visitor.post(f"{tab}/movements/{made['episode_id']}", data=court)
        assert moved.status_code == 303
        page = (await visitor.get(tab)).text
        assert "Namuna sudi" in page
        assert "custody-at_court" in page
        assert 'data-testid="admission"' not in page
        house_page = (await visitor.get(f"/institutions/{house}")).text
    assert f'data-testid="unit-{cell}"' in house_page


async def test_a_reader_gets_no_forms(app: FastAPI) -> None:
    engine = app.state.engine
    house, whom = await institution(engine), await person(engine)
    await filed.episode(engine, whom, house)
    doctor = await user(engine, "doctor", role=Role.DOCTOR)
    await posting(engine, doctor, house)
    async with browser(app, await session(engine, doctor)) as visitor:
        page = (await visitor.get(f"/people/{whom}/custody")).text
        assert 'data-testid="standing"' in page
        assert "<form" not in page.partition('class="two"')[2]
        assert (await visitor.get(f"/people/{whom}")).text.count("tab-custody") == 1


async def test_a_registrar_receives_by_the_number_on_the_paper(app: FastAPI) -> None:
    engine = app.state.engine
    house, free, taken = await institution(engine), await person(engine), await person(engine)
    district = await institution(engine, kind="probation_district")
    await filed.episode(engine, taken, await institution(engine))
    who = await user(engine, "registrar", role=Role.REGISTRAR)
    for where in (house, district):
        await posting(engine, who, where)
    async with engine.begin() as conn:
        query = select(persons.c.id, persons.c.number).where(persons.c.id.in_([free, taken]))
        numbers = {row.id: row.number for row in await conn.execute(query)}
    form = FORMS["/institutions/{institution_id}/people"]
    async with browser(app, await session(engine, who)) as visitor:
        assert 'data-testid="receive"' in (await visitor.get(f"/institutions/{house}")).text
        path = f"/institutions/{house}/people"
        assert (await visitor.post(path, data=form | {"number": numbers[taken]})).status_code == 409
        assert (await visitor.post(path, data=form | {"number": numbers[free]})).status_code == 303
        assert (await visitor.get(f"/people/{free}/custody")).status_code == 200
        other = await person(engine, number="TEST-D-1")
        path = f"/institutions/{district}/people"
        assert (await visitor.post(path, data=form | {"number": "TEST-D-1"})).status_code == 303
        read = (await visitor.get(f"/v1/people/{other}/custody")).json()
    assert [episode["kind"] for episode in read["episodes"]] == ["supervision"]


async def test_a_registrar_writes_down_a_unit_and_a_cell_of_it(app: FastAPI) -> None:
    engine = app.state.engine
    house, who = await institution(engine), await user(engine, "registrar", role=Role.REGISTRAR)
    await posting(engine, who, house)
    path = f"/institutions/{house}"
    async with browser(app, await session(engine, who)) as visitor:
        unit = {"name": "1-otryad", "capacity": "80"}
        assert (await visitor.post(f"{path}/places", data=unit)).status_code == 303
        page = (await visitor.get(path)).text
        [number] = re.findall(r'data-testid="unit-(\d+)"', page)
        cell = {"name": "4", "capacity": "4", "unit": number}
        assert (await visitor.post(f"{path}/places", data=cell)).status_code == 303
        assert (await visitor.post(f"{path}/places", data=cell)).status_code == 409
        assert "is-cell" in (await visitor.get(path)).text
