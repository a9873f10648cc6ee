"""What officers read of cards: the queue, and one card with everything that explains it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission
from core.model import OrderId, UserId
from geofence import protocols, reading
from geofence.incidents import rules, store
from geofence.incidents.model import Fact, Incident, IncidentId, Step, Told
from geofence.model import AlertId, AlertState, EntryKind
from geofence.store import queue
from inmates import service as people
from inmates import store as files
from inmates.model import Person
from inmates.supervision.kinds import MeasureKind, ViolationKind
from inmates.supervision.service import measures
from inmates.supervision.service import orders as held
from tracking.store import tracks

MOST = 200


class Filter(StrEnum):
    OPEN = "open"
    NEW = "new"
    MINE = "mine"
    TAKEN = "taken"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Listed:
    """A card as the queue shows it."""

    incident: Incident
    person: Person
    alerts: Sequence[queue.Queued]
    owner_name: str | None


@dataclass(frozen=True, slots=True)
class Page:
    cards: Sequence[Listed]
    total: int
    after: IncidentId | None
    """Where the next page begins; None: this was the last."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What the ladder provides for a violation that an officer found: nothing happens by itself."""

    fact: Fact
    order: OrderId
    kind: ViolationKind
    measure: MeasureKind


@dataclass(frozen=True, slots=True)
class Card:
    incident: Incident
    person: Person
    alerts: Sequence[queue.Queued]
    """In the order of the breaches, with their evidence."""
    steps: Sequence[Step]
    names: dict[UserId, str]
    messages: dict[int, tracks.Ordered]
    """By command, with receipts."""
    colleagues: dict[str, str]
    """To whom it may be given: login, name."""
    offer: Offer | None

    @property
    def history(self) -> Sequence[Told]:
        """What one act wrote on several alerts of the card stands once."""
        once = {(one.at, one.entry): one for one in reversed(self.incident.entries)}
        return sorted(once.values(), key=rules.ORDER)


async def listed(
    conn: AsyncConnection,
    caller: Caller,
    *,
    wanted: Filter = Filter.OPEN,
    severity: int | None = None,
    after: IncidentId | None = None,
    skip: int = 0,
    most: int = MOST,
) -> Page:
    """By severity and deadline; closed ones of the last days, the newest first. From a card on, or from a
    place: where there are no longer so many, the last page."""
    found = [
        card
        for card in await cards(conn, caller, wanted=wanted)
        if is_wanted(card, caller.user, wanted=wanted) and severity in {None, card.severity}
    ]
    if wanted is Filter.CLOSED:
        found.sort(key=lambda card: -card.id)
    else:
        found.sort(key=rules.urgency)
    last = max(0, len(found) - 1) // most * most
    begin = next((n for n, card in enumerate(found, 1) if card.id == after), min(skip, last))
    page = found[begin : begin + most]
    rest = len(found) > begin + most
    return Page(await shown(conn, caller, page), len(found), page[-1].id if rest else None)


async def cards(conn: AsyncConnection, caller: Caller, *, wanted: Filter) -> list[Incident]:
    scope, now = people.within(caller), clock.now()
    if wanted is Filter.CLOSED:
        shown = protocols.at(protocols.known(), now).shift.shown
        return await folded(conn, await store.closed(conn, scope, since=now - shown, until=now))
    return await folded(conn, await store.open_(conn, scope))


async def folded(conn: AsyncConnection, seeds: Collection[AlertId]) -> list[Incident]:
    """Every card that holds one of these alerts."""
    facts, entries = await store.around(conn, seeds)
    found = rules.fold(facts, entries, protocols.known())
    return [card for card in found if any(fact.alert in seeds for fact in card.alerts)]


def is_wanted(card: Incident, user: UserId, *, wanted: Filter) -> bool:
    if wanted is Filter.MINE:
        return card.state is AlertState.TAKEN and card.owner == user
    if wanted is Filter.OPEN:
        return card.state is not AlertState.CLOSED
    if wanted is Filter.NEW:
        return bool(card.new)
    return card.state.value == wanted.value


async def shown(conn: AsyncConnection, caller: Caller, page: Sequence[Incident]) -> list[Listed]:
    scope = people.within(caller)
    named = await files.named(conn, {card.person for card in page}, scope=scope)
    staff = await files.staff(conn, {card.owner for card in page if card.owner})
    alerts = await _alerts(conn, caller, page)
    return [
        Listed(
            card,
            named[card.person],
            [alerts[fact.alert] for fact in card.alerts],
            staff.get(card.owner) if card.owner else None,
        )
        for card in page
    ]


async def _alerts(
    conn: AsyncConnection, caller: Caller, page: Sequence[Incident]
) -> dict[AlertId, queue.Queued]:
    ids = [fact.alert for card in page for fact in card.alerts]
    wanted = queue.Wanted(alerts=ids)
    found = await queue.queued(conn, people.within(caller), wanted=wanted, most=len(ids)) if ids else []
    return {alert.id: alert for alert in found}


async def known(conn: AsyncConnection, caller: Caller, *, alert: AlertId) -> Incident:
    """The card of an alert about one of the caller's people."""
    found = await reading.known(conn, caller, alert=alert)
    return next(iter(await folded(conn, {found.id})))


async def opened(conn: AsyncConnection, caller: Caller, *, alert: AlertId) -> Card:
    """One card; its evidence shows where a person was, so the reading is recorded."""
    incident = await known(conn, caller, alert=alert)
    await audit.record(
        conn,
        caller.user,
        action=Permission.ALERT_READ,
        subject_kind="alert",
        subject=alert,
        detail={"person": incident.person, "alerts": [fact.alert for fact in incident.alerts]},
    )
    (shown_,) = await shown(conn, caller, [incident])
    said = [one.entry for one in incident.entries]
    whom = {user for entry in said for user in (entry.by, entry.to) if user} | {incident.owner or UserId(0)}
    commands = [entry.command for entry in said if entry.command]
    found = await store.colleagues(conn, incident.person, at=clock.now())
    return Card(
        incident,
        shown_.person,
        shown_.alerts,
        rules.steps(incident, protocols.known()),
        await files.staff(conn, whom),
        {one.id: one for one in await tracks.commands_by(conn, commands)},
        {login: name for login, (who, name) in found.items() if who != caller.user},
        await offer(conn, caller, incident),
    )


async def offer(conn: AsyncConnection, caller: Caller, incident: Incident) -> Offer | None:
    """After a card was closed as a violation, once."""
    named = rules.violation(incident, protocols.known())
    is_drafted = any(one.entry.kind is EntryKind.DRAFTED for one in incident.entries)
    if named is None or is_drafted or not caller.may(Permission.ORDER_WRITE):
        return None
    fact, kind = named
    order = await store.order_of(conn, fact.alert)
    if order is None:
        return None
    found = await held.held(conn, caller, order=order)
    measure = await measures.foreseen(conn, found, at=fact.opened_at)
    return Offer(fact, order, ViolationKind(kind), measure)
