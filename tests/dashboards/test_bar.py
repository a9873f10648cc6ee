"""The bar: each entry that a role has is in sight or in the menu, in whole words, and nothing scrolls."""

import re

import pytest
from playwright.async_api import BrowserContext
from sqlalchemy.ext.asyncio import AsyncEngine

import callers
from core import i18n, sessions
from core.auth import Role
from officers_desk import Site

WIDTHS = (360, 390, 768, 1024, 1280)
WRONG = """() => {
  const nav = document.querySelector(".bar nav");
  const menu = nav.querySelector("details");
  if (menu) menu.open = true;
  const wrong = nav.scrollWidth > nav.clientWidth ? ["it scrolls"] : [];
  const [every, shown] = [new Set(), new Set()];
  for (const one of nav.querySelectorAll("a, summary")) {
    const entry = one.dataset.entry ?? "more";
    const { left, right, width } = one.getBoundingClientRect();
    if (entry !== "more") every.add(entry);
    if (!width || !one.checkVisibility()) continue;
    shown.add(entry);
    if (left < 0 || right > innerWidth || one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight + 1) wrong.push(`${entry} is cut`);
  }
  return [...wrong, ...[...every].filter((entry) => !shown.has(entry)).map((entry) => `${entry} is hidden`)];
}"""  # noqa: E501 - one condition


async def bar_of(context: BrowserContext, address: str) -> str | None:
    """Its markup as it is served; relatives and supervised people have pages of their own."""
    answer = await context.request.get(address)
    found = re.search(r'class="bar".*?</nav>', await answer.text(), re.DOTALL)
    return found.group() if answer.ok and found else None


@pytest.mark.parametrize("language", list(i18n.LANGUAGES))
async def test_every_entry_is_in_sight_or_in_the_menu(
    site: Site, engine: AsyncEngine, *, language: str
) -> None:
    """Roles whose bars are the same are looked at once."""
    wrong, looked_at = [], set[str]()
    context = await site.browser.new_context(viewport={"width": 1280, "height": 844})
    page = await context.new_page()
    for role in Role:
        who = await callers.user(engine, f"bar-{role}", role=role, language=language)
        cookie = {"name": sessions.COOKIE, "value": await callers.session(engine, who), "url": site.url}
        await context.add_cookies([cookie])  # type: ignore[list-item]
        bar = await bar_of(context, f"{site.url}/me")
        if bar is None or bar in looked_at:
            continue
        looked_at.add(bar)
        await page.goto(f"{site.url}/me")
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 844})
            found: list[str] = await page.evaluate(WRONG)
            wrong += [f"{role} at {width}: {one}" for one in found]
    await context.close()
    assert not wrong, "\n".join(wrong)
    assert len(looked_at) > 3
