"""A supervised person of the demo: their telephone opens their own page, a court asked something of them."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from app import officer
from core import db
from core.model import PersonId
from core.sealing import Keys
from inmates import store as files
from inmates.supervision.kinds import ObligationKind
from inmates.supervision.model import Duty
from inmates.supervision.service import law, obligations
from inmates.tables import persons
from messaging.own import service as own
from simulators import stage

PHONE: Final = "+998 90 999 99 01"
"""Nobody's: `simulators.relatives.parts.FREE`."""
ROLE: Final = "outside when the curfew begins"
"""Has something to explain two minutes after the curtain."""
WITH: Final = "officer"
DUTIES: Final = (
    Duty(ObligationKind.HOME_HOURS, "Tunda uydan chiqmaslik (namuna)"),
    Duty(ObligationKind.REGISTRATION, "Probatsiya boʻlimiga kelib roʻyxatdan oʻtish (namuna)", 2),
    Duty(ObligationKind.ALCOHOL, "Spirtli ichimlik isteʼmol qilmaslik (namuna)"),
    Duty(ObligationKind.CONTACTS, "Sherigi bilan uchrashmaslik (namuna)"),
)


def number(people: int) -> str:
    """Of the person's file, in a city of so many."""
    return f"DEMO-{stage.plays(ROLE, people) or 1:05}"


async def write(url: str, keys: Keys, *, people: int) -> None:
    engine = db.engine(url)
    async with db.transaction(engine) as conn:
        found = select(persons.c.id).where(persons.c.number == number(people))
        await _told(conn, keys, PersonId((await conn.execute(found)).scalar_one()))
    await engine.dispose()


async def _told(conn: AsyncConnection, keys: Keys, whom: PersonId) -> None:
    """Of the duties those that the law knows for the kind of order."""
    by = await officer.caller(conn, WITH)
    await own.register(conn, keys, by, person=whom, typed=PHONE)
    for order in await files.orders_of(conn, whom):
        allowed = law.rules(order.act_on).text(f"obligations.{order.kind}").split()
        for duty in DUTIES:
            if duty.kind in allowed:
                await obligations.add(conn, by, order=order.id, duty=duty, act_number=order.act_number)
