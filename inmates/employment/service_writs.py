"""The register of enforcement documents: what is asked of whose wage, and what is still owed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit
from core.auth import Caller, Permission
from core.errors import Conflict, Invalid, NotFound, Stale
from core.model import PersonId
from inmates.employment import rules, store_writs
from inmates.employment.model import Claim, Writ, WritId
from inmates.employment.service import MOST
from inmates.service import known, opened, within


class WritKnown(Conflict):
    """Its issuer and number are registered for this person already."""

    code = "writ_known"


class UnsoundWrit(Invalid):
    """Its basis does not fit its figures."""

    code = "unsound_writ"


class TotalBelowPaid(Conflict):
    """More has been paid on it than it is now said to ask for."""

    code = "total_below_paid"


async def listed(
    conn: AsyncConnection, caller: Caller, *, person: PersonId, after: int | None = None, most: int = MOST
) -> Sequence[Writ]:
    """One more than asked for, where there is one; the reading is recorded."""
    await opened(conn, caller, person=person, part="writs", action=Permission.PAYROLL_READ)
    return await store_writs.writs_of(conn, person, after=after, most=min(most, MOST) + 1)


async def read(conn: AsyncConnection, caller: Caller, *, writ: WritId) -> Writ:
    found = await _mine(conn, caller, writ=writ)
    await opened(conn, caller, person=found.person_id, part="writ", action=Permission.PAYROLL_READ)
    return found


async def add(conn: AsyncConnection, caller: Caller, *, person: PersonId, claim: Claim) -> WritId:
    await known(conn, caller, person=person)
    if not rules.is_sound(claim):
        raise UnsoundWrit
    made = await store_writs.add(conn, person, claim)
    if made is None:
        raise WritKnown
    await store_writs.add_version(conn, made, claim, version=1, by=caller.user)
    await _record(conn, caller, person=person, writ=made, version=1, claim=claim)
    return made


async def edit(
    conn: AsyncConnection, caller: Caller, *, writ: WritId, version: int, changes: dict[str, Any]
) -> Writ:
    """A new version; number, issuer and day are those of the paper and stay."""
    found = await _mine(conn, caller, writ=writ)
    claim = replace(found.claim, **changes)
    if not rules.is_sound(claim):
        raise UnsoundWrit
    if claim.total is not None and claim.total < found.paid:
        raise TotalBelowPaid
    is_newest = found.version == version
    if not is_newest or not await store_writs.add_version(
        conn, writ, claim, version=version + 1, by=caller.user
    ):
        raise Stale
    await _record(conn, caller, person=found.person_id, writ=writ, version=version + 1, claim=claim)
    return await _mine(conn, caller, writ=writ)


async def _mine(conn: AsyncConnection, caller: Caller, *, writ: WritId) -> Writ:
    found = await store_writs.writ(conn, writ, scope=within(caller))
    if found is None:
        raise NotFound
    return found


async def _record(
    conn: AsyncConnection, caller: Caller, *, person: PersonId, writ: WritId, version: int, claim: Claim
) -> None:
    await audit.record(
        conn,
        caller.user,
        action=Permission.PAYROLL_WRITE,
        subject_kind="person",
        subject=person,
        detail={"writ": writ, "version": version, "kind": claim.kind, "state": claim.state},
    )
