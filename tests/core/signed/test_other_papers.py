"""Releases and publications are papers too, each for whoever took it; what is not decided is no paper."""

from pathlib import Path

import pytest
from fastapi import FastAPI

import callers
from authorities import NOBODY
from core import clock, db
from core.model import OrderId
from core.signed import service
from core.signed.model import Demand, Level
from geofence.proposals import service as proposals
from geofence.proposals.model import Target
from proposing import content, officer
from signing_hands import MINE, link, set_up, sign
from under_order import case


async def test_a_release_is_signed(app: FastAPI, tmp_path: Path) -> None:
    one = await case(app)
    set_up(app, tmp_path)
    async with app.state.engine.begin() as conn:
        login = (await conn.exec_driver_sql(f"select login from users where id = {one.officer}")).scalar_one()  # noqa: S608 - a number
    await link(app, **{login: NOBODY})
    path = f"/orders/{one.order}/paper"
    assert (await one.visitor.get(path)).status_code == 409
    await one.done(f"/v1/orders/{one.order}/release", act_number="9-9", ground="court")
    assert "9-9" in (await one.visitor.get(path)).text
    assert f"paper-order_release-{one.order}" in (await one.visitor.get("/papers")).text
    assert (await sign(one.visitor, path, MINE)).status_code == 303
    assert f"paper-order_release-{one.order}" not in (await one.visitor.get("/papers")).text
    assert 'data-signed="yes"' in (await one.visitor.get(path)).text
    assert f'href="{path}"' in (await one.visitor.get(f"/people/{one.person}/supervision")).text


async def test_a_publication_is_signed_by_the_second_pair_of_eyes(
    app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, engine = await case(app), app.state.engine
    author, second = await officer(engine, one.person), await officer(engine, one.person)
    set_up(app, tmp_path)
    await link(app, **{second.login: NOBODY})
    async with db.transaction(engine) as conn:
        made = await proposals.draft(conn, author, target=Target(OrderId(one.order)), content=content())
    path = f"/proposals/{made}/paper"
    async with callers.browser(app, await callers.session(engine, second.user)) as visitor:
        assert (await visitor.get(path)).status_code == 409
        async with db.transaction(engine) as conn:
            await proposals.publish(conn, second, proposal=made, after=1, now=clock.now())
        assert "Namuna maktabi" in (await visitor.get(path)).text
        waits = f"paper-rule_publication-{made}"
        assert waits not in (await visitor.get("/papers")).text, "the law of its day wants no signature"
        monkeypatch.setattr(service.rules, "demand", lambda *_: Demand(Level.FORCED, "1", ""))
        assert waits in (await visitor.get("/papers")).text
        assert (await sign(visitor, path, MINE)).status_code == 303
        assert 'data-signed="yes"' in (await visitor.get(path)).text
        assert f'href="{path}"' in (await visitor.get(f"/proposals/{made}")).text
