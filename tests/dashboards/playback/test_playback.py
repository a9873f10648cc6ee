"""Playback: by keyboard, readable without scripts, files with a reason, a disputed track never kept."""

from datetime import timedelta

import asyncpg
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

import callers
import city as cities
import files
from core import clock
from core.auth import Role
from officers_desk import Site
from tracking.wire import tracks_in, tracks_out


def period() -> dict[str, str]:
    now = clock.now().astimezone(clock.HERE)
    return {
        "since": f"{now - timedelta(hours=2):%Y-%m-%dT%H:%M}",
        "until": f"{now + timedelta(minutes=1):%Y-%m-%dT%H:%M}",
    }


async def test_a_slider_moves_the_person_and_keys_move_the_slider(
    site: Site, engine: AsyncEngine, city: cities.City
) -> None:
    who = await callers.user(engine, "duty", role=Role.ADMINISTRATOR)
    asked = period()
    path = f"{site.url}/people/{city.person}/playback?from={asked['since']}&to={asked['until']}"
    for width in (1280, 390):
        async with site.officer(engine, who, width=width) as (context, _):
            page = await context.new_page()
            await page.goto(path)
            await page.wait_for_selector('[data-testid="playback-map"][data-ready="yes"]')
            slider = page.get_by_test_id("playback-slider")
            before = await page.get_by_test_id("playback-time").inner_text()
            await slider.focus()
            await page.keyboard.press("ArrowRight")
            assert await page.get_by_test_id("playback-time").inner_text() != before
            await page.keyboard.press(" ")
            assert await page.get_by_test_id("playback-play").get_attribute("aria-pressed") == "true"
            await page.keyboard.press(" ")
            assert await page.get_by_test_id("playback-play").get_attribute("aria-pressed") == "false"
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, "nothing is wider than the screen"


async def test_it_reads_without_scripts_and_leaves_with_a_reason(
    app: FastAPI, conn: asyncpg.Connection, city: cities.City
) -> None:
    who = await callers.user(app.state.engine, "duty", role=Role.OFFICER)
    await files.caseload(app.state.engine, who, city.person)
    secret = await callers.session(app.state.engine, who)
    base, asked = f"/people/{city.person}/playback", period()
    async with callers.browser(app, secret) as visitor:
        page = await visitor.get(base, params={"from": asked["since"], "to": asked["until"]})
        assert "30 fixes" in page.text
        assert "not known" in page.text
        wanted = [(form, asked | {"form": form, "reason": "r"}) for form in FORMS]
        gone = {form: await visitor.post(f"{base}/file", data=said) for form, said in wanted}
        await conn.execute("update persons set number = $2 where id = $1", city.person, NUMBER)
        odd = await visitor.post(f"{base}/file", data=asked | {"form": "gpx", "reason": "r"})
        silent = await visitor.post(f"{base}/file", data=asked | {"form": "gpx", "reason": " "})
    assert {answer.status_code for answer in gone.values()} == {200}
    assert len(tracks_in.read(gone["gpx"].content)) == 30
    assert gone["pdf"].content.startswith(b"%PDF")
    assert silent.status_code == 422
    assert odd.status_code == 200
    assert 'evil.html"' not in odd.headers["content-disposition"]
    why = await conn.fetch("select why from audit where action = 'track:export'")
    assert [row["why"] for row in why] == ["r"] * (len(FORMS) + 1)


NUMBER = 'Б-1"; filename="evil.html'
FORMS = [*tracks_out.WRITERS, "pdf"]


async def test_several_are_played_by_their_file_numbers(
    app: FastAPI, conn: asyncpg.Connection, city: cities.City
) -> None:
    """Whose file is not the caller's is told from nobody's by nothing."""
    engine = app.state.engine
    who, asked = await callers.user(engine, "duty", role=Role.OFFICER), period()
    own = await files.person(engine, "Qodirova", number="OWN-7")
    await files.person(engine, "Boshqayev", number="FAR-1")
    for whom in (city.person, own):
        await files.caseload(engine, who, whom)
    async with callers.browser(app, await callers.session(engine, who)) as visitor:
        said = {"from": asked["since"], "to": asked["until"], "with": "OWN-7, FAR-1; NONE-2"}
        page = (await visitor.get(f"/people/{city.person}/playback", params=said)).text
    assert f'data-testid="band-{own}"' in page
    assert "FAR-1, NONE-2</p>" in page
    assert "Boshqayev" not in page
    read = "select count(*) from audit where action = 'track:read' and subject_id = $1"
    assert await conn.fetchval(read, own) == 1


async def test_a_disputed_track_is_shown_and_not_kept(
    app: FastAPI, conn: asyncpg.Connection, city: cities.City
) -> None:
    who = await callers.user(app.state.engine, "duty", role=Role.ADMINISTRATOR)
    secret = await callers.session(app.state.engine, who)
    count = "select count(*) from fixes"
    before = await conn.fetchval(count)
    track = tracks_out.gpx("mine", [tracks_out.Spot(clock.now(), 69.2, 41.3)])
    async with callers.browser(app, secret) as visitor:
        base = f"/people/{city.person}/playback"
        shown = await visitor.post(base, data=period(), files={"file": ("mine.gpx", track)})
        refused = await visitor.post(base, data=period(), files={"file": ("x.gpx", b"<!DOCTYPE a []><a/>")})
    assert shown.status_code == 200
    assert 'data-testid="disputed"' in shown.text
    assert refused.status_code == 422
    assert await conn.fetchval(count) == before
