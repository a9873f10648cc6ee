"""Somebody is bound to another wearer on the tab of rules, and the bond ends on its card."""

from fastapi import FastAPI

import files
from callers import browser, session, user
from core.auth import Role


async def test_an_administrator_binds_and_ends(app: FastAPI) -> None:
    engine = app.state.engine
    whom, other = await files.person(engine), await files.person(engine, "Karimova", number="P-7")
    under = await files.order(engine, whom)
    root = await user(engine, "root", role=Role.ADMINISTRATOR)
    officer = await user(engine)
    await files.caseload(engine, officer, whom)
    said = {"number": " P-7 ", "kind": "keep_away", "distance_m": "500", "document": "act 1", "until": ""}
    path = f"/orders/{under}/pairs"
    async with browser(app, await session(engine, officer)) as visitor:
        assert (await visitor.post(path, data=said)).status_code == 403
        assert path not in (await visitor.get(f"/people/{whom}/rules")).text
    async with browser(app, await session(engine, root)) as visitor:
        assert f'action="{path}"' in (await visitor.get(f"/people/{whom}/rules")).text
        assert (await visitor.post(path, data=said | {"number": "nobody"})).status_code == 404
        assert (await visitor.post(path, data=said | {"document": " "})).status_code == 422
        made = await visitor.post(path, data=said, headers={"x-form": "1"})
        assert made.status_code == 204
        card = made.headers["location"]
        [told] = (await visitor.get(f"/v1/orders/{under}/relations")).json()
        assert (told["other_id"], told["distance_m"], told["ends_at"]) == (other, 500, None)
        assert f'action="{card}/end"' in (await visitor.get(card)).text
        assert (await visitor.post(f"{card}/end")).status_code == 303
        [told] = (await visitor.get(f"/v1/orders/{under}/relations")).json()
        assert told["ends_at"] is not None
        assert f'action="{card}/end"' not in (await visitor.get(card)).text
        assert (await visitor.post(f"{card}/end")).status_code == 409
