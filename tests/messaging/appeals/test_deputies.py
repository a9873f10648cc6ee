"""A head names who acts for whom where the head works, and ends it."""

import re

from fastapi import FastAPI

import files
from callers import browser, session, user
from core.auth import Role


async def test_a_head_names_a_deputy_and_ends_it(app: FastAPI) -> None:
    engine = app.state.engine
    here, elsewhere = await files.institution(engine), await files.institution(engine)
    head, one, stranger = [
        await user(engine, login, role=Role.UNIT_HEAD) for login in ("head", "one", "stranger")
    ]
    for who, where in ((head, here), (one, here), (stranger, elsewhere)):
        await files.posting(engine, who, where)
    form = {"deputy": str(one), "whose": str(head), "since": "2026-11-20T08:00"}
    async with browser(app, await session(engine, head)) as visitor:
        assert 'href="/deputies"' in (await visitor.get("/appeals")).text
        page = (await visitor.get("/deputies")).text
        assert f'<option value="{one}">' in page
        assert f'<option value="{stranger}">' not in page
        assert (await visitor.post("/deputies", data=form | {"deputy": str(stranger)})).status_code == 404
        assert (await visitor.post("/deputies", data=form)).status_code == 303
        assert (await visitor.post("/deputies", data=form)).status_code == 409
        later = form | {"since": "2199-01-01T08:00", "deputy": str(head), "whose": str(one)}
        assert (await visitor.post("/deputies", data=later)).status_code == 303
        ends = re.findall(r'action="(/deputies/\d+/end)"', (await visitor.get("/deputies")).text)
        assert len(ends) == 2
    async with browser(app, await session(engine, stranger)) as visitor:
        assert (await visitor.post(ends[0])).status_code == 404
        assert ends[0] not in (await visitor.get("/deputies")).text
    async with browser(app, await session(engine, head)) as visitor:
        for end in ends:
            assert (await visitor.post(end)).status_code == 303
            assert (await visitor.post(end)).status_code == 404
        assert "/end" not in (await visitor.get("/deputies")).text
