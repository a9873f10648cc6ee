"""Raising flags, and what humans decide: the platform asks, a named person with a reason answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission, Role
from core.errors import Conflict, Invalid, NotFound
from core.model import PersonId, UserId
from inmates import service as people
from inmates import store as record
from inmates.flags import catalogue, rules, store
from inmates.flags.model import (
    Account,
    Answer,
    Contest,
    Decision,
    Effect,
    Evaluation,
    Flag,
    FlagId,
    Verdict,
)
from inmates.flags.sources import Sources, gathered
from inmates.tasks import service as tasks
from inmates.tasks.model import Wanted

MOST = 50
"""Flags of one file."""


class FlagWaits(Conflict):
    """One of this model is raised already, and nobody has decided on it."""

    code = "flag_waits"


class FlagDecided(Conflict):
    code = "flag_decided"


class FlagExpired(Conflict):
    """It is too old to be worth anything: evaluate anew."""

    code = "flag_expired"


class FlagReasonMissing(Invalid):
    code = "flag_reason_missing"


class FlagWordsMissing(Invalid):
    code = "flag_words_missing"


class EffectWithoutAgreement(Invalid):
    """Who overrides a flag asks for nothing because of it."""

    code = "flag_effect_without_agreement"


@dataclass(frozen=True, slots=True)
class Shown:
    """A flag is never shown without its reasons and what humans said."""

    flag: Flag
    decision: Decision | None
    contests: Sequence[Contest]
    is_expired: bool


@dataclass(frozen=True, slots=True)
class Raised:
    evaluation: Evaluation
    flag: FlagId | None
    """None: clear, or it abstained."""


async def evaluate(conn: AsyncConnection, sources: Sources, *, caller: Caller, person: PersonId) -> Raised:
    """Asked for by a human; a score at the threshold becomes a flag and a task, and nothing else."""
    await people.known(conn, caller, person=person)
    await record.hold(conn, person)
    if await store.is_waiting(conn, person, digest=catalogue.current().digest, at=clock.now()):
        raise FlagWaits
    raised = await raise_for(conn, sources, person=person, by=caller.user)
    await _recorded(conn, caller, person=person, verdict=str(raised.evaluation.verdict), flag=raised.flag)
    return raised


async def raise_for(
    conn: AsyncConnection, sources: Sources, *, person: PersonId, by: UserId | None
) -> Raised:
    model, now = catalogue.current(), clock.now()
    facts = await gathered(conn, sources, person=person, model=model, on=clock.today())
    found = rules.evaluate(model, facts, on=clock.today())
    if found.verdict is not Verdict.RAISED:
        return Raised(found, None)
    await store.keep(conn, model, content=catalogue.content())
    expires = now + timedelta(days=model.expires_days)
    made = await store.add(conn, person, model=model, found=found, at=now, expires_at=expires, by=by)
    role, due = await people.near(conn, person), now + timedelta(days=model.decide_days)
    await tasks.add(conn, Wanted(person, "flag_raised", role, due, "flag", made))
    return Raised(found, made)


async def look(conn: AsyncConnection, sources: Sources, *, person: PersonId) -> FlagId | None:
    """By the platform itself, at night; while one of this model counts, nothing: what somebody answered
    is not asked again before that."""
    await record.hold(conn, person)
    model, now = catalogue.current(), clock.now()
    held = await store.flags_of(conn, person, most=MOST)
    if any(flag.model == model.name and now < flag.expires_at for flag in held):
        return None
    raised = await raise_for(conn, sources, person=person, by=None)
    if raised.flag is not None:
        detail = {"verdict": str(raised.evaluation.verdict), "flag": raised.flag}
        await audit.record(
            conn, None, action="flag:raise", subject_kind="person", subject=person, detail=detail
        )
    return raised.flag


async def decide(conn: AsyncConnection, caller: Caller, *, flag: FlagId, answer: Answer) -> None:
    """With a reason, once, before it expires; only who agrees may ask for something because of it."""
    found = await _found(conn, caller, flag)
    if not answer.reason.strip():
        raise FlagReasonMissing
    if answer.effects and not answer.agrees:
        raise EffectWithoutAgreement
    if flag in await store.decisions_of(conn, [flag]):
        raise FlagDecided
    if found.expires_at <= clock.now():
        raise FlagExpired
    await store.decide(conn, flag, answer=answer, by=caller.user, at=clock.now())
    await tasks.settle(conn, caller, kind="flag_raised", subject=flag)
    for effect in answer.effects:
        await _ask_for(conn, effect, found=found)
    await _recorded(conn, caller, person=found.person_id, flag=flag, agrees=answer.agrees)


async def contest(conn: AsyncConnection, caller: Caller, *, flag: FlagId, words: str) -> None:
    """What the person says against it is written down, and goes to oversight."""
    found = await _found(conn, caller, flag)
    if not words.strip():
        raise FlagWordsMissing
    await store.contest(conn, flag, words=words.strip(), by=caller.user)
    due = clock.now() + timedelta(days=catalogue.current().decide_days)
    await tasks.add(conn, Wanted(found.person_id, "flag_contested", Role.OVERSIGHT, due, "flag", flag))
    await _recorded(conn, caller, person=found.person_id, flag=flag, contested=True)


async def read(conn: AsyncConnection, caller: Caller, *, person: PersonId) -> list[Shown]:
    await people.opened(conn, caller, person=person, part="flags", action=Permission.FLAG_READ)
    return await _shown(conn, await store.flags_of(conn, person, most=MOST))


async def waiting(conn: AsyncConnection, person: PersonId, *, at: datetime) -> list[Flag]:
    """Raised, not expired, and nobody has decided; for a page of a file whose reading is recorded."""
    some = [flag for flag in await store.flags_of(conn, person, most=MOST) if at < flag.expires_at]
    decided = await store.decisions_of(conn, [flag.id for flag in some])
    return [flag for flag in some if flag.id not in decided]


async def read_one(conn: AsyncConnection, caller: Caller, *, flag: FlagId, why: str | None = None) -> Shown:
    found = await _found(conn, caller, flag)
    part = f"flag {flag}"
    whom, action = found.person_id, Permission.FLAG_READ
    await people.opened(conn, caller, person=whom, part=part, action=action, why=why)
    return (await _shown(conn, [found]))[0]


async def accounts(conn: AsyncConnection, caller: Caller) -> list[Account]:
    return await store.accounts(conn, scope=people.within(caller), at=clock.now())


async def _shown(conn: AsyncConnection, some: Sequence[Flag]) -> list[Shown]:
    ids, now = [flag.id for flag in some], clock.now()
    decided, said = await store.decisions_of(conn, ids), await store.contests_of(conn, ids)
    return [Shown(f, decided.get(f.id), said[f.id], f.expires_at <= now) for f in some]


async def _found(conn: AsyncConnection, caller: Caller, flag: FlagId) -> Flag:
    found = await store.flag(conn, flag, scope=people.within(caller))
    if found is None:
        raise NotFound
    return found


async def _ask_for(conn: AsyncConnection, effect: Effect, *, found: Flag) -> None:
    roles = {Effect.PSYCHOLOGIST: Role.PSYCHOLOGIST, Effect.LESSONS: Role.TEACHER}
    role = roles.get(effect) or await people.near(conn, found.person_id)
    due = clock.now() + timedelta(days=catalogue.current().decide_days)
    await tasks.add(conn, Wanted(found.person_id, f"flag_{effect}", role, due, "flag", found.id))


async def _recorded(conn: AsyncConnection, caller: Caller, *, person: PersonId, **detail: object) -> None:
    await audit.record(
        conn,
        caller.user,
        action=Permission.FLAG_DECIDE,
        subject_kind="person",
        subject=person,
        detail=detail,
    )
