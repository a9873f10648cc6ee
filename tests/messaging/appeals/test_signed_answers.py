"""An answer is a paper of its own; where the law forces a key under it, nothing closes the appeal without."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

import callers
import files
from authorities import NOBODY, SOMEBODY
from core.auth import Role
from core.signed import service
from core.signed.model import Demand, Level
from filed.appeals import filed
from signing_hands import MINE, OTHER, link, set_up, sign

ANSWER = {
    "outcome": "granted",
    "text": "Ruxsat berildi.",
    "grounds": "the register of visits",
    "legal_basis": "1",
    "contest": "within three months",
}


@dataclass
class Desk:
    """An officer and a head with keys of their own, and an appeal that both see."""

    officer: AsyncClient
    head: AsyncClient
    appeal: int


async def at_work(app: FastAPI, folder: Path) -> Desk:
    engine, here = app.state.engine, await files.institution(app.state.engine)
    whom = await files.person(engine)
    await files.stay(engine, whom, here)
    people = [await callers.user(engine), await callers.user(engine, "boss", role=Role.UNIT_HEAD)]
    for who in people:
        await files.posting(engine, who, here)
    set_up(app, folder)
    await link(app, officer=NOBODY, boss=SOMEBODY)
    browsers = [callers.browser(app, await callers.session(engine, who)) for who in people]
    return Desk(*browsers, (await filed(engine, whom)).appeal.id)


async def give(visitor: AsyncClient, appeal: int, command: str, **values: str) -> str:
    """What refuses it, or nothing."""
    said = {"command": command, "values": values}
    answer = await visitor.post(f"/v1/register/appeals/{appeal}/commands", json=said)
    return "" if answer.status_code == 200 else str(answer.json()["type"]).removeprefix("/problems/")


async def test_an_answer_is_signed_and_then_the_appeal_is_closed(
    app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await at_work(app, tmp_path)
    visitor, appeal = desk.officer, desk.appeal
    path = f"/appeals/{appeal}/paper"
    async with visitor:
        assert (await visitor.get(path)).status_code == 409  # nothing is decided
        assert await give(visitor, appeal, "take") == ""
        assert await give(visitor, appeal, "answer", **ANSWER) == ""
        page = (await visitor.get(f"/appeals/{appeal}")).text
        assert f'href="{path}"' in page
        monkeypatch.setattr(service.rules, "demand", lambda *_: Demand(Level.FORCED, "1", ""))
        assert await give(visitor, appeal, "close") == "decision_unsigned"
        assert 'data-testid="do-close"' not in (await visitor.get(f"/appeals/{appeal}")).text
        assert "the register of visits" in (await visitor.get(path)).text
        waits = f"paper-appeal_answer-{appeal}"
        assert waits in (await visitor.get("/papers")).text
        assert waits not in (await desk.head.get("/papers")).text
        assert (await sign(visitor, path, MINE)).status_code == 303
        assert waits not in (await visitor.get("/papers")).text
        assert await give(visitor, appeal, "close") == ""


async def test_nothing_is_forced_that_the_statutes_do_not_force(app: FastAPI, tmp_path: Path) -> None:
    desk = await at_work(app, tmp_path)
    visitor, appeal = desk.officer, desk.appeal
    async with visitor:
        await give(visitor, appeal, "take")
        await give(visitor, appeal, "answer", **ANSWER)
        assert await give(visitor, appeal, "close") == ""


async def test_the_head_signs_the_conclusion_that_an_officer_drafted(app: FastAPI, tmp_path: Path) -> None:
    desk = await at_work(app, tmp_path)
    path = f"/appeals/{desk.appeal}/conclusion"
    said = {"ground": "nonconforming", "text": "It asks for nothing."}
    assert await give(desk.officer, desk.appeal, "take") == ""
    assert await give(desk.officer, desk.appeal, "propose_leaving", **said) == ""
    assert (await desk.officer.get(path)).status_code == 409
    assert await give(desk.head, desk.appeal, "leave") == ""
    assert f'href="{path}"' in (await desk.head.get(f"/appeals/{desk.appeal}")).text
    page = (await desk.officer.get(path)).text
    assert "It asks for nothing." in page
    assert "data-eimzo" not in page  # an officer approves no conclusion
    waits = f"paper-appeal_conclusion-{desk.appeal}"
    assert waits in (await desk.head.get("/papers")).text
    assert waits not in (await desk.officer.get("/papers")).text, "who drafted it has not decided"
    assert (await sign(desk.head, path, OTHER)).status_code == 303
    assert waits not in (await desk.head.get("/papers")).text
    assert 'data-signed="yes"' in (await desk.officer.get(path)).text
    assert (await desk.officer.get(f"/appeals/{desk.appeal}/paper")).status_code == 409
