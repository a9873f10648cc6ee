"""The sheet over the map: what is painted on it, that it moves along, and that the map below rests."""

from collections.abc import AsyncIterator
from typing import Any, Final

import asyncpg
import numpy as np
import pytest
from playwright.async_api import Page, expect
from sqlalchemy.ext.asyncio import AsyncEngine

import callers
import files
import listening
from city import City
from core import bus
from core.auth import Role
from dashboards.map import scenery
from officers_desk import Site
from tracking.wire import positions

LON, LAT = 69.24, 41.3
GREEN, RED, WHITE = [0, 128, 0, 255], [200, 0, 0, 255], [255, 255, 255]
ACCENT: Final = [11, 101, 112]
STAMPED: Final = """async ([places, [width, height]]) => {
  const {circle, stamp} = await import("/static/raster.js");
  const inks = [[0, 128, 0, 255], [0, 0, 200, 255], [0, 0, 200, 0], [200, 0, 0, 255]];
  const circles = inks.map((fill) => circle({radius: 4, width: 1, fill, rim: [255, 255, 255, 255]}));
  const data = new Uint8Array(width * height * 4);
  const board = {pixels: new Int32Array(data.buffer), width, height};
  stamp(board, circles, Int32Array.from(places.flat()), {x: 1000, y: 1000, scale: 0.5});
  return Array.from(data);
}"""
INK: Final = """([x, y]) => {
  const sheet = document.querySelector(".map-sheet"), box = sheet.getBoundingClientRect();
  const plain = new OffscreenCanvas(sheet.width, sheet.height).getContext("2d");
  plain.drawImage(sheet, 0, 0);
  const ratio = sheet.width / box.width;
  return Array.from(plain.getImageData((x - box.x) * ratio, (y - box.y) * ratio, 1, 1).data);
}"""
"""What the sheet shows at a place of the page."""
COUNT_DRAWN: Final = """
window.calls = 0;
for (const name of ["drawArrays", "drawElements"]) {
  const plain = WebGL2RenderingContext.prototype[name];
  WebGL2RenderingContext.prototype[name] = function (...args) { calls += 1; return plain.apply(this, args); };
}
"""


DRAWN: Final = "[calls, Number(document.getElementById('map').dataset.drawn)]"


async def rested(page: Page) -> tuple[int, int]:
    """How often WebGL has drawn, and the sheet was shown, once the map has drawn nothing for a second."""
    before = -1
    for _ in range(30):
        calls, shown = await page.evaluate(DRAWN)
        if calls == before:
            return calls, shown
        before = calls
        await page.wait_for_timeout(1000)
    raise AssertionError("the map never rests")


async def move(conn: asyncpg.Connection, people: list[int], *, at_ms: float, lon: float = LON) -> None:
    rows = listening.moved(*people, at_ms=at_ms, lat=LAT, lon=np.full(len(people), lon))
    async with conn.transaction():
        await bus.announce(conn, [bus.Row("moved", packed=positions.encode(rows))])


async def opened(page: Page, site: Site) -> None:
    await page.goto(site.url + "/map")
    await expect(page.get_by_test_id("map")).to_have_attribute("data-ready", "yes")


async def middle(page: Page) -> tuple[float, float]:
    """Of the map, where it puts the only one there is."""
    box = await page.get_by_test_id("map").bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


async def inked(page: Page, x: float, y: float, *, wanted: bool = True) -> list[int]:
    """Once there is a colour there, or none any more but a breach's halo."""
    for _ in range(200):
        found: list[int] = await page.evaluate(INK, [x, y])
        if (found[3] > 200) == wanted:
            return found
        await page.wait_for_timeout(50)
    raise AssertionError(f"at {x}, {y}: {found}")


@pytest.fixture
async def page(engine: AsyncEngine, site: Site, city: City, conn: asyncpg.Connection) -> AsyncIterator[Page]:
    """The map with one person in the middle."""
    await move(conn, [city.person], at_ms=4e12)
    who = await callers.user(engine, "chief", role=Role.ADMINISTRATOR)
    async with site.officer(engine, who) as (context, _):
        made = await context.new_page()
        await made.add_init_script(COUNT_DRAWN)
        await opened(made, site)
        yield made


async def stamped(page: Page, places: list[list[int]], width: int = 20, height: int = 16) -> Any:
    data = await page.evaluate(STAMPED, [places, [width, height]])
    return np.array(data, np.uint8).reshape(height, width, 4)


async def test_circles_are_where_people_are_the_gravest_on_top(page: Page) -> None:
    board = await stamped(page, [[1020, 1016, 0], [1026, 1016, 3]])
    assert board[8, 8].tolist() == GREEN
    assert board[8, 13].tolist() == board[8, 11].tolist() == RED  # both are at the latter
    *rim, opacity = board[8, 16].tolist()
    assert rim == WHITE
    assert 0 < opacity < 255  # edges are soft
    assert board[0, 0].tolist() == [0, 0, 0, 0]


async def test_what_reaches_over_an_edge_does_not_come_in_at_the_other(page: Page) -> None:
    corners = [[1000, 1000, 0], [1040, 1032, 0], [1040, 1000, 0], [1000, 1032, 0]]
    board = await stamped(page, [*corners, [-(2**31), 0, 0], [2**31 - 1, 2**31 - 1, 3]])
    assert board[0, 0].tolist() == board[15, 19].tolist() == GREEN
    assert not board[6:10].any()
    assert not board[:, 6:14].any()
    alone = await stamped(page, [[1000, 1016, 0]])
    assert alone[8, 0].tolist() == GREEN
    assert not alone[:, 5:].any()


async def test_what_is_hollow_stays_hollow_and_colours_mix(page: Page) -> None:
    board = await stamped(page, [[1020, 1016, 2]])
    assert board[8, 8].tolist()[3] == 0
    under = await stamped(page, [[1020, 1016, 0], [1020, 1016, 2]])
    assert under[8, 8].tolist() == GREEN


async def test_the_map_rests_while_people_move(page: Page, conn: asyncpg.Connection, city: City) -> None:
    x, y = await middle(page)
    await inked(page, x, y)
    before, drawn = await rested(page)
    await move(conn, [city.person], at_ms=5e12, lon=LON + 0.02)
    await inked(page, x, y, wanted=False)
    now, again = await page.evaluate(DRAWN)
    assert again > drawn
    assert now == before


async def test_people_are_chosen_with_the_mouse_and_ringed(page: Page) -> None:
    x, y = await middle(page)
    await inked(page, x, y)
    await page.mouse.move(x + 3, y)
    await expect(page.locator(".maplibregl-canvas")).to_have_css("cursor", "pointer")
    await page.mouse.move(x + 200, y)
    await expect(page.locator(".maplibregl-canvas")).not_to_have_css("cursor", "pointer")
    await page.mouse.click(x + 3, y)
    await expect(page.get_by_test_id("person-card-name")).to_contain_text("Aliyev")
    assert (await inked(page, x + 15, y))[:3] == ACCENT


async def test_the_sheet_moves_with_the_map(page: Page) -> None:
    x, y = await middle(page)
    await inked(page, x, y)
    await page.mouse.move(x + 150, y + 150)
    await page.mouse.down()
    await page.mouse.move(x + 50, y + 100, steps=8)
    await page.mouse.move(x + 30, y + 90, steps=8)
    await inked(page, x - 120, y - 60)
    assert (await page.evaluate(INK, [x, y]))[3] == 0
    await page.mouse.up()


async def test_cells_are_opened_with_the_mouse(
    engine: AsyncEngine, conn: asyncpg.Connection, site: Site, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenery, "MOST_NAMED", 3)
    people = [city.person, *[await files.person(engine, f"Olim{n}") for n in range(4)]]
    await move(conn, people, at_ms=4e12)
    who = await callers.user(engine, "chief", role=Role.ADMINISTRATOR)
    async with site.officer(engine, who) as (context, _):
        page = await context.new_page()
        await opened(page, site)
        await expect(page.get_by_test_id("map")).to_have_attribute("data-cells", "1")
        assert await away(page) > 150
        await page.mouse.click(*await found(page))
        for _ in range(80):  # what was opened comes near the middle
            if await away(page) < 100:
                return
            await page.wait_for_timeout(250)
        raise AssertionError(f"still {await away(page)} away")


FOUND: Final = """() => {
  const sheet = document.querySelector(".map-sheet"), box = sheet.getBoundingClientRect();
  const plain = new OffscreenCanvas(sheet.width, sheet.height).getContext("2d");
  plain.drawImage(sheet, 0, 0);
  const {data} = plain.getImageData(0, 0, sheet.width, sheet.height);
  const all = [];
  for (let i = 0; i < data.length / 4; i++) if (data[4 * i + 3] > 200) all.push(i);
  const sum = (place) => all.reduce((total, i) => total + place(i), 0) / all.length;
  if (!all.length) return null;
  const ratio = box.width / sheet.width;
  const [x, y] = [sum((i) => i % sheet.width), sum((i) => Math.floor(i / sheet.width))];
  return [box.x + ratio * x, box.y + ratio * y];
}"""


async def found(page: Page) -> tuple[float, float]:
    """The middle of everything on the sheet, in pixels of the page."""
    for _ in range(200):
        if place := await page.evaluate(FOUND):
            return place[0], place[1]
        await page.wait_for_timeout(50)
    raise AssertionError("nothing is painted")


async def away(page: Page) -> float:
    """Pixels from the middle of the map."""
    return float(np.hypot(*np.subtract(await found(page), await middle(page))))
