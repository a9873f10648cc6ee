"""Breaking the glass: a file opens for a while, holder and oversight are told, another human looks at it."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock, db, rule_sets, statutes
from core.auth import GRANTS, Caller, Permission, Role
from core.errors import Invalid, NotAllowed, NotFound
from core.model import PersonId
from core.sealing import Keys
from core.statutes import RuleSet
from inmates import store as people
from inmates.glass import rules, store
from inmates.glass.model import Asked, Break, Reading, ReviewId, Verdict
from inmates.identity import finding
from inmates.model import BreakId
from inmates.service import near, within
from inmates.tables import glass_breaks
from inmates.tasks import service as tasks
from inmates.tasks.model import Wanted

MOST = 50
READINGS = 200
SUBJECT = "glass_break"
NOTICE, REVIEW = "glass_notice", "glass_review"


class WordsMissing(Invalid):
    code = "glass_words_missing"


def law() -> RuleSet:
    return statutes.load("glass").on(clock.today())


async def open_file(
    conn: AsyncConnection, keys: Keys, caller: Caller, *, number: str, why: str
) -> tuple[BreakId, PersonId]:
    """What the caller's role may break of this person is open to read from now on; `number`: of the file, or
    the personal number."""
    held, now = law(), clock.now()
    reason = rules.reason(why, law=held)
    opens = rules.opens(caller.role, law=held, granted=GRANTS[caller.role])
    if not opens:
        raise NotAllowed
    person = await finding.called(conn, keys, number)
    if await people.person(conn, person, scope=within(caller)) is not None:
        raise rules.Needless
    ends, due = rules.ends_at(now, law=held), rules.due_at(now, law=held)
    kept = await rule_sets.keep(conn, held)
    made = await store.add(conn, Asked(caller.user, person, caller.role, opens, reason, now, ends, due, kept))
    await _tell(conn, caller, made, person=person)
    return made, person


async def _tell(conn: AsyncConnection, caller: Caller, made: BreakId, *, person: PersonId) -> None:
    """Whoever holds the file and whoever looks at it afterwards, in the same transaction."""
    now = clock.now()
    due = rules.due_at(now, law=law())
    holder = await near(conn, person)
    for kind, role in ((NOTICE, holder), (REVIEW, Role.OVERSIGHT)):
        await tasks.add(conn, Wanted(person, kind, role, due, SUBJECT, made, is_urgent=True))
    await audit.record(
        conn,
        caller.user,
        action=Permission.GLASS_BREAK,
        subject_kind="person",
        subject=person,
        detail={"glass_break": made},
    )


async def listed(conn: AsyncConnection, caller: Caller, *, before: BreakId | None) -> Sequence[Break]:
    """Oversight sees everybody's, others their own; the newest first."""
    by = None if caller.may(Permission.OVERSIGHT_READ) else caller.user
    found = await store.listed(conn, by=by, before=before, most=MOST)
    await _read(conn, caller, shown=len(found))
    return found


async def waiting(conn: AsyncConnection, caller: Caller) -> Sequence[Break]:
    """What nobody has looked at yet, the longest waiting first; a reviewer never sees their own here."""
    found = await store.unreviewed(conn, most=MOST)
    await _read(conn, caller, shown=len(found))
    return [one for one in found if one.user != caller.user]


async def _read(conn: AsyncConnection, caller: Caller, *, shown: int) -> None:
    await audit.record(
        conn, caller.user, action=Permission.GLASS_READ, subject_kind=SUBJECT, detail={"shown": shown}
    )


async def readings(conn: AsyncConnection, caller: Caller, *, ident: BreakId) -> Sequence[Reading]:
    found = await store.found(conn, ident)
    if found is None:
        raise NotFound
    await audit.record(
        conn, caller.user, action=Permission.OVERSIGHT_READ, subject_kind=SUBJECT, subject=ident
    )
    return await store.readings(conn, found, most=READINGS)


async def review(
    conn: AsyncConnection,
    caller: Caller,
    *,
    ident: BreakId,
    verdict: Verdict,
    words: str,
    replaces: ReviewId | None = None,
) -> ReviewId:
    """By another human, in words; an unjustified one shuts what is still open. A correction names the review
    that it replaces."""
    said = " ".join(words.split())
    if not said:
        raise WordsMissing
    await db.hold(conn, glass_breaks, ident=ident)
    found = await store.found(conn, ident)
    if found is None:
        raise NotFound
    if found.user == caller.user:
        raise rules.OwnGlass
    if (found.review.id if found.review else None) != replaces:
        raise rules.Reviewed
    made = await store.review(conn, found, verdict=verdict, words=said, by=caller.user, at=clock.now())
    await tasks.settle(conn, caller, kind=REVIEW, subject=ident)
    await audit.record(
        conn,
        caller.user,
        action=Permission.OVERSIGHT_WRITE,
        subject_kind=SUBJECT,
        subject=ident,
        detail={"review": made, "verdict": verdict.value},
    )
    return made
