"""An identity with its documents, and another file of the same human that was merged into it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy.ext.asyncio import AsyncEngine

from core import db
from core.model import PersonId
from core.sealing import Keys
from core.tables import users
from files import numbers, person, row, stay
from inmates.identity import rules, sealing, store
from inmates.identity.model import DocumentKind, Ground, Identity, MergeId

NAMUNA = Identity(
    surname="Gʻaniyev",
    given_name="Oʻktam",
    patronymic="Namuna oʻgʻli",
    surname_cyrl="Ғаниев",
    given_name_cyrl="Ўктам",
    patronymic_cyrl="Намуна ўғли",
    sex="m",
    born_on=date(1990, 5, 1),
    birth_place="Andijon",
    citizenship="UZ",
)


ALIYEV = replace(
    NAMUNA, surname="Aliyev", given_name="Namuna", surname_cyrl="Алиев", given_name_cyrl="Намуна"
)
"""As `files.person` calls everybody."""


def pinfl(identity: Identity, serial: int = 1) -> str:
    """Recognisably made up: area 999."""
    century = {1800: 1, 1900: 3, 2000: 5}[identity.born_on.year // 100 * 100] + (identity.sex == "f")
    digits = f"{century}{identity.born_on:%d%m%y}999{serial % 999 + 1:03}"
    return f"{digits}{rules.check_digit(digits)}"


async def identity(engine: AsyncEngine, keys: Keys, whom: PersonId, given: Identity = NAMUNA) -> None:
    """The first version, of a person who is there."""
    kept = rules.kept(given)
    async with db.transaction(engine) as conn:
        line = store.row_of(kept, sealing.sealed(keys, whom, kept))
        await store.write(conn, whom, 1, ground=Ground.ENTERED, why="", by=None, row=line)
        await store.rename(conn, whom, kept, other_names=rules.found_by([kept]))


async def merged(engine: AsyncEngine, survivor: PersonId, absorbed: PersonId) -> MergeId:
    who = {"login": f"merger-{next(numbers)}", "password_hash": "x", "role": "registrar", "shown_as": "M"}
    by = await row(engine, users, **who)
    async with db.transaction(engine) as conn:
        made = await store.merge(conn, survivor, absorbed, by=by, why="the same")  # type: ignore[arg-type]
        await store.lead(conn, [survivor, absorbed], {absorbed: survivor})
    return made


async def everything(engine: AsyncEngine, made: Mapping[str, int]) -> dict[str, int]:
    """`double_id`: somebody who may be the same; `merge_id`: of a third file that is."""
    whom = PersonId(made["person_id"])
    double, absorbed = await person(engine, "Namunayev"), await person(engine, "Namunayev")
    for other in (double, absorbed):
        await stay(engine, other, made["institution_id"])
    bare = Keys(Path(mkdtemp(prefix="ejazo-keys-")))  # nothing is sealed: it has no identifiers
    await identity(engine, bare, whom, ALIYEV)
    return {"merge_id": await merged(engine, whom, absorbed), "double_id": double}


PASSPORT = replace(NAMUNA, pinfl=pinfl(NAMUNA), document_kind=DocumentKind.PASSPORT, document="AA1234567")
