"""What tests do with the relatives' app in a browser: signing in, choosing, and looking for what is wrong."""

import io
import re
from pathlib import Path

from PIL import Image
from playwright.async_api import FilePayload, Page, expect
from sqlalchemy.ext.asyncio import AsyncEngine

from core import clock, db
from core.sealing import Keys
from messaging.relatives.accounts import sending
from related import Gateway

SMALL = {"width": 320, "height": 600}
AXE = Path(__file__).parents[1] / "dashboards/web/node_modules/axe-core/axe.min.js"
RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}"
KEPT = """async () => {
  const db = await new Promise((done) => {
    const asked = indexedDB.open("my");
    asked.onsuccess = () => done(asked.result);
  });
  const isRaw = (value) => value instanceof Uint8Array || value instanceof ArrayBuffer;
  const plain = (value) => isRaw(value) ? new TextDecoder("latin1").decode(value)
    : value && typeof value === "object" ? Object.values(value).map(plain).join(" ") : String(value);
  const all = (name) => new Promise((done) => {
    const asked = db.transaction(name).objectStore(name).getAll();
    asked.onsuccess = () => done(plain(asked.result));
  });
  return (await Promise.all([...db.objectStoreNames].map(all))).join(" ");
}"""
"""Everything that the telephone keeps, as one text."""


async def sign_in(page: Page, engine: AsyncEngine, home: Path) -> None:
    gateway = Gateway()
    await page.goto("/my")
    await page.get_by_test_id("sign-in").click()
    await page.get_by_test_id("phone").fill("+998 90 999 12 34")
    await page.get_by_test_id("send-code").click()
    await expect(page.get_by_test_id("code")).to_be_visible()
    async with db.transaction(engine) as conn:
        await sending.deliver(conn, Keys(home / "keys"), sender=gateway, now=clock.now())
    await page.get_by_test_id("code").fill(re.findall(r"[0-9]{6}", gateway.sent[-1][1])[0])
    await page.get_by_test_id("prove").click()
    await expect(page.get_by_test_id("sign-out")).to_be_visible()


async def choose(page: Page, *names: str) -> None:
    for name in names:
        await page.get_by_test_id(name).check()
        await page.get_by_test_id("next").click()


def photo() -> FilePayload:
    made = io.BytesIO()
    Image.effect_noise((700, 500), 90).save(made, "PNG")  # larger than one part
    return {"name": "gate.png", "mimeType": "image/png", "buffer": made.getvalue()}


async def faults(page: Page) -> list[str]:
    """Of WCAG 2.2 AA, target sizes among them, in light and dark; and what does not fit."""
    await page.add_script_tag(path=AXE)
    wrong = []
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        found = await page.evaluate(f"axe.run({RULES}).then((r) => r.violations)")
        wrong += [f"{page.url} {one['id']}: {node['target']}" for one in found for node in one["nodes"]]
    return [*wrong, *await overflow(page)]


async def overflow(page: Page) -> list[str]:
    wide = await page.evaluate("document.documentElement.scrollWidth")
    return [f"{page.url}: {wide} px"] if wide > SMALL["width"] else []
