"""A handful of made-up appeals for the demo's colony: some wait, some are late, one is about staff."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock
from core.auth import Caller, Role
from core.model import PersonId
from messaging.appeals import acting, filing
from messaging.appeals.dossiers import loaded
from messaging.appeals.model import (
    ANONYMOUS,
    Appeal,
    Applicant,
    ApplicantKind,
    Channel,
    Deed,
    Draft,
    Form,
    Kind,
    Side,
    Topic,
)
from messaging.appeals.paper import uuid7

RELATIVE: Final = Applicant(ApplicantKind.OUTSIDER, name="Namuna Qarindosh", address="Toshkent (namuna)")
ANSWER: Final = {
    "outcome": "granted",
    "text": "Soʻrovingiz qanoatlantirildi (namuna).",
    "grounds": "Hujjatlar tekshirildi (namuna).",
    "legal_basis": "Jinoyat-ijroiya kodeksi (namuna)",
    "contest": "Bir yil ichida yuqori organga yoki sudga.",
}


@dataclass(frozen=True, slots=True)
class Told:
    """Who says what, how many days ago, and what the staff did a day later."""

    days: float
    kind: Kind
    subject: str
    body: str
    is_own: bool = True
    topic: Topic = Topic.OTHER
    channel: Channel = Channel.ORDINARY
    form: Form = Form.ELECTRONIC
    steps: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    is_about_staff: bool = False


TAKEN: Final[tuple[tuple[str, Mapping[str, Any]], ...]] = (("take", {}),)
ALL: Final = (
    Told(3, Kind.ARIZA, "Uchrashuv (namuna)", "Akam bilan uchrashuvga ruxsat soʻrayman.", is_own=False),
    Told(11, Kind.ARIZA, "Ish haqi (namuna)", "Ish haqim nega kamaydi?", topic=Topic.WORK, steps=TAKEN),
    Told(
        26,
        Kind.SHIKOYAT,
        "Isitish (namuna)",
        "Uchinchi blokda isitish ishlamayapti.",
        topic=Topic.CONDITIONS,
        form=Form.PAPER,
        steps=TAKEN,
    ),
    Told(
        6,
        Kind.TAKLIF,
        "Kutubxona (namuna)",
        "Kutubxonaga yangi kitoblar olib kelishni taklif qilaman.",
        is_own=False,
        steps=(*TAKEN, ("ask", {"text": "Qaysi kitoblar kerak? (namuna)"})),
    ),
    Told(
        34,
        Kind.ARIZA,
        "Posilka (namuna)",
        "Posilka qabul qilinishini soʻrayman.",
        topic=Topic.CONTACT,
        steps=(*TAKEN, ("answer", ANSWER)),
    ),
    Told(
        5,
        Kind.SHIKOYAT,
        "Xodim ustidan (namuna)",
        "Boʻlim boshligʻi uchrashuvni asossiz bekor qildi.",
        topic=Topic.CONDUCT,
        is_about_staff=True,
    ),
    Told(0.8, Kind.ARIZA, "Xavfsizlik (namuna)", "Boshqa blokka oʻtkazing.", topic=Topic.SAFETY),
    Told(2, Kind.ARIZA, "Tish shifokori (namuna)", "Tishim ogʻriyapti.", channel=Channel.MEDICAL),
)


async def write(
    conn: AsyncConnection, staff: Mapping[Role, Caller], *, inmates: Sequence[PersonId], institution: int
) -> None:
    """The oldest first, as the register would have drawn their numbers."""
    for place, told in enumerate(sorted(ALL, key=lambda one: -one.days)):
        at = clock.now() - timedelta(days=told.days)
        whom = inmates[place % len(inmates)]
        made = await filing.submit(
            conn, _draft(told, whom, staff, institution=institution, at=at), by=None, now=at
        )
        await _acted(conn, made.appeal, told, by=staff[Role.UNIT_HEAD], at=at)
    nobody = Draft(
        uuid7(clock.now()), Kind.SHIKOYAT, ANONYMOUS, "Imzosiz (namuna)", "Bu yerda odamni urishdi."
    )
    await filing.submit(conn, nobody, by=None, now=clock.now())


def _draft(
    told: Told, whom: PersonId, staff: Mapping[Role, Caller], *, institution: int, at: datetime
) -> Draft:
    own = Applicant(ApplicantKind.PERSON, person=whom)
    return Draft(
        client_id=uuid7(at),
        kind=told.kind,
        applicant=own if told.is_own else RELATIVE,
        subject=told.subject,
        body=told.body,
        form=told.form,
        channel=told.channel,
        topic=told.topic,
        about=whom,
        institution=institution,
        accused_users=frozenset({staff[Role.UNIT_HEAD].user}) if told.is_about_staff else frozenset(),
        language="uz-Latn",
    )


async def _acted(conn: AsyncConnection, appeal: Appeal, told: Told, *, by: Caller, at: datetime) -> None:
    for day, (command, values) in enumerate(told.steps, 1):
        deed = Deed(command, Side.STAFF, at + timedelta(days=day), values, by.user)
        await acting.apply(conn, await loaded(conn, appeal), deed)
