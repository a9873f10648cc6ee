"""A file cut anywhere arrives whole, is what it says, and tells nobody where it was made."""

import asyncio
import base64
import io
import struct
from hashlib import sha256

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import select

from core import pictures
from core.model import RelativeId
from messaging.mobile import live, service
from messaging.mobile.model import Thing
from messaging.mobile.uploads import rules
from messaging.mobile.uploads.model import Fault
from messaging.mobile.uploads.tables import uploads
from related import account, handset
from simulators.relatives.handset import Handset, uuid7

PATH = "/v1/my/uploads"
TUS = {"tus_resumable": "1.0.0"}
BYTES = {"content_type": "application/offset+octet-stream"}


def said(kind: str = "text/plain") -> str:
    pairs = {"filetype": kind, "client_id": str(uuid7())}
    return ",".join(f"{name} {base64.b64encode(text.encode()).decode()}" for name, text in pairs.items())


def photo() -> bytes:
    made, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = "Telefon"
    exif.get_ifd(0x8825)[2] = (41.0, 18.0, 0.0)
    Image.new("RGB", (40, 30), "red").save(made, "JPEG", exif=exif)
    return made.getvalue()


async def begun(phone: Handset, content: bytes, kind: str = "text/plain") -> str:
    answer = await phone.post(PATH, **TUS, upload_length=str(len(content)), upload_metadata=said(kind))
    assert answer.status_code == 201
    return answer.headers["location"]


async def sent(phone: Handset, path: str, part: bytes, *, at: int, **more: str) -> int:
    answer = await phone.send("PATCH", path, content=part, upload_offset=str(at), **TUS, **BYTES, **more)
    return answer.status_code


@settings(max_examples=5, suppress_health_check=list(HealthCheck))
@given(st.integers(1, 2000), st.lists(st.integers(0, 700), max_size=6))
async def test_cut_at_any_bytes_it_arrives_whole(app: FastAPI, length: int, cuts: list[int]) -> None:
    content, phone = ("salom " * length)[:length].encode(), await handset(app)
    async with phone.http:
        path = await begun(phone, content)
        for size in [*cuts, length]:
            head = await phone.send("HEAD", path, **TUS)
            at = int(head.headers["upload-offset"])
            if at == length:
                break
            assert await sent(phone, path, content[at : at + size], at=at) == 204
            assert await sent(phone, path, content[:1], at=at + length + 1) == 409
        found = (await phone.get(path)).json()
    assert (found["state"], found["sha256"]) == ("kept", sha256(content).hexdigest())


async def test_a_part_that_was_changed_on_its_way_is_not_kept(app: FastAPI) -> None:
    phone, content = await handset(app), b"salom dunyo"
    async with phone.http:
        path = await begun(phone, content)
        right = base64.b64encode(sha256(content).digest()).decode()
        for sum_, status in ((f"sha256 {right}", 460), ("md5 x", 400)):
            assert await sent(phone, path, content[:-1] + b"x", at=0, upload_checksum=sum_) == status
        assert (await phone.send("HEAD", path, **TUS)).headers["upload-offset"] == "0"
        assert await sent(phone, path, content, at=0, upload_checksum=f"sha256 {right}") == 204
        assert (await phone.send("HEAD", path)).status_code == 412
        assert (await phone.send("DELETE", path)).status_code == 204
        assert (await phone.get(path)).status_code == 404


async def test_what_is_too_long_or_of_another_kind_does_not_begin(app: FastAPI) -> None:
    phone = await handset(app)
    async with phone.http:
        for length, meta, status in (
            ("25000001", said(), 413),
            ("0", said(), 400),
            ("x", said(), 400),
            ("5", said("text/html"), 415),
            ("5", "filetype dGV4dC9wbGFpbg==", 400),
        ):
            answer = await phone.post(PATH, **TUS, upload_length=length, upload_metadata=meta)
            assert answer.status_code == status
        path = await begun(phone, b"12345")
        assert await sent(phone, path, b"123456", at=0) == 413


@pytest.mark.parametrize(
    ("content", "kind", "fault"),
    [
        (photo(), "image/jpeg", None),
        (photo(), "image/png", Fault.TYPE),
        (photo()[:200], "image/jpeg", Fault.PICTURE),
        (b"MZ\x90\x00" + bytes(64), "application/pdf", Fault.TYPE),
        (b"%PDF-1.4\n%\xe2\xe3\n1 0 obj\n", "application/pdf", None),
        (b"<html><script>alert(1)</script>", "text/plain", Fault.TYPE),
        (b"sal\x00om", "text/plain", Fault.TYPE),
        ("Ғалаба".encode(), "text/plain", None),
        (b"OggS\x00\x02" + bytes(22) + b"\x01\x13OpusHead", "audio/ogg", None),
    ],
)
def test_a_file_is_what_it_says(content: bytes, kind: str, fault: Fault | None) -> None:
    assert rules.look(content, kind).fault is fault


def test_the_copy_of_a_picture_tells_neither_place_nor_device() -> None:
    original = photo()
    assert Image.open(io.BytesIO(original)).getexif().get_ifd(0x8825)
    derived = rules.look(original, "image/jpeg").derived
    assert derived is not None
    copy = Image.open(io.BytesIO(derived))
    assert (dict(copy.getexif()), copy.size) == ({}, (40, 30))
    assert b"Telefon" not in derived


def test_the_copy_of_a_voice_tells_no_place() -> None:
    """Recorders write it in words (ISO 6709), or as numbers in an atom of their own."""
    place = b"+41.3111+069.2797/"
    head = struct.pack(">I", 16) + b"ftypM4A " + bytes(4)
    said = struct.pack(">I", 12 + len(place)) + b"\xa9xyz" + struct.pack(">HH", len(place), 0) + place
    known = (
        struct.pack(">I", 32) + b"loci" + bytes(4) + b"\x15\xc7uy\0\0\x45\x47\0\0\0\x29\x4f\0\0" + bytes(5)
    )
    voice = head + said + known + b"mdat" + bytes(range(256))
    derived = rules.look(voice, "audio/mp4").derived
    assert derived is not None
    assert len(derived) == len(voice)
    assert place not in derived
    assert b"\x45\x47\0\0" not in derived
    assert derived.endswith(voice[-260:])
    assert rules.look(head + b"mdat" + bytes(40), "audio/mp4").derived is None
    nested = rules.placeless(head + b"\0\0\x01\xffloci" * 4_000)
    assert len(nested) == len(head) + 32_000
    assert b"loci" not in nested


def test_a_picture_of_too_many_points_is_not_unfolded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "POINTS", 1199)
    assert rules.look(photo(), "image/jpeg").fault is Fault.PICTURE


async def test_malware_is_refused_and_its_bytes_are_gone(app: FastAPI) -> None:
    async def knows(content: bytes) -> bool:
        return b"virus" in content

    app.state.scanner = knows
    phone = await handset(app)
    async with phone.http:
        path = await begun(phone, b"virus")
        assert await sent(phone, path, b"virus", at=0) == 204
        assert (await phone.get(path)).json()["fault"] == "malware"
        made = (await phone.post("/v1/my/appeals", letter())).json()
        number = path.rpartition("/")[2]
        assert (await phone.send("PUT", f"/v1/my/appeals/{made['id']}/files/{number}")).status_code == 422


async def test_a_file_waits_while_nobody_can_look_at_it(app: FastAPI) -> None:
    """No byte is lost, nobody is told a fault, and whoever asks later is answered."""
    looks = 0

    async def away(_content: bytes) -> bool:
        nonlocal looks
        looks += 1
        if looks < 3:
            raise (ConnectionRefusedError, asyncio.IncompleteReadError(b"", 1))[looks - 1]
        async with app.state.engine.begin() as conn:  # nothing is held meanwhile
            await conn.execute(select(uploads).with_for_update(nowait=True))
        return False

    app.state.scanner = away
    phone = await handset(app)
    async with phone.http:
        path = await begun(phone, b"salom")
        first = await phone.send("PATCH", path, content=b"salom", upload_offset="0", **TUS, **BYTES)
        assert (first.status_code, first.json()["type"]) == (503, "/problems/upload_not_looked_at")
        assert int(first.headers["retry-after"]) > 0
        assert (await phone.send("HEAD", path, **TUS)).headers["upload-offset"] == "5"
        assert (await phone.get(path)).status_code == 503
        found = (await phone.get(path)).json()
    assert (found["state"], looks) == ("kept", 3)


def letter() -> dict[str, str]:
    return {"client_id": str(uuid7()), "kind": "ariza", "subject": "Namuna", "body": "Namuna soʻrov"}


async def test_a_file_is_attached_once_and_then_stays(app: FastAPI) -> None:
    phone = await handset(app)
    async with phone.http:
        path = await begun(phone, b"salom")
        assert await sent(phone, path, b"salom", at=0) == 204
        made = (await phone.post("/v1/my/appeals", letter())).json()
        attach = f"/v1/my/appeals/{made['id']}/files/{path.rpartition('/')[2]}"
        assert len((await phone.send("PUT", attach)).json()["files"]) == 1
        assert (await phone.send("PUT", attach)).status_code == 409
        assert (await phone.send("DELETE", path)).status_code == 409


async def test_who_listens_is_woken_by_what_comes_after(app: FastAPI) -> None:
    engine, who = app.state.engine, await account(app)
    pulse = live.Pulse(engine)

    async def announce(relative: RelativeId) -> None:
        async with engine.begin() as conn:
            await service.announce(conn, relative, thing=Thing.APPEAL, subject=1)
        await pulse.beat()

    await announce(who)
    late, new = pulse.follow(who, seq=0), pulse.follow(who, seq=None)
    assert await anext(late) == 1
    await announce(await account(app))
    waiting = asyncio.ensure_future(anext(new))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await announce(who)
    assert [await waiting, await anext(late)] == [2, 2]
    await late.aclose()
    await new.aclose()
    assert not pulse.bells
