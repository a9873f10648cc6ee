"""Education: a course, an enrolment with something that happened in it, an approved book."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import count

from sqlalchemy.ext.asyncio import AsyncEngine

from callers import user
from core import db
from core.auth import Caller, Role
from core.model import PersonId, UserId
from inmates.education import service, store
from inmates.education.model import Book, Draft, Fact, Kind

numbers = count(1)
CODE = "KEPT"
PLATFORM = "kept-platform"
MEMBERS = ("A. Namunayev", "B. Namunayeva", "D. Namunov")


def caller(who: UserId, role: Role = Role.ADMINISTRATOR, login: str = "test") -> Caller:
    return Caller(who, login, role, "Test", "en", b"")


def draft(code: str = CODE, **given: object) -> Draft:
    values = {
        "title": "Namuna kursi",
        "isced_level": 3,
        "isced_field": "0613",
        "hours": 72,
        "provider": None,
    }
    return Draft(code=code, **(values | given))


def a_book(title: str = "Oʻtkan kunlar", **given: object) -> Book:
    day = date(2026, 9, 1)
    values = {
        "author": "A. Qodiriy",
        "read_on": day,
        "decided_on": day + timedelta(days=9),
        "decision": "7",
        "members": MEMBERS,
    }
    return Book(title, **(values | given))


async def everything(engine: AsyncEngine, made: Mapping[str, int]) -> dict[str, int]:
    whom = PersonId(made["person_id"])
    by = caller(await user(engine, f"pedagogue-{next(numbers)}", role=Role.TEACHER))
    async with db.transaction(engine) as conn:
        if all(course.code != CODE for course in (await service.courses(conn, by))[0]):
            await service.add_course(conn, by, draft=draft())
        enrolled = await service.enrol(conn, by, person=whom, course=CODE, on=date(2026, 9, 1))
        begun = Fact(Kind.ATTEMPTED, datetime(2026, 9, 2, tzinfo=UTC))
        await service.add(conn, by, enrolment=enrolled.id, fact=begun)
        read = await service.approve(conn, by, person=whom, book=a_book())
        known = await store.provider(conn, PLATFORM)
    if known is None:
        await user(engine, PLATFORM, role=Role.PROVIDER)
    return {"enrolment_id": enrolled.id, "reading_id": read}
