"""Placing people, occupancy, children and marks over HTTP, on a real database."""

from datetime import timedelta

from fastapi import FastAPI
from httpx import AsyncClient, Response
from sqlalchemy import select, update

from callers import browser, session, user
from core import clock
from core.auth import Role
from core.model import PersonId
from core.tables import rule_sets, users
from filed import custody as filed
from files import institution, person, row
from inmates.custody import service
from inmates.custody.tables import marks, placements
from inmates.tables import persons
from registry import admit, kind, moves, wanted


async def placed(registrar: AsyncClient, whom: int, where: int, reason: str = "") -> Response:
    return await registrar.post(f"/v1/people/{whom}/places/{where}", json={"reason": reason})


async def test_separation_is_checked_and_an_exception_has_a_name_and_a_reason(
    app: FastAPI, registrar: AsyncClient, house: int
) -> None:
    engine = app.state.engine
    first, second, woman = await person(engine), await person(engine), await person(engine)
    async with engine.begin() as conn:
        await conn.execute(update(persons).where(persons.c.id == woman).values(sex="f"))
    for whom in (first, second, woman):
        await admit(registrar, whom, house)
    unit = (
        await registrar.post(f"/v1/institutions/{house}/places", json={"name": "1", "capacity": 9})
    ).json()
    body = {"name": "1-1", "capacity": 1, "unit_id": unit["id"]}
    cell = (await registrar.post(f"/v1/institutions/{house}/places", json=body)).json()["id"]
    assert kind(await registrar.post(f"/v1/institutions/{house}/places", json=body)) == "place_exists"
    assert (await placed(registrar, first, cell)).json() == {"overridden": []}
    marked = await registrar.post(
        f"/v1/people/{second}/marks", json={"kind": "repeater", "ground": "judgment 1-19/4"}
    )
    assert marked.status_code == 201
    assert kind(await placed(registrar, second, cell)) == "placement_reason_missing"
    done = await placed(registrar, second, cell, "flood in the other wing")
    assert done.json() == {"overridden": ["repeater", "capacity"]}
    assert await wanted(engine, second) == [("placement_overridden", "oversight", True)]
    assert kind(await placed(registrar, woman, cell, "no room")) == "must_be_apart"
    read = (await registrar.get(f"/v1/institutions/{house}")).json()
    assert [(one["name"], one["people"], one["percent"]) for one in read["places"]] == [
        ("1", 2, 23),
        ("1-1", 2, 200),
    ]
    async with engine.begin() as conn:
        kept = select(placements.c.overridden, placements.c.reason, rule_sets.c.statute).join(rule_sets)
        assert (await conn.execute(kept.where(placements.c.person_id == second))).one() == (
            ["repeater", "capacity"],
            "flood in the other wing",
            "separation",
        )


async def test_a_place_is_left_by_transfer_and_kept_by_a_court_trip(
    app: FastAPI, registrar: AsyncClient, house: int
) -> None:
    engine = app.state.engine
    whom, other = await person(engine), await institution(engine)
    episode = (await admit(registrar, whom, house)).json()["episode_id"]
    cell = await filed.place(engine, house)
    await placed(registrar, whom, cell)
    await moves(registrar, episode, {"kind": "court", "at": clock.now().isoformat()})
    read = f"/v1/institutions/{house}"
    assert (await registrar.get(read)).json()["places"][0]["people"] == 1
    await moves(registrar, episode, {"kind": "court_return", "at": clock.now().isoformat()})
    gone = {"kind": "transfer", "at": clock.now().isoformat(), "institution_id": other}
    assert (await moves(registrar, episode, gone)).status_code == 201
    assert (await registrar.get(read)).json()["places"][0]["people"] == 0
    assert (await placed(registrar, whom, cell)).status_code == 404, "not one's own any longer"


async def test_above_a_hundred_percent_is_shown(app: FastAPI, registrar: AsyncClient) -> None:
    engine = app.state.engine
    root = await user(engine, "root", role=Role.ADMINISTRATOR)
    where = await institution(engine)
    by = await user(engine, "clerk")
    for _ in range(3):
        await filed.episode(engine, await person(engine), where, by=by)
    async with browser(app, await session(engine, root)) as chief:
        page = (await chief.get("/v1/institutions", params={"most": 1})).json()
        assert len(page["institutions"]) == 1
        rest = (await chief.get("/v1/institutions", params={"after": page["after"]})).json()
        full = next(one for one in rest["institutions"] if one["id"] == where)
        assert (full["people"], full["percent"]) == (3, 3)
        assert rest["after"] is None
        shown = (await chief.get("/institutions")).text
    assert f'data-testid="institution-{where}"' in shown
    seen = (await registrar.get("/v1/institutions")).json()["institutions"]
    assert where not in {one["id"] for one in seen}


async def test_a_child_is_noted_and_taken_back(app: FastAPI, registrar: AsyncClient, house: int) -> None:
    engine = app.state.engine
    whom = await person(engine)
    await admit(registrar, whom, house)
    path = f"/v1/people/{whom}/children"
    ahead = {"born_on": (clock.today() + timedelta(days=1)).isoformat()}
    assert kind(await registrar.post(path, json=ahead)) == "born_in_future"
    said = {"born_on": "2020-02-29", "place": "Namuna", "guardian": "grandmother"}
    made = (await registrar.post(path, json=said)).json()["id"]
    read = (await registrar.get(f"/v1/people/{whom}/custody")).json()
    assert read["children"] == [{"id": made} | said]
    assert (await registrar.delete(f"{path}/{made}")).status_code == 204
    assert (await registrar.delete(f"{path}/{made}")).status_code == 404
    assert (await registrar.get(f"/v1/people/{whom}/custody")).json()["children"] == []


async def test_the_latest_word_on_a_mark_counts(app: FastAPI, registrar: AsyncClient, house: int) -> None:
    engine = app.state.engine
    whom = await person(engine)
    await admit(registrar, whom, house)
    who = await user(engine, "head", role=Role.UNIT_HEAD)
    for holds in (True, False):
        await row(engine, marks, person_id=whom, kind="apart", holds=holds, ground="doctor", made_by=who)
    async with engine.begin() as conn:
        assert await service.marks(conn, PersonId(whom)) == frozenset()
    blank = await registrar.post(f"/v1/people/{whom}/marks", json={"kind": "apart", "ground": " "})
    assert blank.status_code == 422


async def test_a_transfer_soon_after_a_complaint_reaches_oversight_in_silence(
    app: FastAPI, registrar: AsyncClient, house: int
) -> None:
    engine = app.state.engine
    whom, other = await person(engine), await institution(engine)
    episode = (await admit(registrar, whom, house)).json()["episode_id"]
    overseer = await user(engine, "overseer", role=Role.OVERSIGHT)
    async with engine.begin() as conn:
        clerk = (await conn.execute(select(users.c.id).where(users.c.login == "registrar"))).scalar_one()
    said = {"person_id": whom, "against": clerk, "made_at": clock.now().isoformat(), "reference": "M-1"}
    async with browser(app, await session(engine, overseer)) as oversight:
        assert (await oversight.post("/v1/oversight/complaints", json=said)).status_code == 201
    gone = {"kind": "transfer", "at": clock.now().isoformat(), "institution_id": other}
    assert (await moves(registrar, episode, gone)).status_code == 201
    assert await wanted(engine, whom) == [("legality_retaliation", "oversight", True)]
