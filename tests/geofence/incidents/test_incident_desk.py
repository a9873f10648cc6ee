"""Officers work with whole cards on the real database: nothing is lost, each message has its receipts."""

from datetime import timedelta

import asyncpg
import pytest
from fastapi import FastAPI
from httpx import AsyncClient

import callers
import files
from app import ladder
from core import clock
from core.auth import Role
from core.model import DeviceId, PersonId, UserId
from files import everything
from tracking.model import Receipt, ReceiptState
from tracking.store import commands


async def officer(app: FastAPI, mine: dict[str, int], login: str = "officer") -> tuple[UserId, AsyncClient]:
    who = await callers.user(app.state.engine, login)
    await files.caseload(app.state.engine, who, PersonId(mine["person_id"]))
    return who, callers.browser(app, await callers.session(app.state.engine, who))


@pytest.fixture
async def mine(app: FastAPI) -> dict[str, int]:
    """A curfew alert and, a moment later, one of a zone: one card."""
    ids = await everything(app.state.engine)
    second = await files.alert(
        app.state.engine,
        PersonId(ids["person_id"]),
        ids["condition_id"],
        kind="exclusion_entered",
        severity=1,
    )
    return ids | {"second": second}


async def test_a_card_is_taken_handed_on_and_closed_as_one(app: FastAPI, mine: dict[str, int]) -> None:
    first, second = mine["alert_id"], mine["second"]
    _, seven = await officer(app, mine, "seven")
    who, eight = await officer(app, mine, "eight")
    at = f"/v1/incidents/{second}"
    queue = (await seven.get("/v1/incidents")).json()
    assert [(c["incident"]["id"], c["incident"]["severity"]) for c in queue["cards"]] == [(first, 1)]
    assert (await seven.post(f"{at}/take")).json()["state"] == "taken"
    assert (await eight.post(f"{at}/take")).json()["type"] == "/problems/alert_already_taken"
    assert (await seven.post(f"{at}/hand", json={"to": "nobody"})).status_code == 409
    assert (await seven.post(f"{at}/hand", json={"to": "eight"})).json()["owner"] == who
    card = (await eight.get(at)).json()
    close = {"outcome": "excuse", "note": "At the hospital", "seen": card["incident"]["seen"]}
    assert (await seven.post(f"{at}/close", json=close)).status_code == 409
    assert (
        (await eight.post(f"{at}/close", json=close | {"seen": first}))
        .json()["type"]
        .endswith("incident_grew")
    )
    closed = (await eight.post(f"{at}/close", json=close)).json()
    assert (closed["state"], closed["open"], closed["due"]) == ("closed", [], None)
    assert (await eight.get("/v1/incidents")).json()["total"] == 0
    assert [c["incident"]["id"] for c in (await eight.get("/v1/incidents?state=closed")).json()["cards"]] == [
        first
    ]


async def test_a_call_a_step_and_a_note_stand_on_the_card(app: FastAPI, mine: dict[str, int]) -> None:
    _, seven = await officer(app, mine)
    at = f"/v1/incidents/{mine['alert_id']}"
    await seven.post(f"{at}/call", json={"outcome": "no_answer", "note": "twice"})
    await seven.post(f"{at}/note", json={"text": "his brother knows nothing"})
    assert (await seven.post(f"{at}/step", json={"code": "call_wearer"})).status_code == 200
    assert (await seven.post(f"{at}/step", json={"code": "call_wearer"})).status_code == 409
    card = (await seven.get(at)).json()
    told = [(e["kind"], e["said"], e["note"]) for e in card["entries"] if e["by"]]
    assert told == [
        ("called", "no_answer", "twice"),
        ("noted", None, "his brother knows nothing"),
        ("stepped", "call_wearer", None),
    ]
    assert {s["code"] for s in card["steps"] if s["done_at"]} == {"call_wearer"}


async def test_a_message_goes_through_all_its_states_once(
    app: FastAPI, conn: asyncpg.Connection, mine: dict[str, int]
) -> None:
    _, seven = await officer(app, mine)
    at = f"/v1/incidents/{mine['alert_id']}"
    assert (await seven.post(f"{at}/message", json={"kind": "pursuit"})).status_code == 200
    assert (await seven.post(f"{at}/message", json={"kind": "vibrate"})).status_code == 200
    device = DeviceId(mine["device_id"])
    (_, pursuit), (_, vibrate) = await commands.unsent(conn)
    assert (pursuit.seconds, pursuit.lasts_s) == (15, 1800)  # type: ignore[union-attr]
    now = clock.now()
    await commands.mark_sent(conn, [pursuit.command, vibrate.command], now=now)
    done = Receipt(device, pursuit.command, ReceiptState.DONE, clock.to_us(now))
    assert await commands.answered(conn, [done]) == [pursuit.command]
    assert await commands.answered(conn, [done]) == []
    assert await commands.expire(conn, now=now) == []
    assert await commands.expire(conn, now=now + timedelta(hours=1)) == [vibrate.command]
    assert await commands.expire(conn, now=now + timedelta(hours=1)) == []
    steps = await conn.fetch("select command_id, step from command_steps order by id")
    of_pursuit = [row["step"] for row in steps if row["command_id"] == pursuit.command]
    of_vibrate = [row["step"] for row in steps if row["command_id"] == vibrate.command]
    assert (of_pursuit, of_vibrate) == (["queued", "sent", "done"], ["queued", "sent", "expired"])
    messages = (await seven.get(at)).json()["messages"]
    assert [(m["kind"], bool(m["done_at"]), bool(m["expired_at"])) for m in messages] == [
        ("pursuit", True, False),
        ("vibrate", False, True),
    ]


@pytest.mark.parametrize("a_piece", [1, 100])
async def test_who_did_not_answer_is_told_up_the_ladder_once(
    app: FastAPI,
    conn: asyncpg.Connection,
    mine: dict[str, int],
    monkeypatch: pytest.MonkeyPatch,
    a_piece: int,
) -> None:
    """Both alerts of the card are due: in pieces of one they come in two transactions."""
    monkeypatch.setattr(ladder, "A_PIECE", a_piece)
    _, seven = await officer(app, mine)
    assert [await ladder.climb(app.state.engine) for _ in range(2)] == [2, 0]
    told = await conn.fetch("select said from alert_entries where kind = 'escalated' order by said")
    assert [row["said"] for row in told] == ["duty_centre", "unit_head"]
    at = f"/v1/incidents/{mine['alert_id']}"
    assert set((await seven.get(at)).json()["incident"]["told"]) == {"unit_head", "duty_centre"}
    open_tasks = "select count(*) from tasks where kind like 'escalated%' and done_at is null"
    assert await conn.fetchval(open_tasks) == 2
    await seven.post(f"{at}/take")
    close = {"outcome": "false", "seen": mine["second"]}
    assert (await seven.post(f"{at}/close", json=close)).status_code == 200
    assert await conn.fetchval(open_tasks) == 0


async def test_a_violation_offers_a_draft_that_a_human_decides(
    app: FastAPI, conn: asyncpg.Connection, mine: dict[str, int]
) -> None:
    _, seven = await officer(app, mine)
    at = f"/v1/incidents/{mine['alert_id']}"
    assert (await seven.post(f"{at}/draft")).status_code == 409
    await seven.post(f"{at}/take")
    await seven.post(f"{at}/close", json={"outcome": "violation", "seen": mine["second"]})
    before = await conn.fetchval("select count(*) from bracelet_measures")
    offer = (await seven.get(at)).json()["offer"]
    assert (offer["kind"], offer["measure"]) == (
        "obligation",
        "court_report",
    )  # not the first under this order
    assert await conn.fetchval("select count(*) from bracelet_measures") == before
    assert (await seven.post(f"{at}/draft")).status_code == 201
    assert (await seven.post(f"{at}/draft")).status_code == 409
    made = await conn.fetchrow("select decision from bracelet_measures order by id desc limit 1")
    assert made["decision"] is None
    assert (await seven.get(at)).json()["offer"] is None


async def test_an_unclosed_alert_survives_logout_and_a_second_officer(
    app: FastAPI, mine: dict[str, int]
) -> None:
    _, seven = await officer(app, mine, "seven")
    at = f"/v1/incidents/{mine['alert_id']}"
    await seven.post(f"{at}/take")
    await seven.post("/sign-out")
    await app.state.engine.dispose()  # nothing is held in memory
    _, eight = await officer(app, mine, "eight")
    chief = await callers.user(app.state.engine, "chief", role=Role.ADMINISTRATOR)
    for who in (eight, callers.browser(app, await callers.session(app.state.engine, chief))):
        (card,) = (await who.get("/v1/incidents")).json()["cards"]
        assert (card["incident"]["state"], card["owner_name"]) == ("taken", "Seven")


async def test_columns_repeat_what_the_entries_say(
    app: FastAPI, conn: asyncpg.Connection, mine: dict[str, int]
) -> None:
    who, seven = await officer(app, mine)
    at = f"/v1/incidents/{mine['alert_id']}"
    state = "select state, taken_by from alerts where id = $1"
    for act, expected in (("take", ("taken", who)), ("release", ("new", None)), ("take", ("taken", who))):
        answer = (await seven.post(f"{at}/{act}")).json()
        assert tuple(await conn.fetchrow(state, mine["second"])) == expected
        assert (answer["state"], answer["owner"]) == expected
