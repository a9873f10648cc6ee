"""More people than can be named: counts from afar, people from near, names when one is opened or searched."""

import asyncio
import base64
import json
from typing import Any

import asyncpg
import numpy as np
import pytest
from playwright.async_api import Page, expect
from sqlalchemy.ext.asyncio import AsyncEngine
from websockets.exceptions import ConnectionClosed

import callers
import files
import listening
from city import City
from core import bus
from core.auth import Role
from core.model import PersonId
from dashboards.map import live, scenery
from listening import Screen
from officers_desk import Site
from sockets import said, socket
from tracking.wire import positions

COUNTRY = [55.9, 37.1, 73.2, 45.6]
QUARTER = [69.2, 41.2, 69.3, 41.4]


@pytest.fixture
async def crowd(
    engine: AsyncEngine, conn: asyncpg.Connection, city: City, monkeypatch: pytest.MonkeyPatch
) -> list[int]:
    """Thirty people in one street, of whom ten would be too many; the first is in breach."""
    monkeypatch.setattr(scenery, "MOST_NAMED", 10)
    people = [city.person, *[await files.person(engine, f"Olim{n}") for n in range(29)]]
    async with conn.transaction():
        await bus.announce(conn, [bus.Row("alert", {"alert": city.alert}, city.person)])
    await move(conn, people, lat=41.3)
    return people


async def move(conn: asyncpg.Connection, people: list[int], *, lat: float, at_ms: float = 4e12) -> None:
    lon = 69.24 + np.arange(len(people)) * 1e-4
    packed = positions.encode(listening.moved(*people, at_ms=at_ms, lat=lat, lon=lon))
    async with conn.transaction():
        await bus.announce(conn, [bus.Row("moved", packed=packed)])


@pytest.fixture
async def chief(engine: AsyncEngine) -> str:
    return await callers.session(engine, await callers.user(engine, "chief", role=Role.ADMINISTRATOR))


async def shown(made: Any, screen: Screen) -> bytes:
    """The next frame of places."""
    async with asyncio.timeout(60):
        while True:
            frame = await made.recv()
            screen.read(frame if isinstance(frame, bytes) else json.loads(frame))
            if isinstance(frame, bytes):
                return frame


async def test_a_crowd_is_counted_from_afar_and_listed_from_near(
    site: Site, conn: asyncpg.Connection, crowd: list[int], chief: str
) -> None:
    screen = Screen()
    async with socket(site, chief) as made:
        begun = await said(made, "snapshot")
        assert begun["people"] is None
        assert begun["counts"] == {"order": 29, "battery": 0, "silent": 0, "breach": 1}
        assert len(begun["alerts"]) == 1
        await made.send(json.dumps({"view": COUNTRY, "zoom": 6.3}))
        while not screen.cells:
            await shown(made, screen)
        assert list(screen.cells.values()) == [[29, 0, 0, 1]]
        await made.send(json.dumps({"view": QUARTER, "zoom": 14}))
        while len(screen.places) < len(crowd):
            assert (await shown(made, screen))[:2] in {b"EC", b"ET"}
        assert screen.people >= set(crowd)
        await move(conn, crowd[:1], lat=48.0, at_ms=5e12)
        while screen.places[crowd[0]][1] != 480000000:  # who leaves the tile is seen to leave
            await shown(made, screen)


async def test_what_is_not_a_view_closes_the_socket(site: Site, crowd: list[int], chief: str) -> None:
    for wrong in ("hello", '{"view": [1, 2, 3], "zoom": 1}', '{"view": [0, 0, 1, 99], "zoom": 1}', "[]"):
        async with socket(site, chief) as made:
            await made.send(wrong)
            with pytest.raises(ConnectionClosed) as closed:
                await said(made, "never")
        assert closed.value.rcvd
        assert closed.value.rcvd.code == live.NOT_A_VIEW
    assert crowd


async def test_people_who_become_too_many_are_counted_from_then_on(
    site: Site, conn: asyncpg.Connection, city: City, chief: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with socket(site, chief) as made:
        assert (await said(made, "snapshot"))["people"]
        monkeypatch.setattr(scenery, "MOST_NAMED", 1)
        await move(conn, [city.person, city.person + 1], lat=41.3)
        again = await said(made, "snapshot")
    assert again["people"] is None
    assert sum(again["counts"].values()) == 2


async def ready(page: Page, site: Site) -> None:
    await page.goto(site.url + "/map")
    await expect(page.get_by_test_id("map")).to_have_attribute("data-ready", "yes", timeout=20_000)


async def test_the_map_shows_a_crowd_and_finds_one_of_it(
    site: Site, engine: AsyncEngine, crowd: list[int]
) -> None:
    who = await callers.user(engine, "boss", role=Role.ADMINISTRATOR)
    async with site.officer(engine, who) as (context, _):
        page = await context.new_page()
        await ready(page, site)
        drawn = page.get_by_test_id("map")
        await expect(drawn).to_have_attribute("data-cells", "1")
        await expect(drawn).to_have_attribute("data-people", str(len(crowd)))
        await expect(page.get_by_test_id("count-breach").locator("b")).to_have_text("1")
        await page.get_by_test_id("search").fill("aliy")
        await page.get_by_test_id("found").locator("button").first.click()
        await expect(page.get_by_test_id("person-card-name")).to_contain_text("Aliyev")
        await expect(drawn).to_have_attribute("data-cells", "0", timeout=20_000)
        card = page.get_by_test_id("person-card")
        await expect(card).to_contain_text("90 %")


COLUMNS = """async ([moved, later]) => {
  const {People, steps} = await import("/static/people.js");
  const unpack = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)).buffer;
  const people = new People(), told = {};
  const watched = [[7, "silent"], [8, "order"], [9, "breach"]];
  people.begin(watched.map(([id, state]) => ({id, name: `N${id}`, number: "", state})));
  people.move(unpack(moved), 8);
  people.move(unpack(later), 8);
  told.packed = Array.from(people.pack(null).points).filter((_, i) => i % 3 === 2);
  told.only = people.pack("silent").counts;
  const {lon, lat} = people.get(9);
  told.near = people.near({lng: lon, lat}, steps(10, 12));
  told.nobody = people.near({lng: lon, lat: lat + 1}, steps(10, 12));
  told.latitudes = [7, 8, 9].map((id) => people.get(id).lat);
  people.keep((row) => people.id[row] !== 8);
  told.kept = [7, 8, 9].map((id) => people.get(id)?.name ?? null);
  people.stand({7: "order"});
  told.counts = people.counts();
  return told;
}"""


async def test_columns_of_the_page_hold_what_frames_say(site: Site, engine: AsyncEngine) -> None:
    """Strangers in a frame are left out, what is older is not believed, rows that move keep their owners."""
    moved = listening.moved(7, 8, 9, 10, at_ms=2e12, lat=41.3, lon=np.array([69.1, 69.2, 69.3, 69.4]))
    late = listening.moved(7, at_ms=1e12, lat=50.0, lon=np.array([69.1]))
    frames = [base64.b64encode(positions.encode(part)).decode() for part in (moved, late)]
    who = await callers.user(engine, "boss", role=Role.ADMINISTRATOR)
    async with site.officer(engine, who) as (context, _):
        page = await context.new_page()
        await page.goto(site.url + "/people")
        told = await page.evaluate(COLUMNS, frames)
    assert told["packed"] == [0, 2, 3]
    assert told["only"] == [0, 0, 1, 0]
    assert (told["near"], told["nobody"]) == (9, None)
    assert told["latitudes"] == [41.3] * 3
    assert told["kept"] == ["N7", None, "N9"]
    assert told["counts"] == {"order": 1, "battery": 0, "silent": 0, "breach": 1}


async def test_an_officer_of_few_sees_them_as_ever_while_others_see_crowds(
    site: Site, engine: AsyncEngine, conn: asyncpg.Connection, crowd: list[int], city: City
) -> None:
    officer = await callers.user(engine, "officer")
    await files.caseload(engine, officer, PersonId(city.person))
    screen = Screen()
    async with socket(site, await callers.session(engine, officer)) as made:
        begun = await said(made, "snapshot")
        assert [person["id"] for person in begun["people"]] == [city.person]
        await move(conn, crowd, lat=41.4, at_ms=5e12)
        while screen.places.get(city.person, (0, 0))[1] != 414000000:
            await shown(made, screen)
        await made.send(json.dumps({"view": COUNTRY, "zoom": 6.3}))
        while not screen.cells:
            await shown(made, screen)
    assert list(screen.cells.values()) == [[0, 0, 0, 1]]
    assert screen.people == {city.person}
