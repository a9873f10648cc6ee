"""Parts of the person's own file, one of each compartment; sealed with keys of no installation."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy.ext.asyncio import AsyncEngine

from callers import user
from core import db, i18n
from core.auth import Caller, Role
from core.model import PersonId
from core.sealing import Keys
from files import numbers
from inmates.health import parts as medical
from inmates.psychology import parts as psychological


async def everything(engine: AsyncEngine, made: Mapping[str, int]) -> dict[str, int]:
    who = await user(engine, f"releasing-{next(numbers)}", role=Role.DOCTOR)
    by = Caller(who, "test", Role.ADMINISTRATOR, "Test", "en", b"")
    keys, texts = Keys(Path(mkdtemp(prefix="ejazo-keys-"))), i18n.load()
    found = {}
    async with db.transaction(engine) as conn:
        for name, release in (("medical", medical.release), ("psychology", psychological.release)):
            person = PersonId(made["person_id"])
            done = await release(conn, keys, caller=by, person=person, texts=texts, language="en")
            found[f"{name}_part_id"] = int(done.part.id)
    return found
