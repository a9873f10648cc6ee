"""Second factors over HTTP: enrolment, proof, replay, recovery, step-up, demands, sessions."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pyotp
import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import select, text, update

from callers import HOST, PASSWORD, browser, session, user
from core import auth, clock, sessions, tables
from core.auth import Permission, Role
from core.factors import rules, store
from core.factors.rules import POLICY
from core.factors.tables import totp_secrets
from core.model import UserId

CREDENTIALS = {"login": "officer", "password": PASSWORD}
PROOF = "/v1/sessions/current/proof"
GRAVE = "/proposals/1/publication"


def code(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).generate_otp(rules.step(clock.now()) + steps)


async def enrol(visitor: AsyncClient) -> tuple[str, list[str]]:
    """The secret of the telephone, and the recovery codes; the code of a moment ago is used up by it."""
    made = await visitor.post("/v1/me/factors/totp")
    assert made.status_code == 200, made.text
    secret = made.json()["secret"]
    answer = await visitor.post("/v1/me/factors/totp/confirm", json={"code": code(secret, -1)})
    assert answer.status_code == 200, answer.text
    return secret, answer.json()["recovery_codes"]


def test_whatever_is_carried_out_is_grave() -> None:
    assert {one for one in Permission if one.endswith(":export")} <= auth.GRAVE


@asynccontextmanager
async def signed_in(app: FastAPI) -> AsyncIterator[AsyncClient]:
    async with browser(app) as visitor:
        assert (await visitor.post("/v1/sessions", json=CREDENTIALS)).status_code == 204
        yield visitor


async def proved_long_ago(app: FastAPI) -> None:
    async with app.state.engine.begin() as conn:
        await conn.execute(
            update(tables.sessions).values(proved_at=clock.now() - POLICY.fresh - timedelta(seconds=1))
        )


def kind(answer: object) -> str:
    return str(answer.json()["type"]).removeprefix("/problems/")  # type: ignore[attr-defined]


async def test_a_session_opens_nothing_before_its_second_factor(app: FastAPI) -> None:
    await user(app.state.engine)
    async with signed_in(app) as visitor:
        secret, _ = await enrol(visitor)
        assert (await visitor.get("/v1/people")).status_code == 200
    async with signed_in(app) as visitor:
        for path in ("/v1/people", "/v1/me", "/v1/me/factors", "/v1/tasks"):
            answer = await visitor.get(path)
            assert (answer.status_code, kind(answer)) == (401, "second_factor")
        page = await visitor.get("/people?search=x", headers={"accept": "text/html"})
        assert page.headers["location"] == "/prove?next=/people%3Fsearch%3Dx"
        assert (await visitor.post(PROOF, json={"code": code(secret)})).status_code == 204
        assert (await visitor.get("/v1/people")).status_code == 200
    async with app.state.engine.begin() as conn:
        actions = list(
            (await conn.execute(select(tables.audit.c.action).order_by(tables.audit.c.id))).scalars()
        )
    assert [a for a in actions if a.startswith(("session", "factor"))] == [
        "session:start",
        "factor:write",
        "factor:prove",
        "factor:write",
        "session:start",
        "factor:prove",
    ]


async def test_a_session_without_its_proof_ends_soon_and_with_it_after_a_shift(app: FastAPI) -> None:
    await user(app.state.engine)
    async with signed_in(app) as visitor:
        secret, _ = await enrol(visitor)
    async with signed_in(app) as visitor:
        token = visitor.cookies[sessions.COOKIE]
        begun, ends = await life(app, token)
        assert ends - begun == POLICY.prove_within
        await visitor.post(PROOF, json={"code": code(secret)})
        begun, ends = await life(app, token)
        assert ends - begun == sessions.ABSOLUTE


async def life(app: FastAPI, token: str) -> tuple[datetime, datetime]:
    columns = tables.sessions.c
    query = select(columns.made_at, columns.ends_at).where(columns.token_hash == sessions.fingerprint(token))
    async with app.state.engine.begin() as conn:
        row = (await conn.execute(query)).one()
    return row.made_at, row.ends_at


async def test_a_used_code_is_refused_in_every_session(app: FastAPI) -> None:
    await user(app.state.engine)
    async with signed_in(app) as visitor:
        secret, _ = await enrol(visitor)
    now = code(secret)
    async with signed_in(app) as first, signed_in(app) as second:
        answers = [await one.post(PROOF, json={"code": now}) for one in (first, second)]
        older = await second.post(PROOF, json={"code": code(secret, -1)})
    assert [a.status_code for a in (*answers, older)] == [204, 422, 422]
    assert kind(older) == "wrong_code"


async def test_a_recovery_code_opens_once(app: FastAPI) -> None:
    await user(app.state.engine)
    async with signed_in(app) as visitor:
        _, codes = await enrol(visitor)
        assert len(codes) == POLICY.recovery_codes
    statuses = []
    for typed in (codes[0].lower(), codes[0], codes[1]):
        async with signed_in(app) as visitor:
            statuses.append((await visitor.post(PROOF, json={"code": typed})).status_code)
            left = (await visitor.get("/v1/me/factors")).json().get("recovery_left")
    assert (statuses, left) == ([204, 422, 204], POLICY.recovery_codes - 2)
    async with app.state.engine.begin() as conn:
        dump = str((await conn.execute(text("select array_agg(r::text) from recovery_codes r"))).scalar())
    assert not any(rules.plain(one) in dump for one in codes)


async def test_nobody_recovers_by_the_codes_of_another(app: FastAPI) -> None:
    await user(app.state.engine)
    async with signed_in(app) as visitor:
        _, codes = await enrol(visitor)
    other = await user(app.state.engine, "other")
    async with browser(app, await session(app.state.engine, other)) as visitor:
        await enrol(visitor)
        assert (await visitor.post(PROOF, json={"code": codes[0]})).status_code == 422


async def test_guessing_a_second_factor_has_to_wait_and_stays_counted(app: FastAPI) -> None:
    """Failures are counted though each request is refused, and in the database: a restart forgets nothing."""
    await user(app.state.engine)
    async with signed_in(app) as visitor:
        secret, _ = await enrol(visitor)
    async with signed_in(app) as visitor:
        statuses = [(await visitor.post(PROOF, json={"code": "000000"})).status_code for _ in range(7)]
        assert statuses == [422] * 6 + [429]
        assert (await visitor.post(PROOF, json={"code": code(secret)})).status_code == 429


async def test_the_secret_is_sealed(app: FastAPI) -> None:
    await user(app.state.engine)
    async with signed_in(app) as visitor:
        secret, _ = await enrol(visitor)
    async with app.state.engine.begin() as conn:
        kept = (await conn.execute(select(totp_secrets.c.sealed))).scalar_one()
    assert secret.encode() not in kept
    assert len(kept) > len(secret)


async def test_a_grave_deed_wants_the_factor_again(app: FastAPI) -> None:
    await user(app.state.engine, role=Role.ADMINISTRATOR)
    async with signed_in(app) as visitor:
        answer = await visitor.post(GRAVE, json={})
        assert answer.status_code == 422, "who holds no factor is not asked for one"
        secret, _ = await enrol(visitor)
        assert (await visitor.post(GRAVE, json={})).status_code == 422
        await proved_long_ago(app)
        answer = await visitor.post(GRAVE, json={})
        assert (answer.status_code, kind(answer)) == (401, "step_up")
        assert (await visitor.get("/v1/people")).status_code == 200
        html = {"accept": "text/html", "referer": f"{HOST}/people/1/handover?x=1"}
        page = await visitor.post("/people/1/handover/certificates", headers=html)
        assert page.headers["location"] == "/prove?next=/people/1/handover%3Fx%3D1"
        foreign = html | {"referer": "https://evil.test/x"}
        page = await visitor.post("/people/1/handover/certificates", headers=foreign)
        assert page.headers["location"] == "/prove?next=/"
        proved = await visitor.post("/prove", data={"code": code(secret), "next": "/people/1/handover"})
        assert proved.headers["location"] == "/people/1/handover"
        assert (await visitor.post(GRAVE, json={})).status_code == 422


async def test_changing_factors_wants_the_factor_again(app: FastAPI) -> None:
    """A desk left open gives nobody a factor of their own."""
    await user(app.state.engine)
    async with signed_in(app) as visitor:
        await enrol(visitor)
        await proved_long_ago(app)
        for path, body in (
            ("totp", {}),
            ("totp/confirm", {"code": "1"}),
            ("recovery", {}),
            ("drop", {"kind": "totp"}),
            ("passkeys/challenge", {}),
            ("passkeys", {"name": "x", "credential": {}}),
        ):
            answer = await visitor.post(f"/v1/me/factors/{path}", json=body)
            assert (answer.status_code, kind(answer)) == (401, "step_up"), path


async def test_a_role_that_must_have_one_is_led_to_enrolment(app: FastAPI) -> None:
    await user(app.state.engine)
    chief = await session(app.state.engine, await user(app.state.engine, "chief", role=Role.ADMINISTRATOR))
    async with browser(app, chief) as visitor:
        demand = {"role": "officer", "is_demanded": True}
        assert (await visitor.post("/v1/factor-demands", json=demand)).status_code == 204
    async with signed_in(app) as visitor:
        answer = await visitor.get("/v1/people")
        assert (answer.status_code, kind(answer)) == (403, "factor_missing")
        page = await visitor.get("/people", headers={"accept": "text/html"})
        assert page.headers["location"].startswith("/me")
        assert (await visitor.get("/me", headers={"accept": "text/html"})).status_code == 200
        await enrol(visitor)
        assert (await visitor.get("/v1/people")).status_code == 200
        answer = await visitor.post("/v1/me/factors/drop", json={"kind": "totp"})
        assert (answer.status_code, kind(answer)) == (409, "factor_demanded")
        assert (await visitor.get("/v1/me/factors")).json()["totp_since"], "the refusal took nothing"


async def test_a_lost_telephone_is_forgotten_and_signed_out(app: FastAPI) -> None:
    who = await user(app.state.engine)
    chief = await session(app.state.engine, await user(app.state.engine, "chief", role=Role.ADMINISTRATOR))
    async with signed_in(app) as visitor:
        await enrol(visitor)
        async with browser(app, chief) as administrator:
            done = await administrator.post("/v1/factors/forget", json={"login": "officer"})
            assert done.status_code == 204
            unknown = await administrator.post("/v1/factors/forget", json={"login": "nobody"})
            assert unknown.status_code == 404
        assert (await visitor.get("/v1/me")).status_code == 401
    async with app.state.engine.begin() as conn:
        held = await store.held(conn, who)
    assert (held.is_any, held.recovery_left) == (False, 0)


async def test_one_sees_and_ends_ones_own_sessions_alone(app: FastAPI) -> None:
    await user(app.state.engine)
    stranger = await session(app.state.engine, UserId(await user(app.state.engine, "stranger")))
    async with signed_in(app) as here, signed_in(app) as there:
        listed = (await here.get("/v1/me/sessions")).json()
        assert [one["is_this"] for one in listed].count(True) == 1
        assert len(listed) == 2
        assert listed[0]["agent"].startswith("python-httpx")
        named = {"session": sessions.fingerprint(stranger).hex()}
        assert (await here.post("/v1/me/sessions/end", json=named)).status_code == 404
        other = next(one for one in listed if not one["is_this"])
        assert (await here.post("/v1/me/sessions/end", json={"session": other["session"]})).status_code == 204
        assert (await there.get("/v1/me")).status_code == 401
    async with signed_in(app) as here:
        assert (await here.post("/v1/me/sessions/end-others")).status_code == 204
        assert len((await here.get("/v1/me/sessions")).json()) == 1
    async with browser(app, stranger) as visitor:
        assert (await visitor.get("/v1/me")).status_code == 200


@pytest.mark.parametrize("credential", [{}, {"id": 1}, {"id": "!!"}, {"id": "AAAA", "rawId": "AAAA"}])
async def test_nonsense_is_no_passkey(app: FastAPI, credential: dict[str, object]) -> None:
    await user(app.state.engine)
    async with signed_in(app) as visitor:
        await visitor.post("/v1/me/factors/passkeys/challenge")
        given = {"name": "x", "credential": credential}
        answer = await visitor.post("/v1/me/factors/passkeys", json=given)
        assert (answer.status_code, kind(answer)) == (422, "wrong_passkey")
        await visitor.post("/v1/sessions/current/challenge")
        answer = await visitor.post("/v1/sessions/current/passkey", json=given)
        assert (answer.status_code, kind(answer)) == (422, "wrong_passkey")
