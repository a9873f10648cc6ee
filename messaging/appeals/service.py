"""Handing in, acting, reading: the use cases of the register.

For those who build on it:

* `submit(conn, draft)` registers in the caller's transaction and gives a `Filed`: the head (`number`,
  `content_sha256`, `received_at`, `regime`), its `Standing` (`registered_on`, `due_at`, `due_on`, …) and
  `is_new`. The same `client_id` with the same content by the same applicant gives the first one again, with
  other content `ClientIdTaken` (409). It is never refused for what it says. `by=caller`: paper or oral,
  written by staff; `author=user`: an electronic one that an officer at a kiosk hands on.
* Sealed channels (`model.SEALED`) are refused, whoever hands in: what is for them is sealed in the client and
  goes to `messaging.sealed.service.submit` (ADR-0037).
* `act(conn, caller, appeal=…, command=…, values=…)` for staff, `act_for(conn, owner, …)` for the applicant
  (`Owner(account=…)` or `Owner(person=…)`): the commands of `states.toml`; both give the `Standing`.
* Reading for staff: `read`, `listed`, `counted` (through `store.seen_by`; reading one is audited). For the
  applicant: `own` (visible entries only), `owned` (a page, newest first), `numbered` (for receipts).
* `sees(conn, caller, appeal=…)` raises NotFound unless this caller may know of it: call it first for
  whatever hangs on an appeal (attachments, sealed parts).
* Notices to applicants are queued in `appeal_notices` (`store.notices` reads them in order).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission
from core.errors import NotAllowed, NotFound
from core.model import PersonId, UserId
from inmates.exclusions import store as exclusions
from inmates.exclusions.store import Accused
from inmates.service import known
from messaging.appeals import acting, filing, machine, rules, store
from messaging.appeals.dossiers import Dossier, loaded
from messaging.appeals.filing import Filed
from messaging.appeals.guards import NotAtDesk
from messaging.appeals.model import AccountId, AppealId, Deed, Draft, Entry, Side, Standing, State
from messaging.appeals.store import Reader
from messaging.appeals.store.looks import Look, read_by
from messaging.appeals.store.reading import Line, Wanted
from messaging.appeals.store.seeing import SUBJECT

__all__ = ["Filed", "Line", "Owner", "Wanted", "act", "act_for", "listed", "read", "submit"]

MOST = 100
"""Lines of a page."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The applicant: a relative's account, or somebody in custody."""

    account: AccountId | None = None
    person: PersonId | None = None


@dataclass(frozen=True, slots=True)
class Page:
    lines: Sequence[Line]
    after: AppealId | None
    """Where the next page begins; None: this was the last."""


async def submit(
    conn: AsyncConnection, draft: Draft, *, by: Caller | None = None, author: UserId | None = None
) -> Filed:
    """In one transaction with whatever else belongs to it; a repeated hand-in gives the first again."""
    return await filing.submit(conn, draft, by=by.user if by else author, now=clock.now())


async def register(conn: AsyncConnection, caller: Caller, draft: Draft) -> Filed:
    """An oral or paper one, by somebody who sees the person whom it is about."""
    if draft.person is not None:
        await known(conn, caller, person=draft.person)
    return await submit(conn, draft, by=caller)


async def act(
    conn: AsyncConnection,
    caller: Caller,
    *,
    appeal: AppealId,
    command: str,
    values: Mapping[str, Any] | None = None,
) -> Standing:
    """By staff: whoever does not see it learns nothing, whoever may not is told so."""
    row = machine.transitions()[rules.known_command(command)]
    found = await store.held(conn, appeal, reader=reader(caller))
    if found is None:
        raise NotFound
    if row.permission is None or not caller.may(row.permission):
        raise NotAllowed
    dossier = await loaded(conn, found)
    if not rules.is_at_desk(dossier.standing, caller.role, command=command):
        raise NotAtDesk
    deed = Deed(command, Side.STAFF, clock.now(), values or {}, caller.user)
    return await acting.apply(conn, dossier, deed, reader=reader(caller))


async def act_for(
    conn: AsyncConnection,
    owner: Owner,
    *,
    appeal: AppealId,
    command: str,
    values: Mapping[str, Any] | None = None,
) -> Standing:
    """By the applicant: reply, withdraw, ask_withdrawal, rate, name_accused."""
    rules.known_command(command)
    await store.reading.hold(conn, appeal)
    found = await store.reading.of_applicant(conn, appeal, account=owner.account, person=owner.person)
    if found is None:
        raise NotFound
    deed = Deed(command, Side.APPLICANT, clock.now(), values or {})
    return await acting.apply(conn, await loaded(conn, found), deed)


async def read(conn: AsyncConnection, caller: Caller, *, appeal: AppealId) -> Dossier:
    """Everything about one, and the fact that it was read."""
    found = await store.one(conn, appeal, reader=reader(caller))
    if found is None:
        raise NotFound
    await audit.record(conn, caller.user, action=Permission.APPEAL_READ, subject_kind=SUBJECT, subject=appeal)
    return await loaded(conn, found)


async def number_of(conn: AsyncConnection, appeal: AppealId) -> str:
    """For whoever has just acted on it, and may no longer see it."""
    return (await store.reading.bare(conn, appeal)).number


async def sees(conn: AsyncConnection, caller: Caller, *, appeal: AppealId) -> None:
    if await store.one(conn, appeal, reader=reader(caller)) is None:
        raise NotFound


async def listed(
    conn: AsyncConnection, caller: Caller, wanted: Wanted, *, after: AppealId | None = None, most: int = 50
) -> Page:
    """A page, those whose clock runs first, by when they are due."""
    most = min(most, MOST)
    found = await store.page(conn, reader(caller), wanted, after=after, most=most + 1)
    return Page(found[:most], found[most - 1].appeal.id if len(found) > most else None)


async def counted(conn: AsyncConnection, caller: Caller) -> Mapping[tuple[State, bool], int]:
    """By state and whether they are overdue; of what the caller sees."""
    return await store.counts(conn, reader(caller))


async def own(conn: AsyncConnection, owner: Owner, *, appeal: AppealId) -> Dossier:
    """What the applicant may read of it: the visible entries."""
    found = await store.reading.of_applicant(conn, appeal, account=owner.account, person=owner.person)
    if found is None:
        raise NotFound
    return shown(await loaded(conn, found))


async def looks(conn: AsyncConnection, owner: Owner, *, appeal: AppealId) -> Sequence[Look]:
    """Who of the staff read it, for its applicant: office and organisation, never a name."""
    if await store.reading.of_applicant(conn, appeal, account=owner.account, person=owner.person) is None:
        raise NotFound
    return await read_by(conn, appeal, most=MOST)


async def owned(
    conn: AsyncConnection, owner: Owner, *, after: AppealId | None = None, most: int = 50
) -> Page:
    """An applicant's own, newest first."""
    most = min(most, MOST)
    found = await store.heads(conn, account=owner.account, person=owner.person, after=after, most=most + 1)
    return Page(found[:most], found[most - 1].appeal.id if len(found) > most else None)


async def numbered(conn: AsyncConnection, number: str) -> Dossier | None:
    """For receipts: what an applicant may read. Whoever asks has proved the secret code first."""
    found = await store.reading.numbered(conn, number)
    return shown(await loaded(conn, found)) if found else None


def shown(dossier: Dossier) -> Dossier:
    """Without what staff say among themselves: neither handler nor proposals nor who is accused."""
    seen: list[Entry] = rules.visible(dossier.entries, Side.APPLICANT)
    standing = replace(dossier.standing, handler=None, proposal=None, escalated=frozenset())
    return replace(dossier, entries=seen, standing=standing, accused=Accused())


def reader(caller: Caller) -> Reader:
    return Reader(caller.user, caller.role, clock.now())


async def accused(conn: AsyncConnection, appeal: AppealId) -> Accused:
    """For services; never shown to the applicant's side."""
    return await exclusions.accused_of(conn, SUBJECT, subject=appeal)
