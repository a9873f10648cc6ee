"""Admissions with their answers, and the children a person speaks of."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId, UserId
from inmates.custody.model import Child, EpisodeId
from inmates.custody.rules.admission import Admission, AdmissionId, Answer, Item, Said
from inmates.custody.tables import admission_answers, admissions, children
from inmates.model import Scope
from inmates.store import seen_by


async def open_one(
    conn: AsyncConnection, person: PersonId, *, episode: EpisodeId, at: datetime
) -> AdmissionId:
    row = {"person_id": person, "episode_id": episode, "opened_at": at}
    made = await conn.execute(insert(admissions).values(row).returning(admissions.c.id))
    return AdmissionId(made.scalar_one())


async def answer(
    conn: AsyncConnection, ident: AdmissionId, *, item: Item, said: Said, words: str, by: UserId
) -> int:
    row = {"admission_id": ident, "item": item, "said": said, "words": words, "made_by": by}
    made = await conn.execute(insert(admission_answers).values(row).returning(admission_answers.c.id))
    return int(made.scalar_one())


async def admission(conn: AsyncConnection, ident: AdmissionId, *, scope: Scope) -> Admission | None:
    """Locked: nobody closes it while somebody answers."""
    query = select(admissions).where(admissions.c.id == ident, seen_by(scope, admissions.c.person_id))
    row = (await conn.execute(query.with_for_update())).one_or_none()
    return _admission(row, await _answers(conn, AdmissionId(row.id))) if row else None


async def admissions_of(conn: AsyncConnection, person: PersonId) -> list[Admission]:
    """The newest first."""
    query = select(admissions).where(admissions.c.person_id == person).order_by(admissions.c.id.desc())
    rows = (await conn.execute(query)).all()
    return [_admission(row, await _answers(conn, AdmissionId(row.id))) for row in rows]


async def close(conn: AsyncConnection, ident: AdmissionId, *, at: datetime, by: UserId) -> None:
    closed = update(admissions).values(closed_at=at, closed_by=by).where(admissions.c.id == ident)
    await conn.execute(closed)


async def add_child(conn: AsyncConnection, person: PersonId, *, child: Child, by: UserId) -> int:
    row = {
        "person_id": person,
        "born_on": child.born_on,
        "place": child.place,
        "guardian": child.guardian,
        "made_by": by,
    }
    return int((await conn.execute(insert(children).values(row).returning(children.c.id))).scalar_one())


async def take_back_child(conn: AsyncConnection, person: PersonId, *, child: int, by: UserId) -> None:
    await conn.execute(insert(children).values(person_id=person, replaces=child, made_by=by))


async def children_of(conn: AsyncConnection, person: PersonId) -> list[Child]:
    """The oldest first, without those that were written down by mistake."""
    wrong = select(children.c.replaces).where(
        children.c.person_id == person, children.c.replaces.is_not(None)
    )
    query = (
        select(children)
        .where(children.c.person_id == person, children.c.born_on.is_not(None), children.c.id.not_in(wrong))
        .order_by(children.c.born_on, children.c.id)
    )
    return [Child(row.id, row.born_on, row.place, row.guardian) for row in await conn.execute(query)]


async def _answers(conn: AsyncConnection, ident: AdmissionId) -> list[Answer]:
    query = select(admission_answers).where(admission_answers.c.admission_id == ident)
    rows = await conn.execute(query.order_by(admission_answers.c.id))
    return [
        Answer(Item(row.item), Said(row.said), row.words, UserId(row.made_by), row.made_at) for row in rows
    ]


def _admission(row: Any, answers: list[Answer]) -> Admission:
    return Admission(
        AdmissionId(row.id),
        PersonId(row.person_id),
        EpisodeId(row.episode_id),
        row.opened_at,
        row.closed_at,
        answers,
    )
