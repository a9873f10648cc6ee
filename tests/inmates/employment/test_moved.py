"""Somebody who is moved in the middle of a month: each place writes and pays what was worked there."""

from datetime import datetime

from fastapi import FastAPI
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import Range

import files
from core.clock import HERE
from inmates.tables import stays
from workshop import MONTH, Workshop, code, opened, preview

MOVED = datetime(2026, 3, 10, 14, tzinfo=HERE)


async def moved(app: FastAPI, old: Workshop, new: Workshop) -> None:
    """From the old place to the new one on the tenth at two."""
    async with app.state.engine.begin() as conn:
        mine = stays.c.person_id == old.whom
        await conn.execute(update(stays).where(mine).values(during=Range(files.SINCE, MOVED)))
    during = Range(MOVED, None)
    await files.row(app.state.engine, stays, person_id=old.whom, institution_id=new.place, during=during)
    new.whom = old.whom


async def test_shifts_and_wages_of_each_place_are_its_own(shop: Workshop, app: FastAPI) -> None:
    there = await shop.placed()
    await shop.shift(there, f"{MONTH}-09", "08:00", "18:00")
    async with opened(app) as new:
        await moved(app, shop, new)
        here = await new.placed(rate=9000, since="2026-03-10")
        assert (await shop.shift(there, f"{MONTH}-10", "08:00", "12:00")).status_code == 201  # his last one
        assert code(await shop.shift(there, f"{MONTH}-10", "15:00", "16:00")) == "not_staying_there"
        assert code(await shop.shift(there, f"{MONTH}-11")) == "outside_placement"
        assert (await new.shift(there, f"{MONTH}-09", "19:00", "20:00")).status_code == 404
        assert (await shop.shift(here, f"{MONTH}-12")).status_code == 404
        assert code(await new.shift(here, f"{MONTH}-10", "08:30", "09:00")) == "not_staying_there"
        assert (await new.shift(here, f"{MONTH}-10", "15:00", "19:00")).status_code == 201
        gross = [(await preview(each))["totals"]["gross"] for each in (shop, new)]
        assert gross == [14 * 6000, 4 * 9000]
        page = (await shop.clerk.get(f"/payroll/{shop.place}?month={MONTH}")).text
        assert f'data-testid="write-{there}"' in page
        assert f'href="/people/{shop.whom}' not in page
        late = {"on": f"{MONTH}-08", "starts": "08:00", "ends": "09:00"}
        written = await shop.clerk.post(f"/placements/{there}/entries", data=late)
        assert written.headers["location"] == f"/payroll/{shop.place}?month={MONTH}"
        april = f"/v1/institutions/{shop.place}/payroll"
        assert (await shop.clerk.get(april, params={"month": "2026-04"})).json()["drafts"] == []
        shown = (await new.clerk.get(f"/v1/people/{new.whom}/work")).json()["placements"]
        assert [(one["id"], one["until"]) for one in shown] == [(here, None), (there, "2026-03-11")]


async def test_a_past_paper_calls_the_job_as_it_was_called(shop: Workshop) -> None:
    job = await shop.job(title="Tikuvchi")
    placed = await shop.placed(job)
    await shop.shift(placed, f"{MONTH}-02")
    await shop.clerk.post(f"/v1/institutions/{shop.place}/payrolls", json={"month": MONTH})
    edited = {"title": "Bichuvchi", "isco": "7531", "effort": "light", "is_open": True}
    answer = await shop.clerk.put(f"/v1/jobs/{job}", json=edited, headers={"if-match": '"1"'})
    assert answer.status_code in {200, 204}
    slips = (await shop.clerk.get(f"/v1/people/{shop.whom}/payslips")).json()["payslips"]
    page = (await shop.clerk.get(f"/people/{shop.whom}/work/payslips/{slips[0]['id']}")).text
    assert "Tikuvchi" in page
    assert "Bichuvchi" not in page
    now = (await shop.clerk.get(f"/v1/people/{shop.whom}/work")).json()["placements"]
    assert now[0]["title"] == "Bichuvchi"
