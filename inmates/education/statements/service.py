"""Storing, voiding and giving back statements; understanding them as events of a course."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission
from core.errors import Conflict, Invalid, NotFound, Refusal
from core.model import PersonId, UserId
from inmates.education import rules as learning
from inmates.education import service as education
from inmates.education import store as courses
from inmates.education.model import Enrolment, EnrolmentId, Fact, Source
from inmates.education.statements import matches_store, store
from inmates.education.statements.model import (
    Account,
    Answer,
    Asked,
    Left,
    Statement,
    StatementId,
    Stored,
)
from inmates.service import known, within

MOST = 100
"""Statements of a page."""


class SameId(Conflict):
    """Another statement has this id."""

    code = "xapi_same_id"


class TwiceInBatch(Refusal):
    code = "xapi_twice_in_batch"
    status = 400


class VoidsVoiding(Refusal):
    """What voids another cannot be voided."""

    code = "xapi_voids_voiding"
    status = 400


class SomebodyElses(Conflict):
    """This account belongs to another learner."""

    code = "education_account_taken"


class AccountIncomplete(Invalid):
    """A platform, its address and the learner's name there belong together."""

    code = "education_account_incomplete"


class OtherCourse(Conflict):
    """This activity stands for another course."""

    code = "education_activity_taken"


async def keep(conn: AsyncConnection, caller: Caller, *, statements: Sequence[Statement]) -> list[UUID]:
    """All of them or none; what is there already and equal is left as it is."""
    uuids = Counter(one.uuid for one in statements)
    if any(count > 1 for count in uuids.values()):
        raise TwiceInBatch
    await store.write_alone(conn, caller.user)
    there = await store.digests(conn, caller.user, uuids={*uuids, *_targets(statements)})
    if any(one.uuid in there and there[one.uuid][0] != one.digest for one in statements):
        raise SameId
    voiding = {uuid for uuid, (_, voids) in there.items() if voids} | {s.uuid for s in statements if s.voids}
    if voiding & _targets(statements):
        raise VoidsVoiding
    new, now = [one for one in statements if one.uuid not in there], clock.now()
    made = await store.add(conn, caller.user, statements=new, at=now) if new else []
    await _understand(conn, caller.user, ids=made, at=now)
    await _note(conn, caller, action=Permission.STATEMENT_WRITE, count=len(new))
    return list(uuids)


def _targets(statements: Sequence[Statement]) -> set[UUID]:
    return {one.refers for one in statements if one.voids and one.refers}


async def _understand(
    conn: AsyncConnection, provider: UserId, *, ids: Collection[StatementId], at: datetime
) -> None:
    await _count(conn, provider, found=await matches_store.ready(conn, provider, ids=ids))
    await _count(conn, provider, found=await matches_store.annulled(conn, provider, ids=ids, at=at))


async def _count(
    conn: AsyncConnection, provider: UserId, *, found: Sequence[tuple[StatementId, EnrolmentId, Fact]]
) -> None:
    facts = [(enrolment, fact) for _, enrolment, fact in found]
    events = await courses.add_events(conn, facts, source=Source.STATEMENT, by=provider)
    statements = [statement for statement, _, _ in found]
    await store.keep_events(conn, dict(zip(statements, events, strict=True)))


async def one(conn: AsyncConnection, caller: Caller, *, uuid: UUID, is_voided: bool) -> Stored:
    """A voided statement answers only to those who ask for a voided one."""
    found = await store.one(conn, caller.user, uuid=uuid)
    if found is None or found[1] != is_voided:
        raise NotFound
    await _note(conn, caller, action=Permission.STATEMENT_READ, count=1)
    return found[0]


async def some(conn: AsyncConnection, caller: Caller, *, asked: Asked) -> Answer:
    await store.read_settled(conn, caller.user)
    now, most = clock.now(), min(asked.most or MOST, MOST)
    found = await store.some(conn, caller.user, asked=asked, most=most + 1)
    page = found[:most]
    await _note(conn, caller, action=Permission.STATEMENT_READ, count=len(page))
    return Answer(page, page[-1].id if len(found) > most else None, now)


async def enrol(
    conn: AsyncConnection,
    caller: Caller,
    *,
    person: PersonId,
    course: str,
    on: date | None = None,
    account: tuple[str, Account] | None = None,
) -> Enrolment:
    """In the course of this code; `account` says on which platform the learner is who. Statements that
    waited for the enrolment count."""
    made = await education.enrol(conn, caller, person=person, course=course, on=on)
    if account is not None:
        await give_account(conn, caller, person=person, provider=account[0], account=account[1])
    for provider in await store.platforms(conn, made.course.id):
        await understand_again(conn, provider)
    return made


async def give_account(
    conn: AsyncConnection, caller: Caller, *, person: PersonId, provider: str, account: Account
) -> None:
    """From now on the platform's statements about this account are about this person; so are earlier ones."""
    await known(conn, caller, person=person)
    learning.checked_account(account.name)
    ident = await _provider(conn, provider)
    if await store.add_account(conn, ident, account=account, person=person, by=caller.user) != person:
        raise SomebodyElses
    await understand_again(conn, ident)
    await _note(conn, caller, action=Permission.EDUCATION_WRITE, person=person)


async def stand_for(conn: AsyncConnection, caller: Caller, *, provider: str, iri: str, course: str) -> None:
    """From now on the platform's activity is this course; earlier statements count too."""
    taught, ident = await courses.course(conn, code=course), await _provider(conn, provider)
    if taught is None:
        raise education.UnknownCourse
    if await store.add_activity(conn, ident, iri=iri, course=taught.id, by=caller.user) != taught.id:
        raise OtherCourse
    await understand_again(conn, ident)
    await _note(conn, caller, action=Permission.EDUCATION_WRITE, course=taught.id)


async def understand_again(conn: AsyncConnection, provider: UserId) -> None:
    """Statements that waited for an account, a course or an enrolment."""
    await store.write_alone(conn, provider)
    await _count(conn, provider, found=await matches_store.ready(conn, provider))


async def left(
    conn: AsyncConnection, caller: Caller, *, after: StatementId | None = None, most: int = MOST
) -> tuple[Sequence[Left], StatementId | None]:
    """Those that wait, newest first, and where the next page begins."""
    most = min(most, MOST)
    found = await matches_store.left(conn, scope=within(caller), after=after, most=most + 1)
    page = found[:most]
    await _note(conn, caller, action=Permission.EDUCATION_READ, count=len(page))
    return page, page[-1].id if len(found) > most else None


async def _provider(conn: AsyncConnection, login: str) -> UserId:
    found = await courses.provider(conn, login)
    if found is None:
        raise education.UnknownProvider
    return found


async def _note(conn: AsyncConnection, caller: Caller, *, action: Permission, **detail: int) -> None:
    await audit.record(conn, caller.user, action=action, subject_kind="statement", detail=detail)
