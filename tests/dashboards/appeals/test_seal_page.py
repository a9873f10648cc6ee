"""A letter sealed in a real browser: what leaves it tells nothing, and only key and code open anything."""

from playwright.async_api import FilePayload, Page, expect
from sqlalchemy.ext.asyncio import AsyncEngine

from app.box import opening
from core import clock, db
from core.auth import Caller
from filed.boxes import PAIR, addressee, registered
from messaging.receipts import rules as codes
from messaging.sealed import api, emptying, wire
from messaging.sealed.model import LetterId
from officers_desk import Site

ANSWER = "Tekshirib chiqdik."
SECRET = "qorongʻi xona 4419"
KEPT = """
window.sent = [];
const really = window.fetch;
window.fetch = async (where, what) => {
  const body = await new Response(what.body).arrayBuffer();
  window.sent.push(Array.from(new Uint8Array(body), (byte) => String.fromCharCode(byte)).join(""));
  return really(where, what);
};
"""
"""Notes what leaves the page, sign by sign."""
PHOTO = b"\x89PNG" + b"maxfiy-surat" * 9000


async def sealed_by(page: Page, url: str) -> tuple[str, str]:
    """Number and code as the page shows them."""
    await page.goto(f"{url}/seal")
    await page.get_by_test_id("to").select_option("ombudsman")
    await expect(page.locator("#fingerprint b")).to_contain_text(PAIR.fingerprint[:4])
    await page.get_by_test_id("subject").fill(SECRET)
    await page.get_by_test_id("body").fill(SECRET)
    photo = FilePayload(name="surat.png", mimeType="image/png", buffer=PHOTO)
    await page.get_by_test_id("files").set_input_files(files=[photo])
    await page.get_by_test_id("seal").click()
    await expect(page.get_by_test_id("sealed")).to_be_visible(timeout=30_000)
    code = codes.plain(await page.get_by_test_id("sealed-code").inner_text())
    return await page.get_by_test_id("sealed-number").inner_text(), code


async def answered(engine: AsyncEngine, ombudsman: Caller, *, number: str) -> None:
    """Opened and answered as the offline machine does it."""
    async with db.transaction(engine) as conn:
        content = api.exported(await emptying.exported(conn, ombudsman)).model_dump(mode="json")
    opened = opening.letter(content["letters"][0], PAIR)
    assert (opened.said["body"], opened.files["1-surat.png"], opened.number) == (SECRET, PHOTO, number)
    record = opening.record(content, PAIR, by="N. N.", at=clock.now())
    answer = wire.unpacked(opening.answered(opened.said, ANSWER))
    async with db.transaction(engine) as conn:
        out = LetterId(opened.id)
        await emptying.post_opening(conn, ombudsman, signed=record["signed"], taken_out=[out])
        await emptying.answer(conn, ombudsman, letter=out, message=answer)


async def test_a_letter_is_sealed_here_and_answered_to_the_code(site: Site, engine: AsyncEngine) -> None:
    ombudsman = await addressee(engine)
    await registered(engine, ombudsman, PAIR)
    context = await site.browser.new_context(viewport={"width": 390, "height": 800}, locale="uz-Latn")
    page, faults = await context.new_page(), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.add_init_script(KEPT)
    number, code = await sealed_by(page, site.url)
    assert codes.is_sound(code)
    await answered(engine, ombudsman, number=number)
    await page.locator("#ask [name=number]").fill(number)
    await page.locator("#ask [name=code]").fill(code)
    await page.get_by_test_id("ask").click()
    await expect(page.get_by_test_id("answer")).to_contain_text(ANSWER, timeout=30_000)
    sent = [body.encode("latin-1") for body in await page.evaluate("window.sent")]
    told = (SECRET.encode(), code.encode(), b"maxfiy-surat", b"surat.png")
    assert not [words for words in told for body in sent if words in body]
    assert [len(body) > 200_000 for body in sent] == [True, False]
    assert not faults
    await context.close()
