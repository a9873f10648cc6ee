"""Asking for an exercise, and seeing how those before it went."""

import secrets
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit
from core.auth import Caller, Permission
from core.errors import NotAllowed
from geofence import protocols
from geofence.exercises import rules, store
from geofence.exercises.model import Exercise, ExerciseId, ExerciseKind, Score

MOST: Final = 50


class Held(NamedTuple):
    exercise: Exercise
    score: Score
    is_told: bool
    """Whether the reader may know already what it is about, and with whom."""


async def ask(
    conn: AsyncConnection, caller: Caller, *, kind: ExerciseKind | None, now: datetime
) -> ExerciseId:
    """None: a surprise. Whoever could name the kind would know the answer: that is for trainers."""
    if kind is not None and not caller.may(Permission.EXERCISE_LEAD):
        raise NotAllowed
    chosen = kind or secrets.choice(list(ExerciseKind))
    made = await store.add(conn, chosen, is_surprise=kind is None, by=caller.user, at=now)
    detail = {"exercise": made, "kind": str(chosen), "surprise": kind is None}
    await audit.record(
        conn, caller.user, action=Permission.EXERCISE_ASK, subject_kind="exercise", detail=detail
    )
    return made


async def listed(conn: AsyncConnection, caller: Caller, *, now: datetime) -> list[Held]:
    """The newest first. A surprise stays one until it is over, for the trainer too."""
    found = await store.newest(conn, most=MOST)
    answers, law = await store.answers(conn, [one.id for one in found]), protocols.known()
    scores = [rules.score(one, answers.get(one.id, ()), now=now, rules=law) for one in found]
    leads = caller.may(Permission.EXERCISE_LEAD)
    return [
        Held(one, score, score.is_over or (leads and not one.is_surprise))
        for one, score in zip(found, scores, strict=True)
    ]
