"""What psychologists do in their compartment, and the one word that leaves it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission
from core.errors import Conflict, Invalid, NotFound
from core.model import PersonId
from core.sealing import Keys
from inmates import service as people
from inmates.psychology import calls, catalogue, rules, store, tables, wire
from inmates.psychology.model import (
    Contact,
    Draft,
    Note,
    NoteId,
    Score,
    Screen,
    Screening,
    ScreeningId,
    Wording,
)


class NoSuchScreen(NotFound):
    code = "psychology_no_such_screen"


class AnswersWrong(Invalid):
    """Not one answer for each item, or one that is not offered."""

    code = "psychology_answers_wrong"


class BasisMissing(Invalid):
    """Consent or a clinical ground has to be named."""

    code = "psychology_basis_missing"


class TakenLater(Invalid):
    """A screen cannot have been taken at a time that is still to come."""

    code = "psychology_taken_later"


class NoteMissing(Invalid):
    code = "psychology_note_missing"


class NoteReplaced(Conflict):
    """A later note stands in its place."""

    code = "psychology_note_replaced"


@dataclass(frozen=True, slots=True)
class Trend:
    """One screen of a person: what was taken, oldest first, and when it is due again."""

    screen: str
    screenings: Sequence[Screening]
    due_at: datetime | None
    """None: the screen is shipped no longer."""


@dataclass(frozen=True, slots=True)
class File:
    trends: Sequence[Trend]
    notes: Sequence[Note]
    unreadable: int
    """Screenings that the keys on this machine do not open."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A screen, and the languages in which its wording is the original or signed by a psychologist."""

    screen: Screen
    validated: frozenset[str]


async def offered(conn: AsyncConnection) -> list[Offered]:
    signed = await store.signed(conn)
    return [
        Offered(screen, frozenset(w.language for w in screen.wordings.values() if _valid(screen, w, signed)))
        for screen in catalogue.screens().values()
    ]


def _valid(screen: Screen, wording: Wording, signed: frozenset[tuple[str, str, str]]) -> bool:
    return wording.is_original or (screen.name, wording.language, wording.digest) in signed


def known(screens: Mapping[str, Screen], name: str, *, language: str) -> tuple[Screen, Wording]:
    screen = screens.get(name)
    if screen is None or language not in screen.wordings:
        raise NoSuchScreen
    return screen, screen.wordings[language]


async def sign(conn: AsyncConnection, caller: Caller, *, screen: str, language: str) -> None:
    """A psychologist vouches for this wording; a changed one has to be signed anew."""
    found, wording = known(catalogue.screens(), screen, language=language)
    await store.sign(conn, screen=found.name, language=language, digest=wording.digest, by=caller.user)
    await audit.record(
        conn,
        caller.user,
        action=Permission.PSYCHOLOGY_WRITE,
        subject_kind="screen",
        detail={"screen": found.name, "language": language, "wording": wording.digest},
    )


async def read(conn: AsyncConnection, keys: Keys, *, caller: Caller, person: PersonId) -> File:
    await people.opened(conn, caller, person=person, part="psychology", action=Permission.PSYCHOLOGY_READ)
    rows = [wire.screening(keys, row) for row in await store.screenings_of(conn, person)]
    opened = [row for row in rows if row]
    notes = [wire.note(keys, row) for row in await store.notes_of(conn, person)]
    trends = [_trend(name, taken) for name, taken in sorted(rules.series(opened).items())]
    return File(trends, rules.standing(notes), len(rows) - len(opened))


def _trend(name: str, taken: Sequence[Screening]) -> Trend:
    screen, last = catalogue.screens().get(name), taken[-1]
    due = rules.due_again(screen, last.score, taken_at=last.taken_at) if screen else None
    return Trend(name, taken, due)


async def take(
    conn: AsyncConnection,
    keys: Keys,
    *,
    caller: Caller,
    person: PersonId,
    draft: Draft,
    taken_at: datetime | None = None,
) -> tuple[ScreeningId, Score]:
    """Judged, sealed, and what must be done about it asked of humans, all in one transaction."""
    await people.known(conn, caller, person=person)
    now = clock.now()
    taken = taken_at or now
    screen, wording = _checked(draft, taken, now)
    scored = rules.score(screen, draft.answers)
    ident = ScreeningId(await store.number(conn, tables.screenings))
    sealed = wire.result(
        keys, draft, version=screen.version, wording=wording.digest, score=scored, ident=ident
    )
    before = await _taken(conn, keys, person)
    row = {"id": ident, "person_id": person, "taken_at": taken, "taken_by": caller.user, "result": sealed}
    await store.add(conn, tables.screenings, **row)
    await calls.for_safety(conn, scored, person=person, screening=ident, now=now)
    earlier = [one.id for one in before if one.draft.screen == screen.name]
    due = rules.due_again(screen, scored, taken_at=taken)
    await calls.for_repeat(conn, caller, person=person, screening=ident, earlier=earlier, due_at=due)
    await _recorded(conn, caller, person=person, screening=ident)
    return ident, scored


def _checked(draft: Draft, taken: datetime, now: datetime) -> tuple[Screen, Wording]:
    screen, wording = known(catalogue.screens(), draft.screen, language=draft.language)
    if not rules.is_possible(screen, draft.answers):
        raise AnswersWrong
    if not draft.basis_note.strip():
        raise BasisMissing
    if taken > now:
        raise TakenLater
    return screen, wording


async def write(
    conn: AsyncConnection,
    keys: Keys,
    *,
    caller: Caller,
    person: PersonId,
    text: str,
    replaces: NoteId | None = None,
) -> NoteId:
    """A note for psychologists alone; a correction names the one it replaces."""
    await people.known(conn, caller, person=person)
    if not text.strip():
        raise NoteMissing
    if replaces is not None:
        await _refuse_replacement(conn, caller, person=person, note=replaces)
    ident = NoteId(await store.number(conn, tables.notes))
    sealed = wire.words(keys, text.strip(), ident=ident)
    row = {"id": ident, "person_id": person, "made_by": caller.user, "text": sealed, "replaces": replaces}
    await store.add(conn, tables.notes, **row)
    await _recorded(conn, caller, person=person, note=ident)
    return ident


async def _refuse_replacement(
    conn: AsyncConnection, caller: Caller, *, person: PersonId, note: NoteId
) -> None:
    if await store.owner_of(conn, note, scope=people.within(caller)) != person:
        raise NotFound
    if await store.is_replaced(conn, note):
        raise NoteReplaced


async def contact(
    conn: AsyncConnection, keys: Keys, *, person: PersonId, at: datetime
) -> tuple[Contact, datetime] | None:
    """The one word that leaves the compartment: whether screens show that somebody should see the person, and
    since when that is known; neither which screen nor what it said. None: no screen speaks of today."""
    return rules.contact(await _taken(conn, keys, person), catalogue.screens(), at=at)


async def _taken(conn: AsyncConnection, keys: Keys, person: PersonId) -> list[Screening]:
    rows = [wire.screening(keys, row) for row in await store.screenings_of(conn, person)]
    return [row for row in rows if row]


async def _recorded(conn: AsyncConnection, caller: Caller, *, person: PersonId, **detail: int) -> None:
    await audit.record(
        conn,
        caller.user,
        action=Permission.PSYCHOLOGY_WRITE,
        subject_kind="person",
        subject=person,
        detail=detail,
    )
