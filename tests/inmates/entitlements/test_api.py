"""Entitlements over HTTP, on a real database: balances, refusals, contacts, grants, and the tab."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from callers import browser, session, user
from core import clock
from core.auth import Role
from core.model import PersonId
from core.tables import rule_sets
from filed import custody as filed
from files import institution, person, posting
from inmates.entitlements import service
from inmates.entitlements.model import Cause, Thing
from inmates.entitlements.tables import uses
from inmates.tables import persons
from inmates.tasks.tables import tasks

AT = datetime(2026, 3, 1, 7, tzinfo=UTC)


class House:
    """A registrar at work, and somebody held since the year began."""

    def __init__(self, app: FastAPI, visitor: AsyncClient, whom: PersonId, where: int, clerk: int) -> None:
        self.app, self.visitor, self.whom, self.where, self.clerk = app, visitor, whom, where, clerk

    async def uses(self, thing: str, *, hours: int = 0, **said: Any) -> Response:
        body = {"thing": thing, "at": (AT + timedelta(hours=hours)).isoformat()} | said
        return await self.visitor.post(f"/v1/people/{self.whom}/uses", json=body)

    async def balances(self, **asked: Any) -> dict[str, tuple[int, int, int, int]]:
        read = await self.visitor.get(f"/v1/people/{self.whom}/entitlements", params=asked)
        return {
            one["thing"]: (one["allowed"], one["granted"], one["drawn"], one["left"])
            for one in read.json()["balances"]
        }

    async def contact(self, **said: Any) -> int:
        body = {"name": "Namuna Xola", "relation": "parent", "since": "2026-01-01"} | said
        made = await self.visitor.post(f"/v1/people/{self.whom}/contacts", json=body)
        return int(made.json()["id"])


@pytest.fixture
async def house(app: FastAPI) -> AsyncIterator[House]:
    engine = app.state.engine
    where, whom = await institution(engine), await person(engine)
    clerk = await user(engine, "registrar", role=Role.REGISTRAR)
    await posting(engine, clerk, where)
    await filed.episode(engine, whom, where, by=clerk)
    async with browser(app, await session(engine, clerk)) as visitor:
        yield House(app, visitor, whom, where, clerk)


def kind(answer: Response) -> str:
    return str(answer.json()["type"]).removeprefix("/problems/")


async def test_uses_draw_from_the_balance_until_nothing_is_left(house: House) -> None:
    assert (await house.balances())["call"] == (12, 0, 0, 12)
    for hour in range(11):
        assert (await house.uses("call", hours=hour)).status_code == 201
    twelfth = await house.uses("video_visit", hours=20, contact_id=await house.contact())
    assert twelfth.status_code == 201, "a video visit takes the place of a call"
    refused = await house.uses("call", hours=30)
    assert (refused.status_code, kind(refused)) == (409, "entitlement_used_up")
    assert "12" in refused.json()["title"]
    given = {"thing": "call", "year": 2026, "ground": "incentive, order 7"}
    granted = await house.visitor.post(f"/v1/people/{house.whom}/grants", json=given)
    assert granted.status_code == 201
    assert (await house.uses("call", hours=30)).status_code == 201
    assert (await house.balances())["call"] == (12, 1, 13, 0)
    path = f"/v1/grants/{granted.json()['id']}/withdrawal"
    assert (await house.visitor.post(path, json={"reason": "annulled"})).status_code == 204
    assert kind(await house.visitor.post(path, json={"reason": "annulled"})) == "already_withdrawn"
    assert (await house.balances())["call"] == (12, 0, 13, -1)
    async with house.app.state.engine.begin() as conn:
        kept = select(func.count()).select_from(uses).join(rule_sets)
        query = kept.where(rule_sets.c.statute == "entitlements")
        assert (await conn.execute(query)).scalar_one() == 13


async def test_a_mistake_is_taken_back_and_stays_in_the_file(house: House) -> None:
    made = (await house.uses("parcel")).json()["id"]
    path = f"/v1/uses/{made}/withdrawal"
    assert (await house.visitor.post(path, json={"reason": " "})).status_code == 422
    assert (await house.visitor.post(path, json={"reason": "typed twice"})).status_code == 204
    assert kind(await house.visitor.post(path, json={"reason": "typed twice"})) == "already_withdrawn"
    assert (await house.balances())["parcel"] == (12, 0, 0, 12)
    read = (await house.visitor.get(f"/v1/people/{house.whom}/entitlements")).json()
    assert [(use["id"], use["is_withdrawn"]) for use in read["uses"]] == [(made, True)]
    with pytest.raises(DBAPIError, match=r"append-only|permission denied"):
        async with house.app.state.engine.begin() as conn:
            await conn.execute(update(uses).values(thing="call"))


async def test_only_approved_contacts_visit(house: House) -> None:
    assert kind(await house.uses("short_visit")) == "contact_needed"
    mother = await house.contact(barred=["long_visit"])
    assert (await house.uses("short_visit", contact_id=mother)).status_code == 201
    assert kind(await house.uses("long_visit", contact_id=mother)) == "contact_barred"
    late = await house.contact(since="2026-03-02")
    assert kind(await house.uses("short_visit", contact_id=late)) == "contact_not_approved"
    assert kind(await house.uses("short_visit", contact_id=late + 99)) == "contact_not_approved"
    path = f"/v1/contacts/{mother}/ending"
    assert (await house.visitor.post(path, json={"reason": "asked for"})).status_code == 204
    assert kind(await house.visitor.post(path, json={"reason": "asked for"})) == "contact_ended"
    assert (await house.uses("short_visit", hours=1, contact_id=mother)).status_code == 201, (
        "it was approved then"
    )
    now = await house.uses("short_visit", at=clock.now().isoformat(), contact_id=mother)
    assert kind(now) == "contact_not_approved"
    wrong = {"name": "N", "relation": "other", "since": "2026-03-02", "until": "2026-03-01"}
    refused = await house.visitor.post(f"/v1/people/{house.whom}/contacts", json=wrong)
    assert kind(refused) == "contact_period_wrong"


async def test_visits_that_were_lost_are_counted_and_draw_nothing(house: House) -> None:
    mother = await house.contact()
    assert kind(await house.uses("short_visit", contact_id=mother, outcome="no_show")) == "use_cause_wrong"
    for hour, (outcome, cause) in enumerate((("no_show", "visitor"), ("cancelled", "institution"))):
        said = {"outcome": outcome, "cause": cause, "contact_id": mother}
        assert (await house.uses("short_visit", hours=hour, **said)).status_code == 201
    await house.uses("short_visit", hours=5, contact_id=mother)
    assert (await house.balances())["short_visit"] == (6, 0, 1, 5)
    async with house.app.state.engine.begin() as conn:
        lost = await service.visits_lost(conn, [house.whom], since=AT, until=AT + timedelta(days=1))
        last = await service.last_kept(conn, house.whom, thing=Thing.SHORT_VISIT)
    assert lost == {house.whom: {Cause.INSTITUTION: 1, Cause.VISITOR: 1, Cause.PERSON: 0}}
    assert last == AT + timedelta(hours=5)


async def test_a_visit_cancelled_soon_after_a_complaint_reaches_oversight(house: House) -> None:
    engine = house.app.state.engine
    overseer = await user(engine, "overseer", role=Role.OVERSIGHT)
    said = {"against": house.clerk, "made_at": clock.now().isoformat(), "reference": "M-1"}
    async with browser(house.app, await session(engine, overseer)) as oversight:
        heard = await oversight.post("/v1/oversight/complaints", json=said | {"person_id": house.whom})
        assert heard.status_code == 201
    lost = {"outcome": "cancelled", "cause": "institution", "contact_id": await house.contact()}
    assert (await house.uses("short_visit", **lost)).status_code == 201
    async with engine.begin() as conn:
        found = await conn.execute(select(tasks.c.kind).where(tasks.c.person_id == house.whom))
        assert list(found.scalars()) == ["legality_retaliation"]


async def test_a_mother_has_visits_of_her_own_and_regimes_differ(house: House) -> None:
    engine = house.app.state.engine
    async with engine.begin() as conn:
        await conn.execute(update(persons).where(persons.c.id == house.whom).values(sex="f"))
    assert (await house.balances())["child_visit"][0] == 0
    await filed.child(engine, house.whom)
    assert (await house.balances())["child_visit"][0] == 4
    other = await institution(engine, kind="probation_district")
    assert (await house.balances(year=2025))["call"] == (0, 0, 0, 0), "not held here in that year"
    read = (await house.visitor.get(f"/v1/people/{house.whom}/entitlements")).json()
    call = next(one for one in read["balances"] if one["thing"] == "call")
    assert [(line["key"], line["rate"], line["days"]) for line in call["lines"]] == [
        ("general_regime.ordinary.call", 12, 365)
    ]
    assert read["pooled"] == {"video_visit": "call"}
    assert read["wage_share_percent"] == "25"
    stranger = await person(engine)
    await filed.episode(engine, stranger, other)
    assert (await house.visitor.get(f"/v1/people/{stranger}/entitlements")).status_code == 404
    ahead = (clock.now() + timedelta(minutes=5)).isoformat()
    assert kind(await house.uses("call", at=ahead)) == "use_in_future"
    assert kind(await house.uses("call", at="2025-12-31T10:00:00+05:00")) == "entitlement_not_due"


async def test_the_tab_shows_the_balance_and_records(house: House) -> None:
    tab = f"/people/{house.whom}/entitlements"
    made = {"name": "Namuna Xola", "relation": "parent", "since": "2026-01-01", "until": ""}
    barred = {"barred": ["parcel", "call"]}
    assert (await house.visitor.post(f"{tab}/contacts", data=made | barred)).status_code == 303
    call = {"thing": "call", "at": "2026-03-01T10:00", "contact": ""}
    assert (await house.visitor.post(f"{tab}/uses", data=call)).status_code == 303
    read = (await house.visitor.get(f"/v1{tab}")).json()
    assert sorted(read["contacts"][0]["barred"]) == ["call", "parcel"]
    visit = {"thing": "short_visit", "at": "2026-03-01T10:00", "contact": read["contacts"][0]["id"]}
    assert (await house.visitor.post(f"{tab}/uses", data=visit)).status_code == 303
    page = (await house.visitor.get(tab)).text
    assert 'data-testid="balance-short_visit"' in page
    assert "Namuna Xola" in page
    assert (await house.balances())["short_visit"] == (6, 0, 1, 5)
