"""When a call may be entered, what its events come to, and what a legal booking needs. Pure."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hmac import digest
from typing import Final

from core.errors import Conflict, Invalid, NotFound
from core.seats import Party
from core.statutes import RuleSet
from messaging.calls.model import Call, Event, EventKind, Ice, Server, Standing, State

STATUTE: Final = "calls"
BOTH: Final = frozenset(Party)


class CallNotNow(Conflict):
    """Before its time, after it, or called off."""

    code = "call_not_now"


class CallOverlaps(Conflict):
    """The person or the lawyer has another one then."""

    code = "call_overlaps"


class CallMomentWrong(Invalid):
    code = "call_moment_wrong"


class CallTooLong(Invalid):
    code = "call_too_long"


class LawyerUnknown(Invalid):
    """No account of a lawyer has this name."""

    code = "lawyer_unknown"


class CallOver(Conflict):
    code = "call_over"


class CodeWrong(NotFound):
    """No such code, used, or run out."""

    code = "call_code_wrong"


def fold(call: Call, events: Iterable[Event], *, now: datetime) -> Standing:
    """Both count as connected from the later report until either goes; what lies past the booked end or now
    counts for nothing."""
    last = min(now, call.ends_at)
    here, hearing = set[Party](), set[Party]()
    since: datetime | None = None
    first: datetime | None = None
    talked, off = timedelta(), False
    for event in events:
        off = off or event.kind in {EventKind.ENDED, EventKind.CANCELLED}
        _take(event, here, hearing)
        if since is None and hearing == BOTH:
            since = event.at
            first = first or since
        elif since is not None and hearing != BOTH:
            talked, since = talked + max(min(event.at, last) - since, timedelta()), None
    if since is not None:
        talked += max(last - since, timedelta())
    is_over = off or now >= call.ends_at
    state = _ended(call, events_off=off, first=first) if is_over or call.is_visit_off else _going(here, since)
    return Standing(state, int(talked.total_seconds()), first)


def _take(event: Event, here: set[Party], hearing: set[Party]) -> None:
    if event.party is None:
        here.clear()
        hearing.clear()
    elif event.kind is EventKind.CONNECTED:
        here.add(event.party)
        hearing.add(event.party)
    else:
        hearing.discard(event.party)
        (here.add if event.kind is EventKind.JOINED else here.discard)(event.party)


def _ended(call: Call, *, events_off: bool, first: datetime | None) -> State:
    if first is not None:
        return State.KEPT
    return State.CANCELLED if events_off or call.is_visit_off else State.MISSED


def _going(here: set[Party], since: datetime | None) -> State:
    if since is not None:
        return State.TALKING
    return State.WAITING if here else State.BOOKED


def opens_at(call: Call, *, law: RuleSet) -> datetime:
    return call.begins_at - timedelta(minutes=law.whole("join.before_minutes"))


def is_open(call: Call, standing: Standing, *, law: RuleSet, now: datetime) -> bool:
    is_off = standing.state is State.CANCELLED or (standing.state is State.KEPT and now < call.ends_at)
    return opens_at(call, law=law) <= now < call.ends_at and not is_off


def is_over(standing: Standing) -> bool:
    return standing.state in {State.KEPT, State.MISSED, State.CANCELLED}


def check_legal(
    begins_at: datetime,
    minutes: int,
    *,
    others: Sequence[tuple[datetime, datetime]],
    law: RuleSet,
    now: datetime,
) -> datetime:
    """When it ends; `others`: what the person and the lawyer have already."""
    if not now < begins_at <= now + timedelta(days=law.whole("legal.ahead_days")):
        raise CallMomentWrong
    if not 1 <= minutes <= law.whole("legal.minutes_most"):
        raise CallTooLong(most=law.whole("legal.minutes_most"))
    ends_at = begins_at + timedelta(minutes=minutes)
    if any(begin < ends_at and begins_at < end for begin, end in others):
        raise CallOverlaps
    return ends_at


def servers(ice: Ice, *, name: str, until: datetime) -> list[dict[str, object]]:
    """As a browser takes them; a TURN server's password runs out with the call (the scheme that coturn calls
    `use-auth-secret`)."""
    return [_server(one, name=name, until=until) for one in ice.servers]


def _server(one: Server, *, name: str, until: datetime) -> dict[str, object]:
    if not one.secret:
        return {"urls": list(one.urls)}
    user = f"{int(until.timestamp())}:{name}"
    sign = b64encode(digest(one.secret.encode(), user.encode(), "sha1")).decode()
    return {"urls": list(one.urls), "username": user, "credential": sign}
