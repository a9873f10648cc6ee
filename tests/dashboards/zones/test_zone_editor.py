"""The editor at the keyboard: hours walked and painted, a file taken in, a form without scripts, axe."""

import pytest
from playwright.async_api import FilePayload, Page, expect
from sqlalchemy.ext.asyncio import AsyncEngine

import files
from core.model import PersonId
from officers_desk import AXE, Site, faults, signed_in
from proposing import geojson

LINE = {"type": "LineString", "coordinates": [[69.24, 41.3], [69.25, 41.31]]}
RING = [[69.26, 41.30], [69.30, 41.30], [69.30, 41.33], [69.26, 41.33], [69.26, 41.30]]
AREA = {"type": "Polygon", "coordinates": [RING]}
POINTS = {"type": "MultiPoint", "coordinates": [[69.24, 41.3], [69.26, 41.3]]}


def upload(content: bytes) -> FilePayload:
    return {"name": "x.geojson", "mimeType": "application/json", "buffer": content}


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm ci in dashboards/web")
async def test_hours_files_and_axe(site: Site, engine: AsyncEngine) -> None:
    ids = await files.everything(engine)
    async with signed_in(site, engine, bypass_csp=True, reduced_motion="reduce") as page:
        await page.goto(f"{site.url}/orders/{ids['order_id']}/rules/new")
        await expect(page.get_by_test_id("zone-map")).to_have_attribute("data-ready", "yes")
        await an_area_is_drawn_without_a_mouse(page)
        await page.locator(".hours-grid .cell").first.focus()
        await page.keyboard.press("End")
        await page.keyboard.press("Space")
        await page.keyboard.press("Shift+ArrowLeft")
        await expect(page.get_by_test_id("day-0")).to_have_value("22:00–24:00")
        wrong = await faults(page)
        await page.locator("details.more summary").click()
        await page.locator("[name=metres]").fill("50")
        await page.locator("[name=file]").set_input_files(upload(geojson(LINE)))
        await page.get_by_test_id("import").click()
        await expect(page.get_by_test_id("zone-map")).to_have_attribute("data-mode", "edit")
        await expect(page.get_by_test_id("shape-corridor")).to_be_checked()
        await expect(page.get_by_test_id("day-0")).to_have_value("22:00–24:00")
        await page.locator("details.more summary").click()
        await page.locator("[name=file]").set_input_files(upload(geojson(POINTS)))
        await page.get_by_test_id("import").click()
        await expect(page.get_by_test_id("zone-map")).to_have_attribute("data-mode", "large")
        await a_hole_is_drawn_dragged_and_removed(page)
        for path in ("/zones", f"/proposals/{ids['proposal_id']}", f"/people/{ids['person_id']}/rules"):
            await page.goto(site.url + path)
            wrong += await faults(page)
        assert not wrong


async def an_area_is_drawn_without_a_mouse(page: Page) -> None:
    """The map moves under its middle; what the last key set is taken back."""
    board, typed = page.get_by_test_id("zone-map"), page.get_by_test_id("coordinates")
    await board.locator("canvas").focus()
    keys = ("Space", "ArrowRight", "Space", "Backspace", "Space", "ArrowDown", "Space", "Enter")
    for key in keys:
        await page.keyboard.press(key)
    await expect(board).to_have_attribute("data-mode", "edit")
    points = {tuple(map(float, row.split(","))) for row in (await typed.input_value()).splitlines()}
    assert len(points) == 3
    (west, east), (south, north) = ((min(axis), max(axis)) for axis in zip(*points, strict=True))
    assert east > west
    assert north > south


async def a_hole_is_drawn_dragged_and_removed(page: Page) -> None:
    board, typed = page.get_by_test_id("zone-map"), page.get_by_test_id("coordinates")
    await page.locator("details.more summary").click()
    await page.locator("[name=metres]").fill("0")
    await page.locator("[name=file]").set_input_files(upload(geojson(AREA)))
    await page.get_by_test_id("import").click()
    await expect(board).to_have_attribute("data-mode", "edit")
    await expect(board).to_have_attribute("data-ready", "yes")
    await board.scroll_into_view_if_needed()
    box = await board.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await page.get_by_test_id("hole").click()
    for dx, dy in ((-40, -30), (40, -30), (0, 40)):
        await page.mouse.click(x + dx, y + dy)
    await page.get_by_test_id("finish").click()
    await expect(board).to_have_attribute("data-holes", "1")
    border, hole = (await typed.input_value()).split("\n\n")
    assert (len(border.splitlines()), len(hole.splitlines())) == (4, 3)
    await page.mouse.move(x, y + 40)
    await page.mouse.down()
    await page.mouse.move(x, y + 20, steps=3)
    await page.mouse.up()
    moved = (await typed.input_value()).split("\n\n")
    assert (moved[0], moved[1] != hole) == (border, True)
    await page.get_by_test_id("unhole").click()
    await expect(typed).to_have_value(border)
    await expect(board).to_have_attribute("data-holes", "0")


async def test_without_scripts_a_rule_is_a_plain_form(site: Site, engine: AsyncEngine) -> None:
    order = await files.order(engine, PersonId(await files.person(engine)))
    async with signed_in(site, engine, java_script_enabled=False) as page:
        await page.goto(f"{site.url}/orders/{order}/rules/new")
        await page.locator("[name=name]").fill("Uy")
        await page.locator("[name=reason]").fill("1-1")
        await page.get_by_test_id("shape-circle").check()
        await page.get_by_test_id("coordinates").fill("41.30, 69.24")
        await page.get_by_test_id("day-6").fill("24:00-25:00")
        await page.get_by_test_id("save").click()
        await expect(page.get_by_test_id("fault")).to_be_visible()
        await page.get_by_test_id("day-6").fill("22:00-24:00")
        await page.get_by_test_id("save").click()
        await expect(page.get_by_test_id("own")).to_be_visible()
