"""A letter sealed in a real browser: what leaves it tells nothing, and only key and code open anything."""

from playwright.async_api import expect
from sqlalchemy.ext.asyncio import AsyncEngine

from app.box import opening, sealing
from core import clock, db
from filed.boxes import PAIR, addressee, registered
from messaging.receipts import rules as codes
from messaging.sealed import emptying, wire
from messaging.sealed.model import LetterId
from officers_desk import Site

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


async def test_a_letter_is_sealed_here_and_answered_to_the_code(site: Site, engine: AsyncEngine) -> None:
    ombudsman = await addressee(engine)
    await registered(engine, ombudsman, PAIR)
    context = await site.browser.new_context(viewport={"width": 390, "height": 800}, locale="uz-Latn")
    page = await context.new_page()
    faults: list[str] = []
    await page.add_init_script(KEPT)
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.goto(f"{site.url}/seal")
    await page.get_by_test_id("to").select_option("ombudsman")
    await expect(page.locator("#fingerprint b")).to_contain_text(PAIR.fingerprint[:4])
    await page.get_by_test_id("subject").fill(SECRET)
    await page.get_by_test_id("body").fill(SECRET)
    photo = {"name": "surat.png", "mimeType": "image/png", "buffer": PHOTO}
    await page.get_by_test_id("files").set_input_files(files=[photo])  # type: ignore[list-item]
    await page.get_by_test_id("seal").click()
    await expect(page.get_by_test_id("sealed")).to_be_visible(timeout=30_000)
    number = await page.get_by_test_id("sealed-number").inner_text()
    code = codes.plain(await page.get_by_test_id("sealed-code").inner_text())
    assert codes.is_sound(code)

    async with db.transaction(engine) as conn:
        export = await emptying.exported(conn, ombudsman)
    [(letter, held)] = export.letters
    one = {
        "id": letter.id,
        "number": letter.number,
        "received_on": "",
        "digest": letter.digest.hex(),
        "message": wire.packed(held.message),
        "files": [wire.packed(file) for file in held.files],
    }
    opened = opening.letter(one, PAIR)
    assert (opened.said["body"], opened.files["1-surat.png"], opened.number) == (SECRET, PHOTO, number)
    answer = wire.unpacked(opening.answered(opened.said, "Tekshirib chiqdik."))
    assert sealing.answer(answer, code=code)["body"] == "Tekshirib chiqdik."
    content = {"previous": export.previous.hex(), "letters": [one]}
    record = opening.record(content, PAIR, by="N. N.", at=clock.now())
    async with db.transaction(engine) as conn:
        out = [LetterId(letter.id)]
        await emptying.post_opening(conn, ombudsman, signed=record["signed"], taken_out=out)
        await emptying.answer(conn, ombudsman, letter=LetterId(letter.id), message=answer)

    await page.locator("#ask [name=number]").fill(number)
    await page.locator("#ask [name=code]").fill(code)
    await page.get_by_test_id("ask").click()
    await expect(page.get_by_test_id("answer")).to_contain_text("Tekshirib chiqdik.", timeout=30_000)
    sent = [body.encode("latin-1") for body in await page.evaluate("window.sent")]
    told = (SECRET.encode(), code.encode(), b"maxfiy-surat", b"surat.png")
    assert not [words for words in told for body in sent if words in body]
    assert [len(body) > 200_000 for body in sent] == [True, False]
    assert not faults
    await context.close()
