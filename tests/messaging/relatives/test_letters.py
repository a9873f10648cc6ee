"""A relative's appeals: one for three resends, a receipt that proves it, and what an applicant may do."""

from datetime import datetime, timedelta
from typing import Any

import asyncpg
from fastapi import FastAPI
from sqlalchemy import func, select

import untold
from callers import browser, session, user
from core import clock, db
from core.auth import Caller, Role
from core.model import UserId
from filed.relatives import confirmed, kept
from files import institution, person, posting, stay
from messaging.appeals import service as appeals
from messaging.appeals.model import SEALED, AppealId
from messaging.appeals.tables import appeals as register
from related import account, handset
from simulators.relatives.handset import uuid7

PATH = "/v1/my/appeals"


def letter(**change: Any) -> dict[str, Any]:
    return {
        "client_id": str(uuid7()),
        "kind": "shikoyat",
        "subject": "Namuna",
        "body": "Uchrashuvga ruxsat berilmadi.",
    } | change


def caller(who: UserId) -> Caller:
    return Caller(who, "head", Role.UNIT_HEAD, "Head", "en", b"")


async def test_an_outbox_that_is_sent_three_times_makes_one_appeal(app: FastAPI) -> None:
    phone, outbox = await handset(app), [letter() for _ in range(3)]
    async with phone.http:
        rounds = [
            [(await phone.post(PATH, one, key=one["client_id"])).json() for one in outbox] for _ in range(3)
        ]
        assert rounds[0] == rounds[1] == rounds[2]
        listed = (await phone.get(PATH)).json()["appeals"]
        assert [one["id"] for one in listed] == [one["id"] for one in reversed(rounds[0])]
        # And once more a month later, when the answers are gone: other keys, same ids.
        again = [(await phone.post(PATH, one)).json() for one in outbox]
        assert [one["id"] for one in again] == [one["id"] for one in rounds[0]]
        assert [one["receipt"] for one in again] == [None] * 3
    async with app.state.engine.begin() as conn:
        assert (await conn.execute(select(func.count()).select_from(register))).scalar_one() == 3


async def test_the_receipt_opens_what_was_handed_in(app: FastAPI) -> None:
    phone = await handset(app)
    async with phone.http:
        made = (await phone.post(PATH, letter())).json()
        read = await phone.get(f"{PATH}/{made['id']}")
        assert (read.json()["number"], read.headers["etag"]) == (made["number"], '"2"')
        assert (made["due_at"][-1], made["due_local"][-6:]) == ("Z", "+05:00")
        assert datetime.fromisoformat(made["due_local"]) == datetime.fromisoformat(made["due_at"])
        assert (await phone.get(f"{PATH}/{made['id']}", if_none_match='"2"')).status_code == 304
    assert len(made["receipt"]["code"]) == 16
    assert made["receipt"]["signed"].count(".") == 2


async def test_an_appeal_about_somebody_needs_a_confirmed_kinship(app: FastAPI) -> None:
    engine = app.state.engine
    here, whom = await institution(engine), await person(engine)
    await stay(engine, whom, here)
    mine, other = await account(app), await account(app)
    kin = await confirmed(engine, mine, whom)
    phone, strange = await handset(app, mine), await handset(app, other)
    async with phone.http, strange.http:
        assert (await strange.post(PATH, letter(kin_id=kin))).status_code == 404
        made = (await phone.post(PATH, letter(kin_id=kin))).json()
        assert (await strange.get(f"{PATH}/{made['id']}")).status_code == 404
        assert (await strange.get(PATH)).json()["appeals"] == []
        shown = (await phone.get(f"{PATH}/{made['id']}")).json()
        assert {"desk", "institution"}.isdisjoint(shown["entries"][0]["values"])
        assert (await strange.post(f"{PATH}/{made['id']}/rate", {"stars": 1})).status_code == 404


async def test_a_sealed_channel_takes_nothing_in_the_open(app: FastAPI, conn: asyncpg.Connection) -> None:
    phone = await handset(app)
    async with phone.http:
        for channel in SEALED:
            answer = await phone.post(PATH, letter(channel=channel, subject="oqshom-1", body="oqshom-2"))
            assert (answer.status_code, answer.json()["type"]) == (422, "/problems/appeal_sealed_channel")
        assert (await phone.get(PATH)).json()["appeals"] == []
    assert await untold.holding(conn, ["oqshom"]) == []


async def test_a_recording_is_the_body_and_pictures_come_in_the_same_step(app: FastAPI) -> None:
    engine, mine = app.state.engine, await account(app)
    async with db.transaction(engine) as conn:
        kinds = ("audio/webm", "application/pdf", "audio/ogg")
        voice, paper, other = [await kept(conn, mine, declared=kind) for kind in kinds]
    phone = await handset(app, mine)
    async with phone.http:
        said = letter(voice=voice, files=[paper]) | {"body": None}
        unfit = await phone.post(PATH, said | {"voice": paper})
        assert unfit.json()["type"] == "/problems/upload_not_spoken"
        assert (await phone.post(PATH, said | {"body": "x"})).json()["type"] == "/problems/appeal_incomplete"
        made = (await phone.post(PATH, said)).json()
        again = (await phone.post(PATH, said)).json()
        assert (again["id"], again["receipt"]) == (made["id"], None)
        assert (await phone.post(PATH, said | {"voice": other})).json()["type"] == "/problems/appeal_id_taken"
        taken = await phone.post(PATH, letter(files=[paper]))
        assert taken.json()["type"] == "/problems/file_already_attached"
        read = (await phone.get(f"{PATH}/{made['id']}")).json()
        assert (read["body"], read["voice_sha256"]) == (None, f"{voice:064x}")
        assert [one["id"] for one in (await phone.get(PATH)).json()["appeals"]] == [made["id"]]
        assert (await phone.get(f"{PATH}/{made['id']}/looks")).json() == {"looks": []}
    chief = await user(engine, "chief", role=Role.OVERSIGHT)
    async with browser(app, await session(engine, chief)) as officer:
        page = (await officer.get(f"/appeals/{made['id']}")).text
        assert {f'data-testid="file-{one}"' in page for one in (voice, paper)} == {True}
        assert 'data-testid="spoken"' in page
    phone = await handset(app, mine)
    async with phone.http:
        [look] = (await phone.get(f"{PATH}/{made['id']}/looks")).json()["looks"]
        assert (look["role"], look["body"]) == ("oversight", None)


async def test_an_applicant_answers_rates_and_withdraws_and_hears_of_each_step(app: FastAPI) -> None:
    engine = app.state.engine
    here, whom = await institution(engine), await person(engine)
    await stay(engine, whom, here)
    head = await user(engine, "head", role=Role.UNIT_HEAD)
    await posting(engine, head, here)
    mine = await account(app)
    kin = await confirmed(engine, mine, whom)
    phone = await handset(app, mine)

    async def act(command: str, **values: Any) -> None:
        async with db.transaction(engine) as conn:
            ident = AppealId(made["id"])
            await appeals.act(conn, caller(head), appeal=ident, command=command, values=values)

    async with phone.http:
        made = (await phone.post(PATH, letter(kin_id=kin))).json()
        cursor = (await phone.get("/v1/my/changes")).json()["cursor"]
        await act("take")
        await act("ask", text="Qaysi kuni?")
        news = (await phone.get(f"/v1/my/changes?cursor={cursor}")).json()
        assert [(one["thing"], one["subject"]) for one in news["changes"]] == [("appeal", made["id"])]
        path = f"{PATH}/{made['id']}"
        assert (await phone.post(f"{path}/rate", {"stars": 5})).status_code == 409
        said = (await phone.post(f"{path}/reply", {"text": "Shanba."})).json()
        assert (said["state"], said["entries"][-1]["is_mine"]) == ("in_review", True)
        await act("answer", outcome="granted", text="Ruxsat.", grounds="g", legal_basis="JIK", contest="sud")
        rated = (await phone.post(f"{path}/rate", {"stars": 4})).json()
        assert (rated["rating"], rated["outcome"]) == (4, "granted")
        second = (await phone.post(PATH, letter(repeats=made["id"]))).json()
        gone = await phone.post(f"{PATH}/{second['id']}/withdraw", {"reason": "kerak emas"})
        assert gone.json()["state"] == "withdrawn"
        grave = (await phone.post(PATH, letter(topic="torture"))).json()
        asked = await phone.post(f"{PATH}/{grave['id']}/withdraw", {"reason": "kerak emas"})
        assert asked.json()["state"] == "registered"
        assert asked.json()["entries"][-1]["command"] == "ask_withdrawal"


async def test_a_draft_of_the_relatives_language_keeps_it(app: FastAPI) -> None:
    phone = await handset(app)
    async with phone.http:
        made = (await phone.post(PATH, letter(), accept_language="uz-Cyrl")).json()
    async with app.state.engine.begin() as conn:
        query = select(register.c.language).where(register.c.id == made["id"])
        assert (await conn.execute(query)).scalar_one() == "uz-Cyrl"


async def test_a_telephone_whose_clock_is_a_day_off_is_registered_by_ours(app: FastAPI) -> None:
    phone, began = await handset(app), clock.now()
    async with phone.http:
        for days in (-1, 1):
            there = began + timedelta(days=days)
            said = letter(
                client_id=str(uuid7(clock.to_us(there) // 1000)), client_created_at=there.isoformat()
            )
            made = await phone.post(PATH, said)
            assert made.status_code == 201
            at = datetime.fromisoformat(made.json()["received_at"])
            assert began <= at <= clock.now()
    async with app.state.engine.begin() as conn:
        kept = (await conn.execute(select(register.c.client_created_at))).scalars()
        assert {round((at - began) / timedelta(days=1)) for at in kept} == {-1, 1}
