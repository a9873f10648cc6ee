"""A real browser before the running application; it reports everything that goes wrong in a page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page
from sqlalchemy.ext.asyncio import AsyncEngine

import callers
from core import sessions
from core.auth import Role
from core.model import UserId

AXE = Path(__file__).parents[1] / "dashboards/web/node_modules/axe-core/axe.min.js"
RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}"


@dataclass
class Faults:
    """What a page must never do."""

    site: str
    seen: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.seen.append(f"error: {error}"))
        page.on("console", lambda m: self.seen.append(f"console: {m.text}") if m.type == "error" else None)
        page.on("request", lambda request: self.foreign(request.url))
        page.on("response", lambda r: self.seen.append(f"{r.status} {r.url}") if r.status >= 400 else None)
        page.on("websocket", lambda socket: self.foreign(socket.url))

    def foreign(self, url: str) -> None:
        where = urlsplit(url)
        if where.scheme not in {"data", "blob"} and where.netloc != self.site:
            self.seen.append(f"foreign: {url}")


@dataclass
class Site:
    url: str
    browser: Browser

    @asynccontextmanager
    async def officer(
        self, engine: AsyncEngine, who: UserId, *, width: int = 1400, height: int = 900
    ) -> AsyncIterator[tuple[BrowserContext, Faults]]:
        """A signed-in browser; whatever went wrong in it fails the test at the end."""
        secret = await callers.session(engine, who)
        context = await self.browser.new_context(viewport={"width": width, "height": height})
        await context.add_cookies([{"name": sessions.COOKIE, "value": secret, "url": self.url}])
        faults = Faults(urlsplit(self.url).netloc)
        context.on("page", faults.watch)
        yield context, faults
        await context.close()
        assert not faults.seen


@asynccontextmanager
async def signed_in(site: Site, engine: AsyncEngine, **browser: Any) -> AsyncIterator[Page]:
    secret = await callers.session(engine, await callers.user(engine, "chief", role=Role.ADMINISTRATOR))
    context = await site.browser.new_context(**browser)
    await context.add_cookies([{"name": sessions.COOKIE, "value": secret, "url": site.url}])
    yield await context.new_page()
    await context.close()


async def faults(page: Page) -> list[str]:
    """Of WCAG 2.2 AA, as rule: element. The script is given to the page, never served."""
    await page.add_script_tag(path=AXE)
    found = await page.evaluate(f"axe.run({RULES}).then((r) => r.violations)")
    return [f"{one['id']}: {node['target']}" for one in found for node in one["nodes"]]
