"""A file that only broken glass opens shows nothing to press: what would be refused is not offered."""

from datetime import timedelta

import pytest
from fastapi import FastAPI

import files
from callers import browser, session, user
from core import clock, db, rule_sets
from core.auth import GRANTS, Role
from core.model import PersonId
from dashboards.records import TABS
from inmates.glass import service, store
from inmates.glass.model import Asked


@pytest.mark.parametrize("role", [Role.OFFICER, Role.REGISTRAR, Role.UNIT_HEAD, Role.ACCOUNTANT])
async def test_no_tab_offers_what_glass_does_not_open(app: FastAPI, role: Role) -> None:
    """Whatever a file of rules may open one day: everything that the role reads."""
    engine, now = app.state.engine, clock.now()
    whom = PersonId((await files.everything(engine))["person_id"])
    who = await user(engine, "hurried", role=role)
    opens = frozenset(one for one in GRANTS[role] if one.endswith(":read"))
    later = now + timedelta(hours=1)
    async with db.transaction(engine) as conn:
        law = await rule_sets.keep(conn, service.law())
        await store.add(conn, Asked(who, whom, role, opens, "a reason", now, later, later, law))
    offered, shown = [], []
    async with browser(app, await session(engine, who)) as visitor:
        for tab in ("", *(f"/{one.name}" for one in TABS if one.permission in opens)):
            answer = await visitor.get(f"/people/{whom}{tab}")
            assert answer.status_code in {200, 404}, tab
            shown += [tab] if answer.status_code == 200 else []
            offered += [tab] if 'method="post"' in answer.text.partition("<main")[2] else []
    assert len(shown) > 3
    assert not offered
