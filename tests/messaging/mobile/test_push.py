"""A sleeping device is woken once for what is new, after the commit, and is told nothing else."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from core import clock, db
from core.model import RelativeId
from core.sealing import Keys
from messaging.mobile import service
from messaging.mobile.model import Thing
from messaging.mobile.push import rules, store, web
from messaging.mobile.push import service as push
from messaging.mobile.push.model import Tried, Verdict
from related import account, handset
from simulators.relatives.handset import Handset

PATH = "/v1/my/push"
GOOD = "https://updates.push.services.mozilla.com/wpush/v2/namuna"
NOW = clock.now()


class Kept:
    """A push service that remembers, and answers as it is told to."""

    def __init__(self, *verdicts: Tried) -> None:
        self.verdicts, self.woken = list(verdicts), list[str]()

    async def __call__(self, endpoint: str) -> Tried:
        self.woken.append(endpoint)
        return self.verdicts.pop(0) if self.verdicts else Tried(Verdict.WOKEN)


async def round_(app: FastAPI, kept: Kept, *, after_s: float = 10) -> Sequence[str]:
    """Whom a round so much later wakes."""
    kept.woken.clear()
    now = clock.now() + timedelta(seconds=after_s)
    await push.wake(app.state.engine, app.state.keys, pusher=kept, now=now)
    return list(kept.woken)


async def news(app: FastAPI, who: RelativeId, subject: int = 1) -> None:
    async with db.transaction(app.state.engine) as conn:
        await service.announce(conn, who, thing=Thing.APPEAL, subject=subject)


async def turn_on(phone: Handset, endpoint: str = GOOD) -> int:
    body = f'{{"endpoint": "{endpoint}", "expirationTime": null, "keys": {{"auth": "x"}}}}'.encode()
    answer = await phone.send("PUT", PATH, content=body, content_type="application/json")
    return answer.status_code


@pytest.mark.parametrize(
    "address",
    [
        "http://updates.push.services.mozilla.com/x",
        "https://updates.push.services.mozilla.com:8443/x",
        "https://a@updates.push.services.mozilla.com/x",
        "https://updates.push.services.mozilla.com@127.0.0.1/x",
        "https://127.0.0.1/x",
        "https://evil.test/?https://web.push.apple.com/",
        "https://notify.windows.com.evil.test/x",
        "https://notify.windows.com/x",
        "https://web.push.apple.com/\r\nx",
        "https://[/x",
        f"https://web.push.apple.com/{'x' * 2000}",
        "",
    ],
)
def test_only_push_services_are_spoken_to(address: str) -> None:
    assert rules.endpoint(GOOD, rules.services()) == GOOD
    assert rules.endpoint("https://wns2-db5p.notify.windows.com/w/?token=x", rules.services())
    with pytest.raises(rules.PushUnknown):
        rules.endpoint(address, rules.services())


@settings(max_examples=20)
@given(st.integers(0, 40), st.none() | st.integers(0, 10**8))
def test_the_pauses_grow_and_end(failures: int, asked_s: int | None) -> None:
    found = rules.pause(failures, asked_s)
    assert rules.FIRST <= found <= rules.LONGEST
    assert found <= rules.pause(failures + 1, asked_s)
    assert found >= min(timedelta(seconds=asked_s or 0), rules.LONGEST)


async def test_a_device_is_woken_once_for_many_changes_and_not_for_what_it_has_read(app: FastAPI) -> None:
    who, kept = await account(app), Kept()
    phone, other = await handset(app, who), await handset(app, who)
    async with phone.http, other.http:
        await news(app, who)
        assert [await turn_on(phone), await turn_on(other, f"{GOOD}2")] == [204, 204]
        assert await round_(app, kept) == []  # what was there before it subscribed
        await news(app, who, 2)
        await news(app, who, 3)
        assert await round_(app, kept, after_s=1) == []  # an awake device reads by itself
        await other.get("/v1/my/changes")
        assert await round_(app, kept) == [GOOD]
        assert await round_(app, kept) == []
        await news(app, await account(app))
        assert await round_(app, kept) == []
        async with app.state.engine.begin() as conn:  # what is not committed wakes nobody
            await service.announce(conn, who, thing=Thing.APPEAL, subject=4)
            assert await round_(app, kept) == []
        assert sorted(await round_(app, kept)) == [GOOD, f"{GOOD}2"]
    async with app.state.engine.begin() as conn:
        held = str((await conn.execute(text("select endpoint from relative_pushes"))).all())
    assert "mozilla" not in held


async def test_a_device_that_is_gone_is_dropped_and_one_that_is_away_is_tried_later(app: FastAPI) -> None:
    who = await account(app)
    phone = await handset(app, who)
    kept = Kept(Tried(Verdict.LATER, 3600), Tried(Verdict.WOKEN), Tried(Verdict.GONE))
    async with phone.http:
        await turn_on(phone)
        await news(app, who)
        assert await round_(app, kept) == [GOOD]
        assert await round_(app, kept, after_s=3500) == []
        assert await round_(app, kept, after_s=3700) == [GOOD]
        await news(app, who, 2)
        assert await round_(app, kept, after_s=3800) == [GOOD]
        assert (await phone.get(PATH)).json()["is_on"] is False
        await turn_on(phone)
        await news(app, who, 3)
        mine = next(d["id"] for d in (await phone.get("/v1/my/devices")).json()["devices"] if d["is_this"])
        await phone.send("DELETE", f"/v1/my/devices/{mine}")
        assert await round_(app, kept) == []  # signed out
    async with app.state.engine.begin() as conn:
        assert await store.sweep(conn, now=clock.now()) == 1


async def test_a_device_turns_it_on_and_off_and_learns_the_key(app: FastAPI, home: Path) -> None:
    phone = await handset(app)
    async with phone.http:
        assert (await phone.get(PATH)).json() == {"key": None, "is_on": False}
        app.state.push_key = web.public_key(Keys(home / "keys"))
        assert await turn_on(phone, "https://127.0.0.1/x") == 422
        assert await turn_on(phone) == 204
        assert (await phone.get(PATH)).json() == {"key": app.state.push_key, "is_on": True}
        assert (await phone.send("DELETE", PATH)).status_code == 204
        assert (await phone.get(PATH)).json()["is_on"] is False


@pytest.mark.parametrize(
    ("status", "headers", "tried"),
    [
        (201, {}, Tried(Verdict.WOKEN)),
        (410, {}, Tried(Verdict.GONE)),
        (404, {}, Tried(Verdict.GONE)),
        (429, {"retry-after": "60"}, Tried(Verdict.LATER, 60)),
        (503, {"retry-after": "soon"}, Tried(Verdict.LATER)),
        (301, {"location": "http://127.0.0.1/"}, Tried(Verdict.LATER)),
    ],
)
async def test_a_push_has_no_content_and_is_signed_for_its_service(
    tmp_path: Path, status: int, headers: dict[str, str], tried: Tried
) -> None:
    asked: list[httpx.Request] = []

    def service_(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(status, headers=headers)

    keys = Keys(tmp_path)
    async with httpx.AsyncClient(transport=httpx.MockTransport(service_)) as http:
        assert await web.WebPush(http, keys, contact="mailto:namuna@ejazo.test")(GOOD) == tried
    [request] = asked
    assert (request.content, request.headers["content-length"], str(request.url)) == (b"", "0", GOOD)
    token, key = request.headers["authorization"].removeprefix("vapid t=").split(", k=")
    assert key == web.public_key(Keys(tmp_path))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), jwt.utils.base64url_decode(key))
    audience = "https://updates.push.services.mozilla.com"
    said = jwt.decode(token, public, algorithms=["ES256"], audience=audience)
    assert said["sub"] == "mailto:namuna@ejazo.test"
    assert NOW.timestamp() < said["exp"] < NOW.timestamp() + 86_400
