"""Sealed boxes: what the server keeps tells nothing, and only the addressee's own machine opens it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI

from app.box import opening, sealing
from app.box.opening import Pair
from callers import browser, session, user
from core import clock, signing
from core.auth import GRANTS, Permission, Role
from core.errors import Refusal
from filed.boxes import PAIR, addressee, identified, letter, put, registered
from messaging.receipts import wire as receipts
from messaging.sealed import rules, wire
from messaging.sealed.model import Box, BoxKind

SECRET = "oqshom-7731"
PHOTO = b"\xff\xd8" + SECRET.encode() * 9000
MADE = sealing.letter(
    SECRET, f"{SECRET}: meni urishdi", to=PAIR.public, files=[(f"{SECRET}.jpg", "image/jpeg", PHOTO)]
)


def test_nobody_but_addressees_has_a_way_to_a_box() -> None:
    held = {Permission.BOX_READ, Permission.BOX_WRITE}
    boxes = {Role.OMBUDSMAN, Role.PROSECUTOR, Role.CENTRAL, Role.LAWYER}
    assert {role for role in Role if GRANTS[role] & held} == boxes
    own = {p for p in Permission if p.split(":")[0] in {"me", "factor", "session"}}
    assert all(GRANTS[role] - {Permission.CALL_JOIN} == held | own for role in boxes)


@pytest.fixture
async def box(app: FastAPI) -> FastAPI:
    await registered(app.state.engine, await addressee(app.state.engine), PAIR)
    return app


def form(pair: Pair = PAIR, made: sealing.Made = MADE, **changes: str) -> dict[str, Any]:
    fields = {"box": pair.box, "fingerprint": pair.fingerprint, "token": made.token.hex()} | changes
    files = [("message", ("m", made.message)), *(("files", ("f", file)) for file in made.files)]
    return {"data": fields, "files": files}


async def test_a_letter_goes_in_is_taken_out_by_protocol_and_answered(box: FastAPI) -> None:
    engine = box.state.engine
    secret = await session(engine, (await addressee(engine)).user)
    async with browser(box) as sender, browser(box, secret) as ombudsman:
        put_in = await sender.post("/v1/boxes/letters", **form())
        assert put_in.status_code == 201, put_in.text
        said = put_in.json()
        again = await sender.post("/v1/boxes/letters", **form())
        assert (again.status_code, again.json()["number"]) == (201, said["number"])
        receipt = receipts.checked(
            said["signed"], signing.from_jwks((await sender.get("/v1/receipt-keys")).json())
        )
        assert receipt.content == rules.digest(MADE.message, MADE.files)
        assert receipt.registered_at is None
        lookup = {"number": said["number"], "token": MADE.token.hex()}
        assert (await sender.post("/v1/receipts/lookup", json=lookup)).json()["state"] == "in_box"

        export = (await ombudsman.get("/v1/boxes/own/export")).json()
        record = opening.record(export, PAIR, by="N. Namunaviy", at=clock.now())
        assert (await ombudsman.post("/v1/boxes/own/openings", json=record)).status_code == 201
        replayed = await ombudsman.post("/v1/boxes/own/openings", json=record)
        assert replayed.json()["type"] == "/problems/box_record_out_of_turn"
        assert (await ombudsman.get("/v1/boxes/own/export")).json()["letters"] == []
        [shown] = (await sender.get("/v1/boxes/openings", params={"box": "ombudsman"})).json()["openings"]
        assert receipt.content.hex() in shown["digests"]

        opened = opening.letter(export["letters"][0], PAIR)
        body = {"message": opening.answered(opened.said, "Tekshirdik.")}
        path = f"/v1/boxes/own/letters/{opened.id}"
        assert (await ombudsman.post(f"{path}/answers", json=body)).status_code == 204
        assert (await ombudsman.get(path)).json()["digest"] == receipt.content.hex()
        found = (await sender.post("/v1/receipts/lookup", json=lookup)).json()
        assert (found["state"], found["answers"]) == ("answered", [])
        [sealed] = found["sealed_answers"]
        assert sealing.answer(wire.unpacked(sealed), code=MADE.code)["body"] == "Tekshirdik."
        page = await ombudsman.get("/boxes")
        assert said["number"] in page.text


@pytest.mark.parametrize("table", ["sealed_letters", "sealed_files", "sealed_receipts", "opened_letters"])
async def test_what_lies_in_a_box_is_never_changed(conn: asyncpg.Connection, table: str) -> None:
    with pytest.raises(asyncpg.PostgresError):
        await conn.execute(f"delete from {table}")  # noqa: S608 - our own names


async def test_the_tables_hold_neither_text_nor_title_nor_hour(
    box: FastAPI, conn: asyncpg.Connection
) -> None:
    async with browser(box) as sender:
        assert (await sender.post("/v1/boxes/letters", **form())).status_code == 201
    tables = await conn.fetch("select tablename from pg_tables where schemaname = 'public'")
    for [table] in tables:
        for words in (SECRET, SECRET.encode().hex(), MADE.code):
            query = f'select count(*) from "{table}" row where row::text like $1'  # noqa: S608 - our own names
            assert not await conn.fetchval(query, f"%{words}%"), table
    columns = await conn.fetch(
        "select column_name, data_type from information_schema.columns where table_name in "
        "('sealed_letters', 'sealed_files', 'sealed_answers', 'sealed_receipts')"
    )
    told = await conn.fetch(
        "select tgname from pg_trigger where tgrelid in ('sealed_letters'::regclass,"
        " 'sealed_files'::regclass, 'sealed_receipts'::regclass, 'opened_letters'::regclass)"
        " and tgname like '%append_only'"
    )
    assert not told  # the ledger would note the hour of a block
    assert "timestamp with time zone" not in {row["data_type"] for row in columns}
    assert not [row for row in columns if "person" in row["column_name"]]
    assert await conn.fetchval("select count(*) from audit where action <> 'box:write'") == 0  # the key's


async def test_a_letter_that_tells_something_or_misses_its_key_is_refused(box: FastAPI) -> None:
    bare = replace(MADE, message=MADE.message[:-1])
    told = {
        "sealed_size": form(made=bare),
        "box_key_out_of_date": form(made=replace(MADE, files=()), fingerprint="0" * 40),
        "no_such_box": form(box="lawyer"),
        "sealed_letter_known": form(token="00" * 32),
    }
    async with browser(box) as sender:
        assert (await sender.post("/v1/boxes/letters", **form())).status_code == 201
        for code, sent in told.items():
            assert (await sender.post("/v1/boxes/letters", **sent)).json()["type"] == f"/problems/{code}"


async def test_boxes_are_closed_to_each_other_and_to_everybody(box: FastAPI) -> None:
    engine = box.state.engine
    slip = await letter(engine, box.state.keys, put(PAIR, MADE))
    path = f"/v1/boxes/own/letters/{await identified(engine, slip.receipt.number)}"
    expected = {Role.OMBUDSMAN: 200, Role.PROSECUTOR: 404, Role.CENTRAL: 404, Role.LAWYER: 404}
    for role in Role:
        who = (
            (await addressee(engine)).user if role is Role.OMBUDSMAN else await user(engine, role, role=role)
        )
        async with browser(box, await session(engine, who)) as visitor:
            assert (await visitor.get(path)).status_code == expected.get(role, 403), role
            if role in expected and role is not Role.OMBUDSMAN:
                assert (await visitor.get("/v1/boxes/own/export")).json()["letters"] == []


async def test_a_record_has_to_fit_the_letters_and_the_key(box: FastAPI) -> None:
    engine, at = box.state.engine, clock.now()
    await letter(engine, box.state.keys, put(PAIR, MADE))
    async with browser(box, await session(engine, (await addressee(engine)).user)) as ombudsman:
        export = (await ombudsman.get("/v1/boxes/own/export")).json()
        empty: Mapping[str, Any] = export | {"letters": []}
        wrong = [
            opening.record(export, opening.pair("ombudsman"), by="x", at=at),
            opening.record(export, PAIR, by="x", at=at + timedelta(days=1)),
            opening.record(export, replace(PAIR, box="central"), by="x", at=at),
            opening.record(export, PAIR, by="x", at=at) | {"letters": []},
            opening.record(empty, PAIR, by="x", at=at) | {"letters": [export["letters"][0]["id"]]},
        ]
        for record in wrong:
            answer = await ombudsman.post("/v1/boxes/own/openings", json=record)
            assert answer.json()["type"] == "/problems/box_record_unfit"
        nothing = opening.record(empty, PAIR, by="x", at=at)
        assert (await ombudsman.post("/v1/boxes/own/openings", json=nothing)).status_code == 201


async def test_a_key_follows_only_one_that_vouches_for_it(box: FastAPI) -> None:
    engine = box.state.engine
    by, new = await addressee(engine), opening.pair("ombudsman")
    for case, code in (
        ((by, new, None), "box_key_not_endorsed"),
        ((by, new, opening.pair("ombudsman")), "box_key_not_endorsed"),
        ((by, opening.pair("central"), PAIR), "box_key_unfit"),
        ((by, PAIR, PAIR), "box_key_known"),
    ):
        with pytest.raises(Refusal, match=code):
            await registered(engine, case[0], case[1], before=case[2])
    await registered(engine, by, new, before=PAIR)
    async with browser(box) as sender:
        [shown] = [one for one in (await sender.get("/v1/boxes")).json()["boxes"] if one["key"]]
        assert shown["key"]["fingerprint"] == new.fingerprint
        assert wire.key(shown["key"]["signed"]).sealing == new.public
        stale = await sender.post("/v1/boxes/letters", **form())
        assert stale.json()["type"] == "/problems/box_key_out_of_date"


async def test_a_lawyer_has_a_box_of_their_own(app: FastAPI) -> None:
    engine = app.state.engine
    one = await addressee(engine, Role.LAWYER, "lawyer-a")
    other = await addressee(engine, Role.LAWYER, "lawyer-b")
    pair = opening.pair(f"lawyer-{one.user}")
    await registered(engine, one, pair)
    with pytest.raises(Refusal, match="box_key_unfit"):
        await registered(engine, other, opening.pair(pair.box))
    made = sealing.letter("x", "y", to=pair.public)
    await letter(engine, app.state.keys, put(pair, made, Box(BoxKind.LAWYER, one.user)))
    for who, count in ((one, 1), (other, 0)):
        async with browser(app, await session(engine, who.user)) as lawyer:
            assert len((await lawyer.get("/v1/boxes/own/letters")).json()["letters"]) == count
