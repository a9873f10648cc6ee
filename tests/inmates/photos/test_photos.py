"""A photo is what it is, tells neither place nor device, never overwrites another, and is nobody else's."""

import io
from base64 import b64encode
from dataclasses import replace
from datetime import date

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from callers import browser, session, user
from core import clock
from core.auth import Role
from core.model import PersonId, UserId
from core.tables import audit
from filed.identity import merged
from filed.photos import photo
from files import institution, person, posting, stay
from inmates.photos import rules
from inmates.photos.model import Photo, PhotoId, Withdrawal

GONE = Withdrawal(clock.now(), UserId(1), "x")
TAKEN = st.tuples(st.dates(date(2020, 1, 1), date(2020, 1, 4)), st.booleans())


@given(st.lists(TAKEN, max_size=6))
def test_in_front_stands_the_newest_that_counts(drawn: list[tuple[date, bool]]) -> None:
    some = [
        Photo(PhotoId(n), PersonId(1), day, "0" * 64, clock.now(), UserId(1), GONE if gone else None)
        for n, (day, gone) in enumerate(drawn)
    ]
    front, left = rules.current(some), [one for one in some if one.withdrawn is None]
    assert (front is None) == (not left)
    assert front is None or all((one.taken_on, one.id) <= (front.taken_on, front.id) for one in left)
    if front is not None:  # withdrawn, it makes room for the one before it
        rest = [replace(one, withdrawn=GONE) if one.id == front.id else one for one in some]
        assert rules.current(rest) == rules.current(one for one in left if one.id != front.id)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_is_kept_holds_nothing_but_points(kind: str) -> None:
    kept = rules.prepared(photo(kind=kind, size=(1300, 1600)))
    large, small = (Image.open(io.BytesIO(copy)) for copy in (kept.large, kept.small))
    assert (large.format, large.size, small.size) == ("JPEG", (900, 1108), (128, 128))
    assert not dict(large.getexif())
    assert b"Telefon" not in kept.large + kept.small


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"%PDF-1.4\n", rules.PhotoUnreadable),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", rules.PhotoUnreadable),
        (photo()[:300], rules.PhotoUnreadable),
        (b"", rules.PhotoUnreadable),
        (photo(size=(119, 400)), rules.PhotoTooSmall),
        (photo() + bytes(rules.LONGEST), rules.PhotoTooLong),
    ],
)
def test_what_is_no_photo_is_refused(content: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        rules.prepared(content)


async def desk(app: FastAPI) -> tuple[int, PersonId, AsyncClient]:
    engine = app.state.engine
    here, whom = await institution(engine), await person(engine, "Suratov")
    await stay(engine, whom, here)
    who = await user(engine, "reg", role=Role.REGISTRAR)
    await posting(engine, who, here)
    return here, whom, browser(app, await session(engine, who))


def new(colour: str, day: str) -> dict[str, str]:
    return {"taken_on": day, "content": b64encode(photo(colour)).decode()}


async def test_a_new_photo_stands_in_front_and_a_mistaken_one_is_shown_no_more(app: FastAPI) -> None:
    engine = app.state.engine
    _, whom, visitor = await desk(app)
    path, gone = f"/v1/people/{whom}/photos", {"why": "shows a namesake"}
    async with visitor:
        days = {"teal": "2024-05-01", "navy": "2026-05-01", "olive": "2025-05-01"}
        made = [await visitor.post(path, json=new(*drawn)) for drawn in days.items()]
        assert [answer.status_code for answer in made] == [201] * 3, made[0].text
        ids = [answer.json()["id"] for answer in made]
        for drawn, code in (
            (("olive", "2025-05-01"), "photo_known"),
            (("red", "2200-01-01"), "photo_from_later"),
            (("red", "1989-01-01"), "photo_before_birth"),
        ):
            assert (await visitor.post(path, json=new(*drawn))).json()["type"] == f"/problems/{code}"
        found = (await visitor.get(path)).json()
        assert [one["id"] for one in found["photos"]] == [ids[1], ids[2], ids[0]]
        assert found["current"] == ids[1]
        face = await visitor.get(f"/people/{whom}/face")
        assert face.headers["content-type"] == "image/jpeg", face.text[:300]
        assert Image.open(io.BytesIO(face.content)).size == (128, 128)
        withdrawn = [
            await visitor.post(f"{path}/{ids[1]}/withdrawal", json=why) for why in ({"why": " "}, gone, gone)
        ]
        assert [answer.status_code for answer in withdrawn] == [422, 204, 409]
        assert (await visitor.get(f"{path}/{ids[1]}")).status_code == 404
        assert (await visitor.get(path)).json()["current"] == ids[2]
        exported = (await visitor.get(f"/v1/people/{whom}/file")).json()["sections"]["photos"]
        assert [one["id"] for one in exported["data"]] == [ids[2], ids[0]]
        assert all(one["picture"] for one in exported["entries"])
        paper = await visitor.get(f"/v1/people/{whom}/file/pdf")
        assert paper.content.count(b"/Subtype /Image") == 2
    async with engine.begin() as conn:
        deeds = select(audit.c.detail["deed"].astext).where(audit.c.action == "person:write")
        done = [deed for deed in (await conn.execute(deeds.order_by(audit.c.id))).scalars() if deed]
        assert done == ["added"] * 3 + ["withdrawn"]
    for deed in ("update photos set taken_on = '2000-01-01'", "delete from photo_withdrawals"):
        with pytest.raises(DBAPIError):
            async with engine.begin() as conn:
                await conn.execute(text(deed))


async def test_pages_show_it_to_who_may_see_the_person_and_as_one_humans(app: FastAPI) -> None:
    engine = app.state.engine
    here, whom, visitor = await desk(app)
    path, today = f"/v1/people/{whom}/photos", clock.today().isoformat()
    async with visitor:
        file = {"file": ("x.png", photo("red"))}
        sent = await visitor.post(f"/people/{whom}/photos", data={"taken_on": today}, files=file)
        assert sent.status_code == 303
        ident = (await visitor.get(path)).json()["current"]
        assert "data:image/jpeg;base64," in (await visitor.get("/people")).text
        assert f'src="{path}/{ident}"' in (await visitor.get(f"/people/{whom}/identity")).text
        other = await person(engine, "Suratov")
        await stay(engine, other, here)
        assert (await visitor.get(f"/v1/people/{other}/photos/{ident}")).status_code == 404
        assert "svg" in (await visitor.get(f"/people/{other}/face")).headers["content-type"]
        await merged(engine, other, whom)
        assert (await visitor.get(f"/people/{other}/face")).headers["content-type"] == "image/jpeg"
    teacher = await user(engine, "t", role=Role.TEACHER)
    await posting(engine, teacher, here)
    async with browser(app, await session(engine, teacher)) as visitor:
        assert (await visitor.get(f"{path}/{ident}")).status_code == 200
        assert (await visitor.post(path, json=new("navy", today))).status_code == 403
    async with engine.begin() as conn:
        lists = select(audit.c.detail["people"]).where(audit.c.subject_kind == "list")
        assert list((await conn.execute(lists)).scalars()) == [[whom]]
