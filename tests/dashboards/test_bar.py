"""The bar: each entry that a role has is in sight or in the menu, in whole words, and nothing scrolls."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

import callers
from core import i18n
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


@pytest.mark.parametrize("language", list(i18n.LANGUAGES))
async def test_every_entry_is_in_sight_or_in_the_menu(
    site: Site, engine: AsyncEngine, *, language: str
) -> None:
    wrong = []
    for role in Role:
        who = await callers.user(engine, f"bar-{role}", role=role, language=language)
        async with site.officer(engine, who, width=1280, height=844) as (context, faults):
            page = await context.new_page()
            answer = await page.goto(f"{site.url}/me")
            if not (answer and answer.ok):  # relatives and supervised people have pages of their own
                faults.seen.clear()
                continue
            for width in WIDTHS:
                await page.set_viewport_size({"width": width, "height": 844})
                found: list[str] = await page.evaluate(WRONG)
                wrong += [f"{role} at {width}: {one}" for one in found]
    assert not wrong, "\n".join(wrong)
