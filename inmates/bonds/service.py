"""Declaring a bond, showing the register, ending a bond: looking at such a file is then told to oversight."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock, db
from core.auth import Caller, Permission
from core.errors import NotAllowed, NotFound
from core.model import UserId
from core.sealing import Keys
from inmates import store as people
from inmates.bonds import rules, store
from inmates.bonds.model import Bond, BondId, Kind
from inmates.bonds.tables import bonds
from inmates.identity import finding

MOST = 100
SUBJECT = "bond"


async def declare(
    conn: AsyncConnection,
    keys: Keys,
    caller: Caller,
    *,
    number: str,
    kind: Kind,
    words: str = "",
    login: str = "",
) -> BondId:
    """Of oneself, or of the account `login`; `number`: of the file, or the personal number."""
    user = await _whose(conn, caller, login=login.strip())
    person = await finding.called(conn, keys, number)
    await people.hold(conn, person)
    if await store.stands(conn, user, person):
        raise rules.Declared
    said, now = " ".join(words.split()), clock.now()
    made = await store.add(conn, user, person, kind=kind, words=said, by=caller.user, at=now)
    await _note(conn, caller, Permission.BOND_WRITE, bond=made, detail={"user": user, "kind": kind.value})
    return made


async def _whose(conn: AsyncConnection, caller: Caller, *, login: str) -> UserId:
    if login in {"", caller.login}:
        return caller.user
    if not rules.may_declare_for_others(caller):
        raise NotAllowed
    found = await people.user_called(conn, login)
    if found is None:
        raise NotFound
    return found


async def listed(conn: AsyncConnection, caller: Caller, *, before: BondId | None) -> Sequence[Bond]:
    """Oversight sees everybody's, others their own and what they have declared for somebody."""
    by = None if caller.may(Permission.OVERSIGHT_READ) else caller.user
    found = await store.listed(conn, by=by, before=before, most=MOST)
    await _note(conn, caller, Permission.BOND_READ, bond=None, detail={"shown": len(found)})
    return found


async def end(conn: AsyncConnection, caller: Caller, *, bond: BondId, why: str) -> None:
    """By another human than the one it binds, in words."""
    said = " ".join(why.split())
    await db.hold(conn, bonds, ident=bond)
    found = await store.bond(conn, bond)
    if found is None:
        raise NotFound
    rules.check_end(found, caller, why=said)
    await store.end(conn, found, by=caller.user, at=clock.now(), why=said)
    await _note(conn, caller, Permission.OVERSIGHT_WRITE, bond=bond, detail={"user": found.user})


async def _note(
    conn: AsyncConnection,
    caller: Caller,
    action: Permission,
    *,
    bond: BondId | None,
    detail: dict[str, int | str],
) -> None:
    await audit.record(conn, caller.user, action=action, subject_kind=SUBJECT, subject=bond, detail=detail)
