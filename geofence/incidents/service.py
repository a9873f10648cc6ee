"""What officers do with a card: load under a lock, decide, save, record, announce. A human closes it."""

from collections.abc import Callable
from typing import ClassVar, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, bus, clock
from core.auth import Caller
from core.errors import Conflict
from core.model import UserId
from geofence import protocols
from geofence.incidents import acts, reading, rules, store, telling
from geofence.incidents.model import CallOutcome, Incident
from geofence.model import AlertId, Entry, EntryKind, Outcome
from inmates.supervision.model import MeasureId, Violation
from inmates.supervision.service import measures
from inmates.tasks import service as tasks

EXCUSE: Final = "excuse"
"""The task that asks to read what the person said about an alert; closing the card is the answer."""


class ColleagueUnknown(Conflict):
    """Nobody of that name answers for this person."""

    code: ClassVar[str] = "colleague_unknown"


class NothingToDraft(Conflict):
    """The card was not closed as a violation, or its draft is made."""

    code: ClassVar[str] = "nothing_to_draft"


async def act(
    conn: AsyncConnection, caller: Caller, alert: AlertId, *, decide: Callable[[Incident], acts.Entries]
) -> Incident:
    """The card after an act; no entries: there was nothing to do."""
    found = await reading.known(conn, caller, alert=alert)
    await store.lock(conn, found.person)
    found = await reading.known(conn, caller, alert=alert)
    entries = decide(found)
    if entries:
        await write(conn, caller.user, found, entries=entries)
    return await reading.known(conn, caller, alert=alert)


async def write(conn: AsyncConnection, by: UserId, card: Incident, *, entries: acts.Entries) -> None:
    await store.add(conn, entries)
    detail = {"did": sorted({entry.kind for _, entry in entries}), "alerts": [alert for alert, _ in entries]}
    await audit.record(
        conn, by, action="alert:answer", subject_kind="alert", subject=card.lead, detail=detail
    )
    await bus.announce_sa(conn, news(card, entries))


def news(card: Incident, entries: acts.Entries) -> list[bus.Row]:
    """Ids and codes, for every screen."""
    return [
        bus.Row("alert", {"alert": alert, "incident": card.id, "entry": entry.kind}, card.person)
        for alert, entry in entries
    ]


async def take(
    conn: AsyncConnection, caller: Caller, *, alert: AlertId, instead_of: UserId | None = None
) -> Incident:
    """Of two officers one wins; the other is refused, unless they knowingly relieve the first."""
    return await act(
        conn, caller, alert, decide=lambda card: acts.take(card, caller.user, instead_of=instead_of)
    )


async def hand(conn: AsyncConnection, caller: Caller, *, alert: AlertId, login: str) -> Incident:
    found = await reading.known(conn, caller, alert=alert)
    to = (await store.colleagues(conn, found.person, at=clock.now())).get(login)
    if to is None or to[0] == caller.user:
        raise ColleagueUnknown
    return await act(conn, caller, alert, decide=lambda card: acts.hand(card, caller.user, to=to[0]))


async def release(conn: AsyncConnection, caller: Caller, *, alert: AlertId) -> Incident:
    return await act(conn, caller, alert, decide=lambda card: acts.release(card, caller.user))


async def note(conn: AsyncConnection, caller: Caller, *, alert: AlertId, text: str) -> Incident:
    return await act(conn, caller, alert, decide=lambda card: acts.note(card, caller.user, text=text))


async def call(
    conn: AsyncConnection, caller: Caller, *, alert: AlertId, outcome: CallOutcome, text: str
) -> Incident:
    def decide(card: Incident) -> acts.Entries:
        return acts.call(card, caller.user, outcome=outcome, text=text)

    return await act(conn, caller, alert, decide=decide)


async def step(conn: AsyncConnection, caller: Caller, *, alert: AlertId, code: str) -> Incident:
    def decide(card: Incident) -> acts.Entries:
        left = [one.code for one in rules.steps(card, protocols.known()) if one.done is None]
        return acts.step(card, caller.user, code=code, left=left)

    return await act(conn, caller, alert, decide=decide)


async def message(
    conn: AsyncConnection, caller: Caller, *, alert: AlertId, kind: str, text: str = ""
) -> Incident:
    """To the device that the person wears now; what becomes of it stands on the card."""
    found = await reading.known(conn, caller, alert=alert)
    acts.is_open(found)
    number = await telling.tell(conn, caller, person=found.person, kind=kind, text=text)
    return await act(conn, caller, alert, decide=lambda card: acts.message(card, caller.user, command=number))


async def close(
    conn: AsyncConnection, caller: Caller, *, alert: AlertId, outcome: Outcome, text: str, seen: int
) -> Incident:
    """All of it at once; whoever was told because nobody answered need not look any more."""

    def decide(card: Incident) -> acts.Entries:
        return acts.close(card, caller.user, outcome=outcome, text=text, seen=seen)

    closed = await act(conn, caller, alert, decide=decide)
    for one in closed.entries:
        if one.entry.kind is EntryKind.ESCALATED:
            await tasks.settle(conn, caller, kind=f"escalated_{one.entry.said}", subject=one.alert)
        if rules.is_excuse(one.entry):
            await tasks.settle(conn, caller, kind=EXCUSE, subject=one.alert)
    return closed


async def draft(conn: AsyncConnection, caller: Caller, *, alert: AlertId) -> MeasureId:
    """The document that the ladder provides for, as a draft: a named human decides about it in the file."""
    found = await reading.known(conn, caller, alert=alert)
    await store.lock(conn, found.person)
    offer = await reading.offer(conn, caller, await reading.known(conn, caller, alert=alert))
    if offer is None:
        raise NothingToDraft
    told = Violation(offer.kind, offer.fact.opened_at, "", offer.fact.alert)
    made = await measures.report(conn, caller, order=offer.order, violation=told)
    entry = Entry(EntryKind.DRAFTED, caller.user, said=offer.measure)
    await write(conn, caller.user, found, entries=[(offer.fact.alert, entry)])
    return made
