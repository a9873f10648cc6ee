"""A shift is handed over by two named officers: what was open changes hands, the sheet never changes."""

import asyncpg
from fastapi import FastAPI
from httpx import AsyncClient

import callers
import files
from core.model import DeviceId, PersonId


async def officer(app: FastAPI, login: str, *people: PersonId) -> AsyncClient:
    who = await callers.user(app.state.engine, login)
    for person in people:
        await files.caseload(app.state.engine, who, person)
    secret = await callers.session(app.state.engine, who)
    return callers.browser(app, secret, accept="text/html")


async def test_a_shift_is_signed_over_with_its_open_cards(app: FastAPI, conn: asyncpg.Connection) -> None:
    engine = app.state.engine
    first, second = await files.person(engine), await files.person(engine, "Karimov")
    device, other = await files.device(engine, first), await files.device(engine, second)
    left = await files.alert(engine, first, device, kind="silent")
    done = await files.alert(engine, second, other, kind="strap", severity=1)
    seven = await officer(app, "seven", first, second)
    eight = await officer(app, "eight", first, second)
    nine = await officer(app, "nine", first)
    for alert in (left, done):
        await seven.post(f"/v1/incidents/{alert}/take")
    await seven.post(f"/v1/incidents/{done}/close", json={"outcome": "technical", "seen": done})
    await seven.post(f"/v1/incidents/{left}/message", json={"kind": "vibrate"})
    await seven.post(f"/people/{first}/message", data={"kind": "request_fix"})
    await _make_old(conn, DeviceId(device))

    now = (await seven.get("/v1/shift")).json()
    assert (now["open"], now["closed"], now["outcomes"]) == ([left], [done], {"technical": 1})
    assert [(d["id"], d["kind"]) for d in now["devices"]] == [(device, "silent")]
    told = [("vibrate", left), ("request_fix", None)]
    assert [(m["kind"], m["alert"]) for m in now["unanswered"]] == told, "from the card, and from the file"
    assert (await seven.get("/shift")).status_code == 200

    assert (await seven.post("/v1/shifts", json={"to": "seven"})).status_code == 409
    note = "His mother calls back"
    sheet = (await seven.post("/v1/shifts", json={"to": "eight", "note": note})).json()["id"]
    assert (await nine.get(f"/v1/shifts/{sheet}")).status_code == 404
    assert (await seven.post(f"/v1/shifts/{sheet}/signature")).json()["type"] == "/problems/shift_not_yours"
    shown = (await eight.get(f"/shifts/{sheet}")).text
    assert shown.count(f'href="/people/{first}"') == 3, "whose device is silent, and whose answers nothing"
    assert (await eight.post(f"/v1/shifts/{sheet}/signature")).json() == {"alerts": [left]}
    assert (await eight.post(f"/v1/shifts/{sheet}/signature")).status_code == 409

    kept = (await seven.get(f"/v1/shifts/{sheet}")).json()
    assert (kept["outgoing_name"], kept["incoming_name"], bool(kept["signed_at"])) == ("Seven", "Eight", True)
    assert [line["card"] for line in kept["content"]["open"]] == [left]
    (card,) = (await eight.get("/v1/incidents")).json()["cards"]
    assert card["owner_name"] == "Eight"
    begun = (await eight.get("/v1/shift")).json()
    assert (begun["since"] >= kept["made_at"], begun["closed"]) == (True, [])


async def _make_old(conn: asyncpg.Connection, device: DeviceId) -> None:
    """The message was given a quarter of an hour ago."""
    ago = "update commands set made_at = now() - interval '15 minutes' where device_id = $1"
    await conn.execute(ago, device)
