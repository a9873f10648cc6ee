"""Every page of the officers, in long words, on a desk and on a telephone: nothing lies off the screen."""

import re
from itertools import product
from urllib.parse import urlencode

import asyncpg
import pytest
from playwright.async_api import BrowserContext, Page, Route
from sqlalchemy.ext.asyncio import AsyncEngine

import callers
import files
from asked import QUESTIONS
from city import City
from core import clock
from core.auth import GRANTS, Permission, Role
from core.model import PersonId
from officers_desk import Site
from ways import house, ways

DESK, TELEPHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
ROLES = (Role.OFFICER, Role.OVERSIGHT, Role.ADMINISTRATOR, Role.REGISTRAR, Role.PSYCHOLOGIST, Role.DOCTOR)
"""Each opens the pages that those before it may not."""
NO_PAGES = re.compile(r"^/$|^/(v1|fhir|xapi)/|\.csv$|/face$|/{date}/map$|{name|/(paper|conclusion)(/|$)")
"""Data, pictures, a frame within a page, doors that need a name, papers of what is not decided."""
LONGEST = ("uz-Latn", "ru")
"""Languages: the others' words are no longer. Pages take turns with them: each once more takes a minute."""
SLOWEST_MS = 90_000
"""The preview of a proposal replays a week: on a machine with other work it may take long."""
LONG = "Abdurahmonqoʻziyeva-Shayxontohurova"
OUTSIDE = """() => {
  const clipped = (one) => {
    for (let up = one.parentElement; up && up !== document.body; up = up.parentElement) {
      if (getComputedStyle(up).overflowX !== "visible") return true;
    }
    return false;
  };
  const named = (one) => one.dataset.testid || `${one.localName}.${one.className}`;
  const found = [];
  for (const one of document.body.querySelectorAll("*:not(svg *)")) {
    const { left, right, width } = one.getBoundingClientRect();
    if (!width || !one.checkVisibility({ visibilityProperty: true })) continue;
    const spills = one.scrollWidth > one.clientWidth + 1 && one.clientWidth && getComputedStyle(one).overflowX === "visible";
    if (((left < -1 || right > innerWidth + 1) && !clipped(one)) || (spills && one.matches(WORDS))) found.push(named(one));
  }
  return document.documentElement.scrollWidth > innerWidth ? ["the page", ...found] : found;
}""".replace("WORDS", "'button, .button, .pill, h1, h2, h3, p, dd, dt, li, td, th, label, summary'")  # noqa: E501
"""What sticks out of the screen, or out of its own box; what may be scrolled to is no fault."""


def pages() -> dict[str, Permission]:
    """Paths of everything that these roles may open as a page, and what it takes."""
    found = {way.path: way.guards[0] for way in ways(house()) if way.method == "GET" and way.guards}
    granted = frozenset[Permission]().union(*(GRANTS[role] for role in ROLES))
    return {
        path: guard
        for path, guard in found.items()
        if isinstance(guard, Permission) and guard in granted and not NO_PAGES.search(path)
    }


async def without_maps(route: Route) -> None:
    """Drawing the map takes longer than everything else, and its box is there without it."""
    await (route.continue_() if route.request.frame.url.endswith("/map") else route.abort())


async def outside(page: Page, path: str) -> list[str]:
    wrong = []
    for size in (DESK, TELEPHONE):
        await page.set_viewport_size(size)  # type: ignore[arg-type]
        wrong += [f"{path} at {size['width']}: {one}" for one in (await page.evaluate(OUTSIDE))[:4]]
    return wrong


async def walked(
    context: BrowserContext, site: Site, paths: list[str], ids: dict[str, int]
) -> dict[str, list[str]]:
    """What is wrong with each of these pages that opens."""
    page, told = await context.new_page(), dict[str, list[str]]()
    for path in paths:
        await page.set_viewport_size(DESK)  # type: ignore[arg-type]
        asked = f"?{urlencode(QUESTIONS[path])}" if path in QUESTIONS else ""
        answer = await page.goto(site.url + path.format(**ids, date=clock.today().isoformat()) + asked)
        if answer and answer.ok:
            told[path] = await outside(page, path)
    return told


@pytest.mark.slow
async def test_nothing_lies_outside_the_screen(
    site: Site, engine: AsyncEngine, conn: asyncpg.Connection, *, city: City
) -> None:
    await conn.execute("update persons set surname = $1, patronymic = $1", LONG)
    told, every = dict[str, list[str]](), pages()
    for role, (turn, language) in product(ROLES, enumerate(LONGEST)):
        who = await callers.user(engine, f"long-{role}-{language}", role=role, language=language)
        await files.caseload(engine, who, PersonId(city.person))
        await files.posting(engine, who, city.ids["institution_id"])
        async with site.officer(engine, who) as (context, faults):
            context.set_default_navigation_timeout(SLOWEST_MS)
            await context.route("**/vendor/maplibre-gl.mjs", without_maps)
            left = [path for path, guard in every.items() if guard in GRANTS[role] and path not in told]
            told |= await walked(context, site, left[:: len(LONGEST) - turn], city.ids)
            faults.seen.clear()  # of maps that were not drawn
    assert not (wrong := [one for each in told.values() for one in each]), "\n".join(wrong)
    assert told.keys() == every.keys()
