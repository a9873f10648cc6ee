"""How a learning platform signs in: with each request, only under /xapi, slowly for those who guess."""

from base64 import b64encode

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import select, update

from asked.education import COURSE
from callers import HOST, session, user
from core.attempts import Attempts
from core.auth import Role
from core.lockouts.rules import POLICY, By
from core.tables import audit, users
from platforms import PATH, ask, platform, statement


async def test_anybody_learns_which_version_is_spoken(app: FastAPI) -> None:
    async with AsyncClient(transport=ASGITransport(app), base_url=HOST) as visitor:
        answer = await visitor.get("/xapi/about")
    assert (answer.json(), answer.headers["x-experience-api-version"]) == ({"version": ["1.0.3"]}, "1.0.3")


async def test_a_platform_signs_in_with_each_request_and_only_here(app: FastAPI, lms: AsyncClient) -> None:
    await user(app.state.engine, "root", role=Role.ADMINISTRATOR)
    assert (await ask(lms)).status_code == 200
    assert (await lms.get("/v1/me")).status_code == 401
    assert (await lms.post("/v1/courses", json=COURSE)).json()["type"] == "/problems/wrong_origin"
    for visitor in (platform(app, password="wrong"), platform(app, "root"), platform(app, "nobody")):
        async with visitor:
            answer = await ask(visitor)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"].startswith("Basic ")
    refused = select(audit.c.user_id, users.c.login).outerjoin(users, users.c.id == audit.c.user_id)
    async with app.state.engine.begin() as conn:
        told = (
            await conn.execute(refused.where(audit.c.action == "session:refuse").order_by(audit.c.id))
        ).all()
    assert [login for _, login in told] == ["lms", None, None]


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic !", "Basic bG1z", "Basic OnB3", "Bearer x", "Basic " + b64encode(b"\xff:x").decode()],
)
async def test_a_header_that_says_nothing_is_nobody(app: FastAPI, header: str) -> None:
    async with platform(app, authorization=header) as visitor:
        assert (await ask(visitor)).status_code == 401


async def test_guessing_is_slowed_down_and_a_proven_password_is_not(app: FastAPI, lms: AsyncClient) -> None:
    assert (await ask(lms)).status_code == 200
    async with platform(app, password="guess") as guesser:
        codes = [(await ask(guesser)).status_code for _ in range(5)]
    assert codes == [401, 401, 401, 401, 429]
    assert (await ask(lms)).status_code == 200


async def test_many_guess_one_platform_no_faster(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with a memory of its own: as after a restart, or of another process."""
    monkeypatch.setitem(POLICY.free, By.ACCOUNT, 1)  # type: ignore[arg-type]
    codes = []
    for _ in range(3):
        app.state.attempts = Attempts()
        async with platform(app, password="guess") as guesser:
            codes.append((await ask(guesser)).status_code)
    assert codes == [401, 401, 429]


@pytest.mark.parametrize("change", [{"password_hash": "x"}, {"is_active": False}])
async def test_a_password_that_was_changed_or_a_user_who_is_gone_counts_at_once(
    app: FastAPI, lms: AsyncClient, change: dict[str, object]
) -> None:
    assert (await ask(lms)).status_code == 200
    async with app.state.engine.begin() as conn:
        await conn.execute(update(users).values(change))
    assert (await ask(lms)).status_code == 401


async def test_a_cookie_takes_the_way_of_cookies(app: FastAPI, lms: AsyncClient) -> None:
    """A browser of somebody who is signed in stays under the same-origin rule, whatever header it adds."""
    officer = await user(app.state.engine, "officer")
    lms.cookies.set("ejazo", await session(app.state.engine, officer))
    answer = await lms.post(PATH, json=statement(), headers={"origin": "https://elsewhere.test"})
    assert answer.json()["type"] == "/problems/wrong_origin"
    assert (await ask(lms)).status_code == 403
