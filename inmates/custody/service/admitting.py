"""What is asked on admission: answering, closing, and the children somebody speaks of."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission
from core.errors import Invalid, NotFound
from core.model import PersonId
from inmates.custody.model import Child
from inmates.custody.rules import admission as rules
from inmates.custody.rules.admission import Admission, AdmissionId, Item, Said
from inmates.custody.service import alarms
from inmates.custody.store import admissions as store
from inmates.service import known, opened, within


class BornInFuture(Invalid):
    code = "born_in_future"


async def read(conn: AsyncConnection, caller: Caller, *, admission: AdmissionId) -> Admission:
    """The answers, and the fact that they were read."""
    found = await _admission(conn, caller, admission)
    await opened(conn, caller, person=found.person_id, part="admission", action=Permission.CUSTODY_READ)
    return found


async def answer(
    conn: AsyncConnection, caller: Caller, *, admission: AdmissionId, item: Item, said: Said, words: str
) -> None:
    """Asked once more, it is one more answer; injuries and ill-treatment call the doctor and oversight."""
    found = await _admission(conn, caller, admission)
    if found.closed_at is not None:
        raise rules.AdmissionClosed
    kept = rules.check(item, said, words=words)
    made = await store.answer(conn, admission, item=item, said=said, words=kept, by=caller.user)
    await _record(
        conn, caller, found.person_id, detail={"admission": admission, "item": item, "answer": made}
    )
    if rules.is_alarm(item, said):
        await alarms.of_answer(conn, found.person_id, item=item, admission=admission)


async def close(conn: AsyncConnection, caller: Caller, *, admission: AdmissionId) -> None:
    """Only when everything was asked."""
    found = await _admission(conn, caller, admission)
    rules.may_close(found)
    await store.close(conn, admission, at=clock.now(), by=caller.user)
    await _record(conn, caller, found.person_id, detail={"admission": admission, "closed": True})


async def add_child(conn: AsyncConnection, caller: Caller, *, person: PersonId, child: Child) -> int:
    await known(conn, caller, person=person)
    if child.born_on > clock.today():
        raise BornInFuture
    put = replace(child, place=child.place.strip(), guardian=child.guardian.strip())
    made = await store.add_child(conn, person, child=put, by=caller.user)
    await _record(conn, caller, person, detail={"child": made})
    return made


async def take_back_child(conn: AsyncConnection, caller: Caller, *, person: PersonId, child: int) -> None:
    """Written down by mistake; the row stays, and says so."""
    await known(conn, caller, person=person)
    if child not in {one.id for one in await store.children_of(conn, person)}:
        raise NotFound
    await store.take_back_child(conn, person, child=child, by=caller.user)
    await _record(conn, caller, person, detail={"child_taken_back": child})


async def _admission(conn: AsyncConnection, caller: Caller, ident: AdmissionId) -> Admission:
    found = await store.admission(conn, ident, scope=within(caller))
    if found is None:
        raise NotFound
    return found


async def _record(
    conn: AsyncConnection, caller: Caller, person: PersonId, *, detail: dict[str, object]
) -> None:
    await audit.record(
        conn,
        caller.user,
        action=Permission.CUSTODY_WRITE,
        subject_kind="person",
        subject=person,
        detail=detail,
    )
