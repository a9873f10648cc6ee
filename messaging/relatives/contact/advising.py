"""Advice: a relative asks, an officer answers by a day, both can read it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission
from core.compartments import seal, unseal
from core.errors import Conflict, NotFound
from core.kin import KinScope, Relative
from core.model import PersonId, RelativeId
from core.sealing import Keys
from inmates.service import near, within
from inmates.tasks import service as tasks
from inmates.tasks.model import Wanted
from messaging.mobile import service as mobile
from messaging.mobile.model import Thing
from messaging.relatives.accounts.service import COMPARTMENT
from messaging.relatives.contact import rules, store
from messaging.relatives.contact.model import Advice, AdviceId
from messaging.relatives.kinship import service as kinship
from messaging.relatives.kinship.model import ClaimId

TASK: Final = "advice"
A_DAY: Final = 20


class TooManyQuestions(Conflict):
    code = "advice_too_many"


@dataclass(frozen=True, slots=True)
class Question:
    client_id: UUID
    text: str


async def ask(
    conn: AsyncConnection, keys: Keys, relative: Relative, *, claim: ClaimId, question: Question
) -> Advice:
    found, person = await kinship.kin(conn, relative, claim=claim)
    since = clock.now() - timedelta(days=1)
    if await store.asked_since(conn, relative.id, since=since) >= A_DAY:
        raise TooManyQuestions
    days = kinship.law(clock.today()).whole("advice.answer_days")
    due_on = clock.today() + timedelta(days=days)
    place = _place("question", found.id, question.client_id)
    shut = seal(keys, COMPARTMENT, question.text, place=place)
    made = await store.ask(conn, found.id, question.client_id, question=shut, at=clock.now(), due_on=due_on)
    if made is not None:
        role, due_at = await near(conn, person.id), clock.local_day(due_on)[1]
        await tasks.add(conn, Wanted(person.id, TASK, role, due_at, TASK, made))
        await _recorded(conn, None, person.id, action=KinScope.KIN_WRITE, advice=made)
        await mobile.announce(conn, relative.id, thing=Thing.ADVICE, subject=made)
    return _opened(keys, await store.advice_named(conn, found.id, question.client_id))


async def own(conn: AsyncConnection, keys: Keys, relative: Relative) -> Sequence[Advice]:
    """Newest first; what was answered stays readable when the kinship has ended."""
    return [_opened(keys, row) for row in await store.advice_of(conn, relative.id)]


async def waiting(conn: AsyncConnection, keys: Keys, caller: Caller) -> Sequence[Advice]:
    return [_opened(keys, row) for row in await store.unanswered(conn, scope=within(caller))]


async def answer(conn: AsyncConnection, keys: Keys, caller: Caller, *, advice: AdviceId, text: str) -> None:
    row = await store.advice_one(conn, advice, scope=within(caller))
    if row is None:
        raise NotFound
    if row.answered_at is not None:
        raise rules.AdviceAnswered
    shut = seal(keys, COMPARTMENT, text.strip(), place=_place("answer", row.claim_id, row.client_id))
    await store.answer(conn, advice, answer=shut, at=clock.now(), by=caller.user)
    await tasks.settle(conn, caller, kind=TASK, subject=advice)
    person = PersonId(row.person_id)
    await _recorded(conn, caller, person, action=Permission.KINSHIP_WRITE, advice=advice)
    await mobile.announce(conn, RelativeId(row.relative_id), thing=Thing.ADVICE, subject=advice)


def _opened(keys: Keys, row: Any) -> Advice:
    question = _place("question", row.claim_id, row.client_id)
    reply = _place("answer", row.claim_id, row.client_id)
    return Advice(
        AdviceId(row.id),
        ClaimId(row.claim_id),
        RelativeId(row.relative_id),
        PersonId(row.person_id),
        unseal(keys, COMPARTMENT, row.question, place=question),
        row.asked_at,
        row.due_on,
        unseal(keys, COMPARTMENT, row.answer, place=reply) if row.answer else None,
        row.answered_at,
    )


def _place(column: str, claim: int, client_id: UUID) -> str:
    return f"advice.{column}:{claim}:{client_id}"


async def _recorded(
    conn: AsyncConnection, caller: Caller | None, person: PersonId, *, action: str, advice: AdviceId
) -> None:
    await audit.record(
        conn,
        caller.user if caller else None,
        action=action,
        subject_kind="person",
        subject=person,
        detail={"advice": advice},
    )
