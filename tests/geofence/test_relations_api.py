"""Relations between two wearers over HTTP: written by administrators, read by the officers of the bound."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from callers import browser, session, user
from core import clock
from core.auth import Role
from core.model import OrderId, PersonId
from core.tables import audit, feed
from files import caseload, order, person


async def administrator(app: FastAPI) -> str:
    return await session(app.state.engine, await user(app.state.engine, "root", role=Role.ADMINISTRATOR))


@pytest.fixture
async def two(app: FastAPI) -> tuple[PersonId, OrderId, PersonId]:
    """Whom an order binds, the order, and somebody else."""
    whom = await person(app.state.engine)
    return whom, await order(app.state.engine, whom), await person(app.state.engine, "Karimova")


def draft(other: int, **more: Any) -> dict[str, Any]:
    return {"other": other, "kind": "keep_away", "distance_m": 500, "consent": "act 7, page 2"} | more


async def test_an_administrator_adds_lists_and_ends(
    app: FastAPI, two: tuple[PersonId, OrderId, PersonId]
) -> None:
    whom, under, other = two
    path = f"/v1/orders/{under}/relations"
    async with browser(app, await administrator(app)) as visitor:
        made = await visitor.post(path, json=draft(other))
        assert made.status_code == 201, made.text
        again = await visitor.post(path, json=draft(other, kind="escort"))
        assert (again.status_code, again.json()["type"]) == (409, "/problems/relation_overlaps")
        [listed] = (await visitor.get(path)).json()
        assert (listed["person_id"], listed["other_id"], listed["kind"]) == (whom, other, "keep_away")
        assert (listed["distance_m"], listed["consent"], listed["ends_at"]) == (500, "act 7, page 2", None)
        end = f"/v1/relations/{made.json()['id']}/end"
        assert (await visitor.post(end, json={})).status_code == 204
        assert (await visitor.post(end, json={})).status_code == 409
        assert (await visitor.post(path, json=draft(other, kind="escort"))).status_code == 201
        assert [r["kind"] for r in (await visitor.get(path)).json()] == ["keep_away", "escort"]
    async with app.state.engine.begin() as conn:
        written = (await conn.execute(select(audit.c.action, audit.c.subject_id, audit.c.detail))).all()
        told = (await conn.execute(select(feed.c.kind, feed.c.person_id))).all()
    assert [(a, s) for a, s, _ in written if a == "condition:write"] == [
        ("condition:write", s) for s in (whom, other) * 3
    ]
    assert [d for a, _, d in written if a == "person:read"] == [{"part": "relations"}] * 2
    assert told == [("terms", whom)] * 3


async def test_what_makes_no_sense_is_refused(app: FastAPI, two: tuple[PersonId, OrderId, PersonId]) -> None:
    whom, under, other = two
    path, now = f"/v1/orders/{under}/relations", clock.now()
    soon, past = (now + timedelta(hours=1)).isoformat(), (now - timedelta(hours=1)).isoformat()
    wrong: list[tuple[dict[str, Any], int, str]] = [
        (draft(whom), 422, "relation_to_oneself"),
        (draft(other, consent=" "), 422, "consent_missing"),
        (draft(other, since=past), 422, "in_the_past"),
        (draft(other, since=soon, until=soon), 422, "period_empty"),
        (draft(other, distance_m=9), 422, "invalid"),
        (draft(other, distance_m=100_001), 422, "invalid"),
        (draft(other, kind="follow"), 422, "invalid"),
        (draft(2**40), 404, "not_found"),
    ]
    async with browser(app, await administrator(app)) as visitor:
        for given, status, code in wrong:
            answer = await visitor.post(path, json=given)
            assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{code}"), given
        assert (await visitor.post("/v1/orders/999/relations", json=draft(other))).status_code == 404
        assert (await visitor.post("/v1/relations/999/end", json={})).status_code == 404
        later = (await visitor.post(path, json=draft(other, since=soon))).json()["id"]
        assert (await visitor.post(f"/v1/relations/{later}/end", json={})).status_code == 409
        assert (await visitor.post(f"/v1/relations/{later}/end", json={"at": past})).status_code == 422


async def test_an_officer_reads_those_of_their_own_people_only(
    app: FastAPI, two: tuple[PersonId, OrderId, PersonId]
) -> None:
    whom, under, other = two
    path = f"/v1/orders/{under}/relations"
    async with browser(app, await administrator(app)) as visitor:
        made = (await visitor.post(path, json=draft(other))).json()["id"]
    officer = await user(app.state.engine)
    async with browser(app, await session(app.state.engine, officer)) as visitor:
        assert (await visitor.get(path)).status_code == 404
        await caseload(app.state.engine, officer, other)
        assert (await visitor.get(path)).status_code == 404
        await caseload(app.state.engine, officer, whom)
        assert [r["id"] for r in (await visitor.get(path)).json()] == [made]
        assert (await visitor.post(path, json=draft(other))).status_code == 403
        assert (await visitor.post(f"/v1/relations/{made}/end", json={})).status_code == 403
