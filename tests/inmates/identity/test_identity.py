"""Entering, reading and correcting an identity; duplicates and merges, over HTTP."""

from dataclasses import replace
from typing import Any

from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import func, select

from callers import browser, session, user
from core import db
from core.auth import Role
from core.model import PersonId, UserId
from core.tables import audit
from filed.identity import NAMUNA, PASSPORT, identity, pinfl
from files import institution, person, posting, stay
from inmates.identity import service
from inmates.identity.tables import identities

BODY: dict[str, Any] = {
    "surname": "G'aniyev",
    "given_name": "O`ktam",
    "surname_cyrl": "Ғаниев",
    "given_name_cyrl": "Ўктам",
    "sex": "m",
    "born_on": "1990-05-01",
    "birth_place": "Andijon",
    "citizenship": "uz",
    "pinfl": pinfl(NAMUNA),
    "document_kind": "passport",
    "document": "АА 1234567",
    "pcn": "УИН 123456789012",
}


async def registrar(app: FastAPI, where: int) -> tuple[UserId, str]:
    who = await user(app.state.engine, f"registrar-{where}", role=Role.REGISTRAR)
    await posting(app.state.engine, who, where)
    return who, await session(app.state.engine, who)


async def entered(visitor: AsyncClient, number: str, **changes: Any) -> dict[str, Any]:
    answer = await visitor.post("/v1/people", json=BODY | {"number": number} | changes)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_who_enters_a_person_reads_the_identity_back_and_it_lies_sealed(app: FastAPI) -> None:
    engine = app.state.engine
    who, secret = await registrar(app, await institution(engine))
    async with browser(app, secret) as visitor:
        made = await entered(visitor, "N-1")
        assert (made["version"], made["doubts"], made["likely"]["duplicates"]) == (1, [], [])
        answer = await visitor.get(f"/v1/people/{made['person']}/identity")
        shown = answer.json()["identity"]
        assert answer.headers["etag"] == '"1"'
        assert (shown["surname"], shown["given_name"]) == ("Gʻaniyev", "Oʻktam")
        assert (shown["document"], shown["pcn"]) == ("AA1234567", "УИН123456789012")
        assert shown["citizenship"] == "UZ"
        assert (await visitor.post("/v1/people", json=BODY | {"number": "N-1"})).status_code == 409
    async with engine.begin() as conn:
        row = (await conn.execute(select(identities))).one()
        assert BODY["pinfl"].encode() not in row.pinfl + row.pinfl_blind
        recorded = (await conn.execute(select(audit.c.user_id, audit.c.action, audit.c.detail))).all()
    assert recorded == [
        (who, "person:write", {"part": "identity", "version": 1, "changed": []}),
        (who, "person:read", {"part": "identity"}),
    ]


async def test_who_need_not_know_reads_the_last_signs_of_an_identifier(app: FastAPI) -> None:
    engine = app.state.engine
    here, whom = await institution(engine), await person(engine)
    await stay(engine, whom, here)
    await identity(engine, app.state.keys, whom, PASSPORT)
    teacher = await user(engine, "teacher", role=Role.TEACHER)
    await posting(engine, teacher, here)
    async with browser(app, await session(engine, teacher)) as visitor:
        shown = (await visitor.get(f"/v1/people/{whom}/identity")).json()["identity"]
        assert shown["pinfl"] == "•" * 10 + (PASSPORT.pinfl or "")[-4:]
        versions = (await visitor.get(f"/v1/people/{whom}/identity/versions")).json()["versions"]
        assert versions[0]["identity"]["document"] == "•••••4567"


async def test_a_correction_names_its_version_and_keeps_the_one_before(app: FastAPI) -> None:
    engine = app.state.engine
    whom, here = await person(engine, "Aliyev"), await institution(engine)
    await stay(engine, whom, here)
    who, secret = await registrar(app, here)
    address, said = f"/v1/people/{whom}/identity", BODY | {"ground": "corrected", "why": "misread"}
    async with browser(app, secret) as visitor:
        assert (await visitor.get(address)).headers["etag"] == '"0"'
        assert (await visitor.put(address, json=said)).status_code == 428
        assert (await visitor.put(address, json=said, headers={"if-match": '"0"'})).status_code == 200
        stale = await visitor.put(address, json=said, headers={"if-match": '"0"'})
        assert (stale.status_code, stale.json()["type"]) == (412, "/problems/stale")
        unsaid = await visitor.put(address, json=said | {"why": " "}, headers={"if-match": '"1"'})
        assert unsaid.json()["type"] == "/problems/reason_missing"
        versions = (await visitor.get(f"{address}/versions")).json()["versions"]
        heading = (await visitor.get(f"/v1/people/{whom}")).json()["person"]
    assert [(v["version"], v["ground"], v["identity"]["surname"]) for v in versions] == [
        (1, "corrected", "Gʻaniyev"),
        (0, "entered", "Aliyev"),
    ]
    assert versions[0]["made_by"] == who
    assert (heading["surname"], heading["given_name"]) == ("Gʻaniyev", "Oʻktam")


async def test_what_cannot_be_is_refused_and_what_is_odd_is_said(app: FastAPI) -> None:
    _, secret = await registrar(app, await institution(app.state.engine))
    wrong = pinfl(NAMUNA)[:-1] + str((int(pinfl(NAMUNA)[-1]) + 1) % 10)
    async with browser(app, secret) as visitor:
        for field, value, code in (
            ("pinfl", "7" + wrong[1:], "pinfl_wrong"),
            ("pinfl", "33002901234567", "pinfl_wrong"),
            ("pinfl", wrong[:-1], "pinfl_wrong"),
            ("document", "A1234567", "document_wrong"),
            ("pcn", "1", "pcn_wrong"),
            ("citizenship", "U1", "citizenship_wrong"),
        ):
            answer = await visitor.post("/v1/people", json=BODY | {"number": "N-2", field: value})
            assert (answer.status_code, answer.json()["type"]) == (422, f"/problems/{code}")
        nameless = BODY | {"number": "N-2"} | dict.fromkeys((k for k in BODY if "name" in k), " ")
        assert (await visitor.post("/v1/people", json=nameless)).json()["type"] == "/problems/names_missing"
        odd = await entered(visitor, "N-2", pinfl=wrong, sex="f", born_on="1990-05-02")
        assert odd["doubts"] == ["pinfl_check_digit", "pinfl_birth", "pinfl_sex"]


async def test_the_same_human_in_two_scripts_is_offered(app: FastAPI) -> None:
    engine = app.state.engine
    here = await institution(engine)
    _, secret = await registrar(app, here)
    nothing = {"pinfl": None, "document": None, "document_kind": None, "pcn": None}
    latin = {"surname": "G'aniyev", "given_name": "O`ktam", "surname_cyrl": "", "given_name_cyrl": ""}
    cyrillic = {"surname": "", "given_name": "", "surname_cyrl": "Ғаниев", "given_name_cyrl": "Ўктам"}
    async with browser(app, secret) as visitor:
        first = await entered(visitor, "N-3", **nothing, **cyrillic)
        again = await entered(visitor, "N-4", **nothing, **latin)
        offered = [(d["person"]["id"], d["reasons"]) for d in again["likely"]["duplicates"]]
        assert offered == [(first["person"], ["name_and_birth", "name"])]
        other = {"surname": "Karimov", "given_name": "Anvar", "born_on": "1970-01-01"}
        third = await entered(visitor, "N-5", **other, surname_cyrl="", given_name_cyrl="")
        assert third["likely"]["duplicates"] == []
        checked = (await visitor.post("/v1/duplicates", json=BODY | nothing)).json()
        assert {d["person"]["number"] for d in checked["duplicates"]} == {"N-3", "N-4"}
        listed = (await visitor.get(f"/v1/people/{first['person']}/duplicates")).json()["duplicates"]
        assert [d["person"]["number"] for d in listed] == ["N-4"]
        by_number = (await visitor.post("/v1/duplicates", json=BODY | other)).json()["duplicates"]
        assert [d["reasons"] for d in by_number if d["person"]["number"] == "N-5"] == [
            ["pinfl", "document", "pcn", "name_and_birth", "name"]
        ]


async def test_a_strangers_duplicate_is_counted_and_not_named(app: FastAPI) -> None:
    engine = app.state.engine
    far = await person(engine, "Gʻaniyev")
    await identity(engine, app.state.keys, far, PASSPORT)
    _, secret = await registrar(app, await institution(engine))
    async with browser(app, secret) as visitor:
        made = await entered(visitor, "N-6")
    assert made["likely"] == {"duplicates": [], "elsewhere": 1}


async def test_a_merge_leads_on_keeps_both_and_can_be_undone(app: FastAPI) -> None:
    engine = app.state.engine
    here = await institution(engine)
    who, secret = await registrar(app, here)
    a, b, c = [await person(engine, name) for name in ("Aliyev", "Boboyev", "Valiyev")]
    for whom in (a, b, c):
        await stay(engine, whom, here)

    async def leads() -> list[int | None]:
        return [(await visitor.get(f"/v1/people/{p}")).json()["person"]["survivor_id"] for p in (a, b, c)]

    async with browser(app, secret) as visitor:
        wanted = {"survivor_id": b, "absorbed_id": a, "why": "the same human"}
        first = (await visitor.post("/v1/merges", json=wanted)).json()["id"]
        assert (await visitor.post("/v1/merges", json=wanted)).json()["type"] == "/problems/merged_already"
        assert (await visitor.post("/v1/merges", json=wanted | {"absorbed_id": b})).status_code == 422
        second = {"survivor_id": c, "absorbed_id": b, "why": "he too"}
        assert (await visitor.post("/v1/merges", json=second)).status_code == 201
        assert await leads() == [c, c, None]
        async with db.transaction(engine) as conn:
            for one in (a, b, c):
                assert await service.everyone(conn, one) == (c, a, b)
        shown = (await visitor.get(f"/v1/people/{a}/identity")).json()["merges"]
        assert [(m["survivor_id"], m["absorbed_id"]) for m in shown] == [(c, b), (b, a)]
        assert {m["made_by"] for m in shown} == {who}
        undo = f"/v1/merges/{first}/undo"
        assert (await visitor.post(undo, json={"why": "two after all"})).status_code == 204
        assert (await visitor.post(undo, json={"why": "again"})).json()["type"] == "/problems/merge_undone"
        assert await leads() == [None, c, None]
        assert (await visitor.post("/v1/merges", json=wanted)).json()["type"] == "/problems/merged_already"
    async with engine.begin() as conn:
        deeds = select(func.count()).where(audit.c.action == "person:merge")
        assert (await conn.execute(deeds)).scalar_one() == 6


async def test_only_who_sees_both_merges_them(app: FastAPI) -> None:
    engine = app.state.engine
    here = await institution(engine)
    mine, strange = await person(engine), await person(engine)
    await stay(engine, mine, here)
    _, secret = await registrar(app, here)
    async with browser(app, secret) as visitor:
        for two in ((mine, strange), (strange, mine)):
            body = {"survivor_id": two[0], "absorbed_id": two[1], "why": "the same"}
            assert (await visitor.post("/v1/merges", json=body)).status_code == 404


async def test_an_identifier_opens_in_its_own_row_only(app: FastAPI) -> None:
    from inmates.identity import sealing  # noqa: PLC0415

    keys = app.state.keys
    secrets = sealing.sealed(keys, PersonId(1), replace(PASSPORT, pcn=None))
    assert set(secrets) == {"pinfl", "document"}
    assert secrets["pinfl"].blind == sealing.sealed(keys, PersonId(2), PASSPORT)["pinfl"].blind
    assert secrets["pinfl"].sealed != sealing.sealed(keys, PersonId(1), PASSPORT)["pinfl"].sealed
