"""What the demo's colony has in its files: made-up commitments, sentences, incidents and enrolments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app import story_appeals
from core import clock, db, rule_sets
from core.auth import Caller, Role
from core.model import PersonId, UserId
from core.tables import users
from inmates.conduct import service as conduct
from inmates.conduct import store as incidents
from inmates.conduct.model import Document, IncidentKind, Measure, Proposal, Report
from inmates.custody.model import Commitment, EpisodeKind, InstitutionId, Kind, Movement, Regime
from inmates.custody.rules import movements as rules
from inmates.custody.rules.admission import MAY_BE_NONE, Item, Said
from inmates.custody.store import admissions, movements
from inmates.education import service as education
from inmates.education.model import Draft
from inmates.sentences import store as sentences
from inmates.sentences.model import Article, Category, Judgment, Punishment, Term
from inmates.tables import institutions, persons, postings, stays

COURT: Final = "Namuna jinoyat ishlari sudi"
ARTICLES: Final = (
    ("169/2", Category.LESS_SERIOUS, Term(3)),
    ("169/3", Category.SERIOUS, Term(6)),
    ("164/2", Category.SERIOUS, Term(7, 6)),
    ("273/5", Category.ESPECIALLY_SERIOUS, Term(11)),
)
COURSE: Final = Draft(
    code="NAMUNA-1",
    title="Tikuvchilik (namuna)",
    isced_level=3,
    isced_field="0723",
    hours=Decimal(72),
    provider=None,
)
ANSWERS: Final = {
    Item.COMMITMENT: "1-son",
    Item.REASONS: "JK",
    Item.MOMENT: "09:00",
    Item.RIGHTS: "oʻzbek tilida (namuna)",
}


@dataclass(frozen=True, slots=True)
class Inmate:
    id: PersonId
    number: str
    where: InstitutionId
    since: datetime


async def write(url: str) -> None:
    """For those who stay where the demo's staff is posted; once."""
    engine = db.engine(url)
    async with db.transaction(engine) as conn:
        by = await _staff(conn)
        await education.add_course(conn, by[Role.TEACHER], draft=COURSE)
        inmates = await _inmates(conn, by[Role.REGISTRAR].user)
        for place, inmate in enumerate(inmates):
            await _committed(conn, inmate, by=by[Role.REGISTRAR].user)
            await _sentenced(conn, inmate, place, by=by[Role.REGISTRAR].user)
            if place % 5 == 0:
                await _punished(conn, inmate, by=by[Role.UNIT_HEAD].user)
            if place % 3 == 0:
                await education.enrol(
                    conn, by[Role.TEACHER], person=inmate.id, course=COURSE.code, on=clock.today()
                )
        people = [inmate.id for inmate in inmates]
        await story_appeals.write(conn, by, inmates=people, institution=inmates[0].where)
    await engine.dispose()


async def _staff(conn: AsyncConnection) -> dict[Role, Caller]:
    wanted = (Role.REGISTRAR, Role.UNIT_HEAD, Role.TEACHER)
    found = await conn.execute(
        select(users.c.id, users.c.login, users.c.role, users.c.shown_as)
        .where(users.c.role.in_(wanted), users.c.login == users.c.role)
        .order_by(users.c.id)
    )
    return {
        Role(row.role): Caller(UserId(row.id), row.login, Role(row.role), row.shown_as, "uz-Latn", b"")
        for row in found
    }


async def _inmates(conn: AsyncConnection, registrar: UserId) -> Sequence[Inmate]:
    found = await conn.execute(
        select(persons.c.id, persons.c.number, stays.c.institution_id, func.lower(stays.c.during))
        .join(stays, stays.c.person_id == persons.c.id)
        .join(institutions, institutions.c.id == stays.c.institution_id)
        .join(postings, postings.c.institution_id == institutions.c.id)
        .where(postings.c.user_id == registrar)
        .order_by(persons.c.id)
    )
    return [Inmate(PersonId(row[0]), row[1], InstitutionId(row[2]), row[3]) for row in found]


def _day(inmate: Inmate) -> date:
    return inmate.since.astimezone(clock.HERE).date()


async def _committed(conn: AsyncConnection, inmate: Inmate, *, by: UserId) -> None:
    act = Commitment(inmate.number, COURT, _day(inmate), None, "JK (namuna)")
    episode = await movements.add_episode(conn, inmate.id, kind=EpisodeKind.CUSTODY, commitment=act, by=by)
    admission = await admissions.open_one(conn, inmate.id, episode=episode, at=inmate.since)
    for item in Item:
        words = ANSWERS.get(item, "")
        said = Said.ANSWERED if words else Said.NONE if item in MAY_BE_NONE else Said.DECLINED
        await admissions.answer(conn, admission, item=item, said=said, words=words, by=by)
    await admissions.close(conn, admission, at=inmate.since + timedelta(hours=3), by=by)
    first = Movement(rules.NEW, episode, Kind.ADMISSION, inmate.since, inmate.where, Regime.ORDINARY)
    await movements.add(conn, first, person=inmate.id, by=by)
    spans = rules.fold(await movements.movements_of(conn, inmate.id))
    await movements.write_stays(conn, inmate.id, folded=rules.stays(spans))


async def _sentenced(conn: AsyncConnection, inmate: Inmate, place: int, *, by: UserId) -> None:
    article, category, term = ARTICLES[place % len(ARTICLES)]
    began = _day(inmate)
    fact = Judgment(
        court=COURT,
        act_number=inmate.number,
        act_on=began,
        articles=(Article(article, category),),
        punishment=Punishment.DEPRIVATION,
        starts_on=began,
        term=term,
        committed_on=began - timedelta(days=30 + 37 * place % 270),
    )
    await sentences.add(conn, inmate.id, fact=fact, replaces=None, by=by)


async def _punished(conn: AsyncConnection, inmate: Inmate, *, by: UserId) -> None:
    day = max(_day(inmate), clock.today() - timedelta(days=20))
    at = datetime.combine(day, time(18), clock.HERE)
    report = Report(IncidentKind.FIGHT, at, "2-blok (namuna)", "namuna")
    made = await incidents.add_incident(conn, inmate.id, report=report, at=at, by=by)
    await incidents.add_hearing(conn, made, heard_at=at, explanation=None, by=by)
    record = await incidents.record(conn, inmate.id)
    incident = next(one for one in record.incidents if one.id == made)
    hearing = next(one for one in record.hearings if one.incident_id == made)
    proposal = Proposal(Measure.REPRIMAND, Document("namuna", inmate.number, day))
    law = await rule_sets.keep(conn, conduct.law(at))
    await incidents.add_decision(
        conn, incident, hearing=hearing, proposal=proposal, replaces=None, at=at, by=by, law=law
    )
