"""Finding people by any spelling, script or identifier, within the caller's scope, the closest first."""

from dataclasses import replace

import pytest
from fastapi import FastAPI

from callers import browser, session, user
from core.auth import Role
from filed.identity import NAMUNA, PASSPORT, identity, merged
from files import caseload, institution, person, posting, stay
from inmates.identity import finding
from inmates.identity.model import DocumentKind
from inmates.identity.rules import DocumentWrong, kept

ROOT = Role.ADMINISTRATOR


async def found(app: FastAPI, words: str, role: Role = ROOT, login: str = "root") -> list[int]:
    async with app.state.engine.begin() as conn:
        known = await conn.exec_driver_sql("select id from users where login = $1", (login,))
        who = known.scalar() or None
    who = who or await user(app.state.engine, login, role=role)
    async with browser(app, await session(app.state.engine, who)) as visitor:
        return [p["id"] for p in (await visitor.get("/v1/people", params={"search": words})).json()["people"]]


@pytest.mark.parametrize(
    "words",
    [
        "Ғаниев Ўктам",
        "G'aniyev O`ktam",
        "уктам ганиев",
        "GANIYEV UKTAM",
        "G‘aniyev",
        "gani",
        "Oʻktam Namunaevich",
        "Ганиев Ўктам Намуна ўғли",
        "ganiyev o namuna ugli",
        "ганиев намуна угли",
        "AA1234567",
        "аа 1234567",
        "УИН123456789012",
        "uin 123456789012",
        "m-17",
        "17",
        PASSPORT.pinfl,
    ],
)
async def test_a_person_is_found_however_he_is_written(app: FastAPI, words: str) -> None:
    engine = app.state.engine
    whom = await person(engine, "Gʻaniyev", number="M-17")
    await identity(engine, app.state.keys, whom, replace(PASSPORT, pcn="УИН 123456789012"))
    await person(engine, "Karimov", number="M-18")
    assert await found(app, words) == [whom]


async def test_the_shortest_number_is_found_and_shorter_ones_are_none(app: FastAPI) -> None:
    """What has no key would be the same as everything else that has none."""
    whom = await person(app.state.engine, "Karimov", number="M-18")
    await identity(app.state.engine, app.state.keys, whom, replace(NAMUNA, pcn="4719"))
    assert await found(app, "4719") == [whom]
    for number in ("护照 号", "№ 12", "ABCDE"):
        given = replace(NAMUNA, document_kind=DocumentKind.FOREIGN, document=number)
        with pytest.raises(DocumentWrong):
            kept(given)


@pytest.mark.parametrize("words", ["%", "_", "'", "\\", "':*", "Karimova Ganiyev", "99999999999999", "&|!()"])
async def test_what_means_nobody_finds_nobody(app: FastAPI, words: str) -> None:
    whom = await person(app.state.engine, "Gʻaniyev", number="M-17")
    await identity(app.state.engine, app.state.keys, whom, PASSPORT)
    assert await found(app, words) == []


async def test_the_closest_come_first_and_pages_follow(app: FastAPI) -> None:
    engine = app.state.engine
    near = await person(engine, "Yoʻldosheva")
    begun = await person(engine, "Yuldashevamova")
    same = await person(engine, "Yuldasheva")
    assert await found(app, "Юлдашева") == [same, begun, near]
    async with browser(app, await session(engine, await user(engine, role=ROOT))) as visitor:
        asked = {"search": "Юлдашева", "most": 2}
        page = (await visitor.get("/v1/people", params=asked)).json()
        assert ([p["id"] for p in page["people"]], page["total"], page["after"]) == ([same, begun], 3, begun)
        page = (await visitor.get("/v1/people", params=asked | {"after": begun})).json()
        assert ([p["id"] for p in page["people"]], page["after"]) == ([near], None)


async def test_strangers_are_not_found(app: FastAPI) -> None:
    engine = app.state.engine
    here, there = await institution(engine), await institution(engine)
    mine, housed, strange = [await person(engine, "Gʻaniyev") for _ in range(3)]
    for whom in (mine, housed, strange):
        await identity(engine, app.state.keys, whom, PASSPORT)
    who = await user(engine, "registrar", role=Role.REGISTRAR)
    await posting(engine, who, here)
    await stay(engine, housed, here)
    await stay(engine, strange, there)
    await caseload(engine, who, mine)
    for words in ("Ғаниев", "AA1234567", PASSPORT.pinfl or ""):
        assert sorted(await found(app, words, login="registrar")) == sorted([mine, housed])


async def test_a_former_name_still_finds_the_person(app: FastAPI) -> None:
    engine = app.state.engine
    whom = await person(engine, "Gʻaniyeva", number="F-1")
    await identity(engine, app.state.keys, whom, replace(NAMUNA, surname="Gʻaniyeva", surname_cyrl="Ғаниева"))
    body = {"surname": "Sobirova", "given_name": "Lola", "sex": "f", "born_on": "1990-05-01"}
    body |= {"ground": "changed", "why": "marriage"}
    async with browser(app, await session(engine, await user(engine, "root", role=ROOT))) as visitor:
        address = f"/v1/people/{whom}/identity"
        assert (await visitor.put(address, json=body, headers={"if-match": '"1"'})).status_code == 200
    assert await found(app, "Ғаниева") == [whom]
    assert await found(app, "Собирова Лола") == [whom]
    assert await found(app, "Ганиева Лола") == [whom]


async def test_an_absorbed_file_leads_to_the_survivor(app: FastAPI) -> None:
    engine = app.state.engine
    survivor, absorbed = await person(engine, "Gʻaniyev"), await person(engine, "Boboyev")
    await merged(engine, survivor, absorbed)
    assert await found(app, "Бобоев") == [survivor]
    assert await found(app, "") == [survivor]


async def test_more_than_a_search_shows_is_said(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = app.state.engine
    for _ in range(4):
        await person(engine, "Gʻaniyev")
    monkeypatch.setattr(finding, "FOUND", 3)
    async with browser(app, await session(engine, await user(engine, role=ROOT))) as visitor:
        page = (await visitor.get("/v1/people", params={"search": "ganiyev"})).json()
        assert (page["total"], page["is_counted"], len(page["people"])) == (3, False, 3)
        shown = (await visitor.get("/people", params={"search": "ganiyev"})).text
        assert "more than 3 people" in shown
