"""Alerts, zones and conditions over HTTP, on the real application and database."""

from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from callers import browser, session, user
from core.auth import Role
from core.model import PersonId, UserId
from core.tables import audit, feed
from files import alert, caseload, condition, device, everything, order, person, zone

SQUARE = {"type": "Polygon", "coordinates": [[[69, 41], [69.1, 41], [69.1, 41.1], [69, 41.1], [69, 41]]]}
BOW_TIE = {"type": "Polygon", "coordinates": [[[69, 41], [69.1, 41.1], [69.1, 41], [69, 41.1], [69, 41]]]}


async def officer_of(app: FastAPI, *people: int, login: str = "officer") -> tuple[UserId, str]:
    who = await user(app.state.engine, login)
    for whom in people:
        await caseload(app.state.engine, who, PersonId(whom))
    return who, await session(app.state.engine, who)


async def administrator(app: FastAPI) -> str:
    return await session(app.state.engine, await user(app.state.engine, "root", role=Role.ADMINISTRATOR))


async def test_an_alert_is_taken_noted_and_closed_by_one_of_two_officers(app: FastAPI) -> None:
    ids = await everything(app.state.engine)
    who, secret = await officer_of(app, ids["person_id"])
    _, other = await officer_of(app, ids["person_id"], login="second")
    path = f"/v1/alerts/{ids['alert_id']}"
    async with browser(app, secret) as one, browser(app, other) as two:
        assert (await one.post(f"{path}/close", json={"outcome": "false"})).status_code == 409
        assert (await one.post(f"{path}/take")).json() == {
            "id": ids["alert_id"],
            "state": "taken",
            "taken_by": who,
        }
        refused = await two.post(f"{path}/take")
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/alert_already_taken")
        assert (await two.post(f"{path}/note", json={"text": "I called"})).status_code == 200
        closed = await one.post(f"{path}/close", json={"outcome": "excuse", "note": "hospital"})
        assert closed.json()["state"] == "closed"
        opened = (await one.get(path)).json()
    assert [(e["kind"], e["by_name"], e["note"], e["outcome"]) for e in opened["entries"]] == [
        ("raised", None, None, None),
        ("taken", "Officer", None, None),
        ("noted", "Second", "I called", None),
        ("closed", "Officer", "hospital", "excuse"),
    ]
    assert (opened["alert"]["zone_name"], opened["alert"]["condition_kind"]) == ("Namuna uyi", "curfew")
    async with app.state.engine.begin() as conn:
        told = (await conn.execute(select(feed.c.kind, feed.c.person_id))).all()
        read = (await conn.execute(select(audit.c.subject_id).where(audit.c.action == "alert:read"))).all()
    assert told == [("alert", ids["person_id"])] * 3
    assert read == [(ids["alert_id"],)]


async def test_the_queue_shows_the_gravest_first_and_turns_pages(app: FastAPI) -> None:
    engine = app.state.engine
    whom, strange = await person(engine), await person(engine)
    _, secret = await officer_of(app, whom)
    worn = [await device(engine) for _ in range(5)]
    grades = (3, 1, 2, 1, 4)
    made = [await alert(engine, whom, d, kind="strap", severity=g) for d, g in zip(worn, grades, strict=True)]
    await alert(engine, strange, worn[0], kind="case")
    seen, after = [], {}
    async with browser(app, secret) as visitor:
        while True:
            page = (await visitor.get("/v1/alerts", params={"most": 2} | after)).json()
            assert page["total"] == 5
            seen += [a["id"] for a in page["alerts"]]
            if page["after"] is None:
                break
            after = {"after": page["after"]}
        assert seen == [made[n] for n in (3, 1, 2, 0, 4)]
        everything_ = (await visitor.get("/v1/alerts", params={"state": "all"})).json()
        assert [a["id"] for a in everything_["alerts"]] == made[::-1]
        grave = (await visitor.get("/v1/alerts", params={"severity": 1})).json()
        assert {a["id"] for a in grave["alerts"]} == {made[1], made[3]}
        assert (await visitor.get("/v1/alerts", params={"state": "lost"})).status_code == 422


async def test_zones_of_a_box_are_those_of_ones_own_people(app: FastAPI) -> None:
    engine = app.state.engine
    mine, strange = await everything(engine), await everything(engine)
    far = await zone(engine, lon=60)
    await condition(engine, await order(engine, PersonId(mine["person_id"])), far)
    who, secret = await officer_of(app, mine["person_id"])
    box = {"bbox": "69.2,41.2,69.3,41.4"}
    async with browser(app, secret) as visitor:
        [feature] = (await visitor.get("/v1/zones", params=box)).json()["features"]
        assert feature["id"] == mine["zone_id"]
        assert feature["geometry"]["type"] == "Polygon"
        found = (await visitor.get(f"/v1/people/{mine['person_id']}/zones")).json()["features"]
        assert {f["id"] for f in found} == {mine["zone_id"], far}
        async with engine.begin() as conn:
            query = select(audit.c.action, audit.c.subject_id, audit.c.detail)
            rows = (await conn.execute(query.where(audit.c.user_id == who))).all()
        assert rows == [("person:read", mine["person_id"], {"part": "zones"})]
        for wrong in ("1,2,3", "a,b,c,d", "3,2,1,4", "nan,0,1,1"):
            assert (await visitor.get("/v1/zones", params={"bbox": wrong})).status_code == 422, wrong
    async with browser(app, await administrator(app)) as visitor:
        found = (await visitor.get("/v1/zones", params=box)).json()["features"]
        assert {f["id"] for f in found} == {mine["zone_id"], strange["zone_id"]}


@pytest.mark.parametrize(
    ("geometry", "code"),
    [
        (BOW_TIE, "ring_crosses_itself"),
        ({"type": "Polygon", "coordinates": "none"}, "shape_invalid"),
        ({"type": "Nonsense"}, "shape_invalid"),
        ({"type": "Point", "coordinates": [69, 41]}, "shape_of_another_kind"),
        ({"type": "Polygon", "coordinates": []}, "shape_empty"),
    ],
)
async def test_a_wrong_drawing_is_refused_with_its_reason(
    app: FastAPI, geometry: dict[str, Any], code: str
) -> None:
    given = {"name": "Maktab", "reason": "1", "shape": {"kind": "area", "geometry": geometry}}
    async with browser(app, await administrator(app)) as visitor:
        answer = await visitor.post("/v1/proposals", json=given)
    assert (answer.status_code, answer.json()["type"]) == (422, f"/problems/{code}")


async def test_two_draw_and_publish(app: FastAPI) -> None:
    ids = await everything(app.state.engine)
    _, one = await officer_of(app, ids["person_id"])
    _, two = await officer_of(app, ids["person_id"], login="second")
    night = {"weekly": [{"weekday": day, "starts": 1320, "ends": 1440} for day in range(7)]}
    rule = {"name": "Maktab", "reason": "1", "kind": "curfew", "hours": night}
    rule |= {"shape": {"kind": "area", "geometry": SQUARE}}
    async with browser(app, one) as author, browser(app, two) as second:
        made = await author.post(f"/v1/orders/{ids['order_id']}/proposals", json=rule)
        assert made.status_code == 201, made.text
        path = f"/v1/proposals/{made.json()['id']}"
        assert (await author.put(path, json=rule)).status_code == 428
        assert (await author.put(path, json=rule, headers={"if-match": '"7"'})).status_code == 412
        edited = await author.put(path, json=rule, headers={"if-match": '"1"'})
        assert (edited.json()["version"], edited.headers["etag"]) == (2, '"2"')
        read = await second.get(path)
        assert (read.json()["state"], read.json()["authors"]) == ("waiting", ["Officer"])
        tag = {"if-match": read.headers["etag"]}
        own = await author.post(f"{path}/publication", headers=tag)
        assert (own.status_code, own.json()["type"]) == (409, "/problems/own_proposal")
        assert (await second.post(f"{path}/publication", headers=tag)).status_code == 200
        again = await second.post(f"{path}/withdrawal")
        assert (again.status_code, again.json()["type"]) == (409, "/problems/proposal_over")
        page = (await second.get("/v1/proposals", params={"most": 1})).json()
        assert [line["state"] for line in page["proposals"]] == ["published"]
        assert page["after"] == made.json()["id"]
        last = (await second.get("/v1/proposals", params={"after": page["after"]})).json()
        assert [line["id"] for line in last["proposals"]] == [ids["proposal_id"]]
        assert (await author.post("/v1/proposals", json=rule)).status_code == 404
        refused = f"proposals/{ids['proposal_id']}"
        assert (await second.post(f"/v1/{refused}/withdrawal")).json()["type"] == "/problems/reason_missing"
        said = {"reason": "The border cuts the school in two"}
        assert (await second.post(f"/{refused}/withdrawal", data=said)).status_code == 303
        assert said["reason"] in (await author.get(f"/{refused}")).text


async def test_an_administrator_excuses_and_ends_at_once(app: FastAPI) -> None:
    ids = await everything(app.state.engine)
    async with browser(app, await administrator(app)) as visitor:
        listed = (await visitor.get(f"/v1/people/{ids['person_id']}/conditions")).json()
        condition_path = f"/v1/conditions/{listed[0]['id']}"
        leave = {
            "since": "2026-11-21T08:00:00+05:00",
            "until": "2026-11-21T12:00:00+05:00",
            "reason": "shifokor",
        }
        assert (await visitor.post(f"{condition_path}/absences", json=leave)).status_code == 201
        naive = leave | {"since": "2026-11-21T08:00:00"}
        answer = await visitor.post(f"{condition_path}/absences", json=naive)
        assert answer.json()["errors"][0]["pointer"] == "#/since"
        listed = (await visitor.get(f"/v1/people/{ids['person_id']}/conditions")).json()
        assert [(c["zone_name"], len(c["windows"]), len(c["absences"])) for c in listed] == [
            ("Namuna uyi", 7, 2)
        ]
        assert (await visitor.post(f"{condition_path}/end", json={})).status_code == 204
        assert not (await visitor.get(f"/v1/people/{ids['person_id']}/conditions")).json()
