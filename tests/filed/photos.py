"""A photo; sealed with keys of no installation: pages meet what they cannot open."""

import io
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp

from PIL import Image
from sqlalchemy.ext.asyncio import AsyncEngine

from callers import user
from core import clock, db
from core.auth import Caller, Role
from core.model import PersonId
from core.sealing import Keys
from files import numbers
from inmates.photos import service


def photo(colour: str = "teal", *, kind: str = "JPEG", size: tuple[int, int] = (300, 400)) -> bytes:
    """As a telephone makes it: with the place and the maker in it."""
    made, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = "Telefon"
    exif.get_ifd(0x8825)[2] = (41.0, 18.0, 0.0)
    Image.new("RGB", size, colour).save(made, kind, exif=exif)
    return made.getvalue()


async def everything(engine: AsyncEngine, made: Mapping[str, int]) -> dict[str, int]:
    who = await user(engine, f"photographer-{next(numbers)}", role=Role.REGISTRAR)
    by = Caller(who, "test", Role.ADMINISTRATOR, "Test", "en", b"")
    keys = Keys(Path(mkdtemp(prefix="ejazo-keys-")))
    async with db.transaction(engine) as conn:
        person, today = PersonId(made["person_id"]), clock.today()
        ident = await service.add(conn, keys, by, person=person, content=photo(), taken_on=today)
    return {"photo_id": ident}
