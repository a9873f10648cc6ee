"""Exercises with their scenes, the alerts that came of them, and who is free to play."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg
from sqlalchemy import BigInteger, any_, cast, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId, UserId
from core.tables import users
from geofence.exercises.model import Answer, Exercise, ExerciseId, ExerciseKind
from geofence.exercises.rules import PATIENCE
from geofence.exercises.tables import exercise_scenes, exercises
from geofence.model import AlertId, BreachKind, EntryKind, Outcome
from geofence.tables import alert_entries, alerts, breaches
from inmates.tables import persons

# Which of these people play, or have an alert that nobody has closed?
_BUSY: Final = """
select person_id from exercise_scenes where person_id = any($1::bigint[]) and ends_at > $2
union
select person_id from alerts where person_id = any($1::bigint[]) and state <> 'closed'
"""

# Exercises without a scene, oldest first.
_ASKED: Final = """
select e.id, e.kind
from exercises e
where not exists (select from exercise_scenes s where s.exercise_id = e.id)
order by e.id
"""

# Scenes that are not over.
_PLAYED: Final = """
select e.kind, s.person_id, s.begins_at
from exercise_scenes s join exercises e on e.id = s.exercise_id
where s.ends_at > $1
order by e.id
"""


async def add(
    conn: AsyncConnection, kind: ExerciseKind, *, is_surprise: bool, by: UserId, at: datetime
) -> ExerciseId:
    row = {"kind": kind, "is_surprise": is_surprise, "asked_by": by, "asked_at": at}
    made = await conn.execute(insert(exercises).values(row).returning(exercises.c.id))
    return ExerciseId(made.scalar_one())


async def newest(conn: AsyncConnection, *, most: int) -> list[Exercise]:
    query = (
        select(
            exercises.c.id,
            exercises.c.kind,
            exercises.c.is_surprise,
            users.c.shown_as,
            exercises.c.asked_at,
            exercise_scenes.c.person_id,
            func.concat_ws(" ", persons.c.surname, persons.c.given_name),
            exercise_scenes.c.begins_at,
            exercise_scenes.c.ends_at,
        )
        .join(users, users.c.id == exercises.c.asked_by)
        .outerjoin(exercise_scenes, exercise_scenes.c.exercise_id == exercises.c.id)
        .outerjoin(persons, persons.c.id == exercise_scenes.c.person_id)
        .order_by(exercises.c.id.desc())
        .limit(most)
    )
    return [Exercise(ExerciseId(row[0]), ExerciseKind(row[1]), *row[2:]) for row in await conn.execute(query)]


async def answers(
    conn: AsyncConnection, some: Collection[ExerciseId]
) -> Mapping[ExerciseId, Sequence[Answer]]:
    """What rang in their scenes and shortly after; annulled alerts too, for they stood before an officer."""
    entry, scene = alert_entries.c, exercise_scenes.c
    taken, closed = entry.kind == EntryKind.TAKEN, entry.kind == EntryKind.CLOSED
    query = (
        select(
            scene.exercise_id,
            alerts.c.id,
            breaches.c.kind,
            alerts.c.severity,
            alerts.c.raised_at,
            func.min(entry.at).filter(taken),
            func.array_agg(aggregate_order_by(users.c.shown_as, entry.at)).filter(taken),
            func.min(entry.at).filter(closed),
            func.min(entry.outcome).filter(closed),
        )
        .join(
            alerts,
            (alerts.c.person_id == scene.person_id)
            & (alerts.c.raised_at >= scene.begins_at)
            & (alerts.c.raised_at < scene.ends_at + PATIENCE),
        )
        .join(breaches, breaches.c.id == alerts.c.breach_id)
        .outerjoin(alert_entries, entry.alert_id == alerts.c.id)
        .outerjoin(users, users.c.id == entry.by_user)
        .where(scene.exercise_id == any_(cast(list(some), ARRAY(BigInteger))))
        .group_by(scene.exercise_id, alerts.c.id, breaches.c.kind)
    )
    found = defaultdict[ExerciseId, list[Answer]](list)
    for row in await conn.execute(query):
        found[ExerciseId(row[0])].append(_answer(row))
    return found


def _answer(row: Any) -> Answer:
    return Answer(
        AlertId(row[1]),
        BreachKind(row[2]),
        row[3],
        row[4],
        row[5],
        row[6][0] if row[6] else None,
        row[7],
        Outcome(row[8]) if row[8] else None,
    )


async def asked(conn: asyncpg.Connection) -> list[tuple[ExerciseId, ExerciseKind]]:
    return [(ExerciseId(row["id"]), ExerciseKind(row["kind"])) for row in await conn.fetch(_ASKED)]


async def played(conn: asyncpg.Connection, *, now: datetime) -> list[tuple[ExerciseKind, PersonId, datetime]]:
    return [
        (ExerciseKind(row["kind"]), PersonId(row["person_id"]), row["begins_at"])
        for row in await conn.fetch(_PLAYED, now)
    ]


async def busy(conn: asyncpg.Connection, people: Collection[PersonId], *, now: datetime) -> set[PersonId]:
    return {PersonId(row["person_id"]) for row in await conn.fetch(_BUSY, list(people), now - PATIENCE)}


async def by_number(conn: asyncpg.Connection, numbers: Collection[str]) -> dict[str, PersonId]:
    rows = await conn.fetch("select number, id from persons where number = any($1::text[])", list(numbers))
    return {row["number"]: PersonId(row["id"]) for row in rows}


async def stage(
    conn: asyncpg.Connection,
    exercise: ExerciseId,
    *,
    person: PersonId,
    begins_at: datetime,
    ends_at: datetime,
) -> None:
    await conn.execute(
        "insert into exercise_scenes (exercise_id, person_id, begins_at, ends_at) values ($1, $2, $3, $4)",
        exercise,
        person,
        begins_at,
        ends_at,
    )
