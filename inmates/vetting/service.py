"""Beginning campaigns, showing what is asked of whom, and saying it: nothing ends but by a named human."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from core import accounts, audit, clock, db, rule_sets, statutes
from core.auth import Caller, Permission, Role
from core.errors import NotFound
from core.model import UserId
from core.statutes import RuleSet
from inmates.tasks import service as tasks
from inmates.tasks.model import Wanted
from inmates.vetting import rules, store
from inmates.vetting.model import (
    Item,
    ItemId,
    Kind,
    Manager,
    Page,
    SayingId,
    Verdict,
    Vetting,
    VettingId,
)
from inmates.vetting.tables import vetting_items

MOST = 100
SUBJECT = "vetting"
BEGUN, OVERDUE = "vetting_begun", "vetting_overdue"
ANSWER = timedelta(days=3)
"""In which oversight looks at a campaign that came too late."""


def law(at: datetime) -> RuleSet:
    return statutes.load("access").on(at.astimezone(clock.HERE).date())


async def begin(conn: AsyncConnection, caller: Caller) -> VettingId:
    """Out of turn, by an administrator."""
    last = await store.latest(conn)
    if last is not None and last.left:
        raise rules.Running
    return await _begin(conn, by=caller.user, now=clock.now())


async def _begin(conn: AsyncConnection, *, by: UserId | None, now: datetime) -> VettingId:
    held = law(now)
    due_on = rules.due_on(now.astimezone(clock.HERE).date(), law=held)
    kept = await rule_sets.keep(conn, held)
    made = await store.begin(conn, by=by, at=now, due_on=due_on, law=kept)
    due_at = clock.local_day(due_on)[1]
    await tasks.add(conn, Wanted(None, BEGUN, Role.ADMINISTRATOR, due_at, SUBJECT, made))
    await audit.record(conn, by, action="vetting:begin", subject_kind=SUBJECT, subject=made)
    return made


async def keep(conn: AsyncConnection, *, now: datetime) -> None:
    """The keeper's round: begins a campaign when it is time, and tells oversight what came too late."""
    last = await store.latest(conn)
    if rules.is_due(last.begun_at if last else None, now=now, law=law(now)):
        await _begin(conn, by=None, now=now)
    elif last and last.is_overdue(now.astimezone(clock.HERE).date()):
        await _tell(conn, last, now=now)


async def _tell(conn: AsyncConnection, late: Vetting, *, now: datetime) -> None:
    if not await store.was_asked(conn, OVERDUE, late.id):
        await tasks.add(conn, Wanted(None, OVERDUE, Role.OVERSIGHT, now + ANSWER, SUBJECT, late.id))


async def listed(conn: AsyncConnection, caller: Caller, *, after: ItemId | None) -> Page:
    """The newest campaign: heads see their places, administrators and oversight everything."""
    manager, found = await _manager(conn, caller), await store.latest(conn)
    if found is None:
        return Page(None, [], frozenset(), None)
    houses = manager.houses if caller.role is Role.UNIT_HEAD else None
    some = await store.items(conn, found.id, houses=houses, after=after, most=MOST + 1)
    await audit.record(
        conn, caller.user, action=Permission.VETTING_READ, subject_kind=SUBJECT, subject=found.id
    )
    shown = some[:MOST]
    may = frozenset(one.id for one in shown if rules.may_say(manager, one))
    return Page(found, shown, may, shown[-1].id if len(some) > MOST else None)


async def say(
    conn: AsyncConnection,
    caller: Caller,
    *,
    item: ItemId,
    verdict: Verdict,
    words: str,
    replaces: SayingId | None = None,
) -> SayingId:
    """Confirmed, or ended here and now; what was confirmed by mistake can be ended after all."""
    await db.hold(conn, vetting_items, ident=item)
    found, manager = await store.item(conn, item), await _manager(conn, caller)
    if found is None or not rules.may_say(manager, found):
        raise NotFound
    why = " ".join(words.split())
    rules.check(found.saying, verdict=verdict, words=why, replaces=replaces)
    made = await store.say(conn, found, verdict=verdict, words=why, by=caller.user, at=clock.now())
    if verdict is Verdict.ENDED:
        await _end(conn, found)
    await _settle(conn, caller, found.vetting)
    await audit.record(
        conn,
        caller.user,
        action=Permission.VETTING_WRITE,
        subject_kind="user",
        subject=found.user,
        detail={"item": item, "verdict": verdict.value, "kind": found.kind.value},
    )
    return made


async def _end(conn: AsyncConnection, item: Item) -> None:
    if item.kind is Kind.ACCOUNT:
        await accounts.close(conn, item.user)
    elif item.posting is not None:
        await store.end_posting(conn, item.posting, at=clock.now())


async def _settle(conn: AsyncConnection, caller: Caller, vetting: VettingId) -> None:
    last = await store.latest(conn)
    if last is not None and last.id == vetting and not last.left:
        for kind in (BEGUN, OVERDUE):
            await tasks.settle(conn, caller, kind=kind, subject=vetting)


async def _manager(conn: AsyncConnection, caller: Caller) -> Manager:
    houses = await store.houses(conn, caller.user, at=clock.now())
    return Manager(caller.user, caller.role, houses)
