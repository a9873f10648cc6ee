"""Episodes, movements and admissions over HTTP, on a real database."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from asked.custody import ACT
from callers import browser, session, user
from core import clock
from core.auth import Role
from core.tables import audit
from filed import custody as filed
from files import institution, person, posting
from inmates.custody.tables import admissions, movements
from registry import admit, at, kind, move, moves, stayed, wanted

ITEMS = ("identity", "gender", "property", "family", "emergency_contact", "rights")


async def test_a_person_is_received_moved_and_handed_over(
    app: FastAPI, registrar: AsyncClient, house: int
) -> None:
    engine = app.state.engine
    whom, other = await person(engine), await institution(engine, kind="strict_regime")
    made = (await admit(registrar, whom, house)).json()
    episode = made["episode_id"]
    assert (await move(registrar, episode, "court", 20, destination="Namuna sudi")).status_code == 201
    assert kind(await move(registrar, episode, "hospital", 21)) == "person_away"
    assert (await registrar.get(f"/v1/people/{whom}")).status_code == 200, (
        "the court trip keeps the file here"
    )
    assert (await move(registrar, episode, "court_return", 22)).status_code == 201
    read = (await registrar.get(f"/v1/people/{whom}/custody")).json()
    assert read["standing"] == {
        "state": "present",
        "episode_id": episode,
        "institution_id": house,
        "regime": "ordinary",
        "is_counted": True,
    }
    there = await registrar.get(f"/v1/people/{whom}/standing", params={"at": at(21)})
    assert there.json()["standing"]["state"] == "at_court"
    before = await registrar.get(f"/v1/people/{whom}/standing", params={"at": at(1)})
    assert before.json()["standing"] is None
    assert kind(await move(registrar, episode, "transfer", 30)) == "institution_missing"
    handed = await move(registrar, episode, "transfer", 30, institution_id=other)
    assert handed.status_code == 201
    moments = [datetime.fromisoformat(at(day)) for day in (10, 30)]
    assert await stayed(engine, whom) == [(house, *moments), (other, moments[1], None)]
    assert (await registrar.get(f"/v1/people/{whom}/custody")).status_code == 404
    assert (await move(registrar, episode, "court", 40)).status_code == 404


async def test_nobody_is_received_without_an_act(app: FastAPI, registrar: AsyncClient, house: int) -> None:
    engine = app.state.engine
    whom = await person(engine)
    for wrong in ({"act_number": " "}, {"act_on": "2026-03-01"}, {"reasons": ""}):
        refused = await admit(registrar, whom, house, commitment=ACT | wrong)
        assert refused.status_code == 422, wrong
    refused = await admit(registrar, whom, house, commitment=ACT | {"valid_until": "2026-01-05"})
    assert kind(refused) == "commitment_expired"
    assert kind(await admit(registrar, whom, house, kind="supervision")) == "institution_of_another_kind"
    ahead = (clock.now() + timedelta(hours=1)).isoformat()
    assert kind(await admit(registrar, whom, house, at=ahead)) == "movement_in_future"
    assert await stayed(engine, whom) == []


async def test_strangers_are_received_only_when_they_stay_nowhere(
    app: FastAPI, registrar: AsyncClient, house: int
) -> None:
    engine = app.state.engine
    far, whom = await institution(engine), await person(engine)
    await filed.episode(engine, whom, far)
    assert (await admit(registrar, whom, house)).status_code == 404
    assert (await admit(registrar, await person(engine), far)).status_code == 404
    mine = await person(engine)
    assert (await admit(registrar, mine, house)).status_code == 201
    assert kind(await admit(registrar, mine, house, day=12)) == "already_admitted"


async def test_a_correction_names_what_it_replaces_and_folds_anew(
    app: FastAPI, registrar: AsyncClient, house: int
) -> None:
    engine = app.state.engine
    whom = await person(engine)
    made = (await admit(registrar, whom, house)).json()
    path = f"/v1/movements/{made['movement_id']}"
    put = await registrar.post(f"{path}/correction", json={"kind": "admission", "at": at(9, 7)})
    assert put.status_code == 201
    assert await stayed(engine, whom) == [(house, datetime.fromisoformat(at(9, 7)), None)]
    again = await registrar.post(f"{path}/correction", json={"kind": "admission", "at": at(9, 8)})
    assert kind(again) == "already_replaced"
    for wrong in ("withdrawn", "admission"):
        assert kind(await move(registrar, made["episode_id"], wrong, 12)) == "movement_kind_wrong"
    for wrong in ("withdrawn", "court"):
        body = {"kind": wrong, "at": at(9, 8)}
        refused = await registrar.post(f"/v1/movements/{put.json()['id']}/correction", json=body)
        assert kind(refused) == "movement_kind_wrong"
    left = (await move(registrar, made["episode_id"], "release", 50)).json()["ids"][0]
    assert (await admit(registrar, whom, house, day=60)).status_code == 201
    assert kind(await registrar.post(f"/v1/movements/{left}/withdrawal")) == "already_admitted"
    read = (await registrar.get(f"/v1/people/{whom}/custody")).json()
    told = [one["movement"]["kind"] for one in read["episodes"][1]["movements"]]
    assert told == ["admission", "admission", "release"]
    assert [one["is_replaced"] for one in read["episodes"][1]["movements"]] == [False, True, False]


async def test_movements_can_not_be_changed_in_the_database_either(
    app: FastAPI, registrar: AsyncClient, house: int
) -> None:
    await admit(registrar, await person(app.state.engine), house)
    with pytest.raises(DBAPIError, match=r"append-only|permission denied"):
        async with app.state.engine.begin() as conn:
            await conn.execute(update(movements).values(at=clock.now()))


async def test_late_entry_in_any_possible_order_gives_the_same_stays(
    app: FastAPI, registrar: AsyncClient, house: int
) -> None:
    engine = app.state.engine
    other, seen = await institution(engine), []
    root = await user(engine, "root", role=Role.ADMINISTRATOR)
    steps: dict[str, list[dict[str, Any]]] = {
        "t": [{"kind": "transfer", "at": at(20), "institution_id": other}],
        "c": [{"kind": "court", "at": at(30)}, {"kind": "court_return", "at": at(31)}],
        "b": [{"kind": "transfer", "at": at(40), "institution_id": house}],
        "e": [{"kind": "release", "at": at(50)}],
    }
    async with browser(app, await session(engine, root)) as chief:
        for order in ("tcbe", "ctbe", "ectb", "tbec", "tebc"):
            whom = await person(engine)
            episode = (await admit(registrar, whom, house)).json()["episode_id"]
            for name in order:
                assert (await moves(chief, episode, *steps[name])).status_code == 201, (order, name)
            seen.append(await stayed(engine, whom))
    assert all(one == seen[0] for one in seen)
    assert [where for where, _, _ in seen[0]] == [house, other, house]


async def test_an_admission_closes_without_a_gap_only(
    app: FastAPI, registrar: AsyncClient, house: int
) -> None:
    engine = app.state.engine
    whom = await person(engine)
    asked = (await admit(registrar, whom, house)).json()["admission_id"]
    path = f"/v1/admissions/{asked}"
    read = (await registrar.get(path)).json()
    assert sorted(read["gaps"]) == sorted([*ITEMS, "injuries", "ill_treatment"])
    said = {answer["item"]: answer["words"] for answer in read["answers"]}
    assert said["moment"] == "2026-01-11T15:00+05:00", "the day and the hour, local"
    assert kind(await registrar.post(f"{path}/closing")) == "admission_gap"
    for item in ITEMS:
        answer = {"item": item, "words": "x"}
        assert (await registrar.post(f"{path}/answers", json=answer)).status_code == 204
    refused = await registrar.post(f"{path}/answers", json={"item": "rights", "said": "declined"})
    assert kind(refused) == "answer_not_declinable"
    await registrar.post(f"{path}/answers", json={"item": "ill_treatment", "said": "declined"})
    assert await wanted(engine, whom) == []
    bruise = {"item": "injuries", "said": "answered", "words": "a bruise"}
    await registrar.post(f"{path}/answers", json=bruise)
    assert await wanted(engine, whom) == [
        ("admission_injuries", "doctor", True),
        ("admission_injuries", "oversight", True),
    ]
    assert (await registrar.post(f"{path}/closing")).status_code == 204
    assert kind(await registrar.post(f"{path}/answers", json=bruise)) == "admission_closed"
    assert kind(await registrar.post(f"{path}/closing")) == "admission_closed"
    async with engine.begin() as conn:
        noted = (await conn.execute(select(audit.c.detail).where(audit.c.subject_id == whom))).scalars()
        assert "bruise" not in str(list(noted))


async def test_the_database_itself_refuses_a_gap(app: FastAPI, registrar: AsyncClient, house: int) -> None:
    made = (await admit(registrar, await person(app.state.engine), house)).json()
    closed = {"closed_at": clock.now(), "closed_by": 1}
    with pytest.raises(DBAPIError, match="gap"):
        async with app.state.engine.begin() as conn:
            await conn.execute(
                update(admissions).where(admissions.c.id == made["admission_id"]).values(closed)
            )


async def test_supervision_asks_nothing_and_belongs_to_a_district(app: FastAPI) -> None:
    engine = app.state.engine
    district, whom = await institution(engine, kind="probation_district"), await person(engine)
    who = await user(engine, "registrar", role=Role.REGISTRAR)
    await posting(engine, who, district)
    async with browser(app, await session(engine, who)) as visitor:
        made = await admit(visitor, whom, district, kind="supervision")
        assert made.json()["admission_id"] is None
        assert kind(await admit(visitor, await person(engine), district)) == "institution_of_another_kind"
        held = (await visitor.get(f"/v1/people/{whom}/custody")).json()
    assert [(one["kind"], one["commitment"]["act_number"]) for one in held["episodes"]] == [
        ("supervision", "1-26/7")
    ]


async def test_escape_and_death_reach_oversight_and_leave_the_roll(
    app: FastAPI, registrar: AsyncClient, house: int
) -> None:
    engine = app.state.engine
    gone, dead = await person(engine), await person(engine)
    for whom in (gone, dead):
        await admit(registrar, whom, house)
    read = f"/v1/institutions/{house}"
    assert (await registrar.get(read)).json()["institution"]["people"] == 2
    episodes = {
        whom: (await registrar.get(f"/v1/people/{whom}/custody")).json()["episodes"][0]["id"]
        for whom in (gone, dead)
    }
    assert (await move(registrar, episodes[gone], "escape", 20)).status_code == 201
    assert (await move(registrar, episodes[dead], "death", 20)).status_code == 201
    assert (await registrar.get(read)).json()["institution"]["people"] == 0
    assert await wanted(engine, gone) == [("custody_escape", "oversight", True)]
    assert await wanted(engine, dead) == [("custody_death", "oversight", True)]
    assert (await registrar.get(f"/v1/people/{gone}")).status_code == 200, "the file of a wanted person stays"
    assert (await registrar.get(f"/v1/people/{dead}")).status_code == 404
    assert (await move(registrar, episodes[gone], "recapture", 25)).status_code == 201
    assert (await registrar.get(read)).json()["institution"]["people"] == 1
