"""What a device says about itself: strap, case, battery, jamming; and places it cannot have reached."""

from collections.abc import Mapping
from dataclasses import replace

from core.model import PersonId
from geofence.model import BreachKind, Change, Edge, OpenBreach, Place, Sign, Worn
from geofence.policies import Policies, Policy
from geofence.rules import places
from geofence.rules.doubt import SECOND_US
from geofence.rules.zones import change
from tracking.model import LEVELS, DeviceEvent, EventKind, Fix, Flag, Report

Says = Mapping[BreachKind, bool]
"""Which signs a report affirms and which it denies; of the others it says nothing."""

Step = tuple[Worn, list[Change]]

EVENTS: dict[EventKind, Says] = {
    EventKind.STRAP_OPEN: {BreachKind.STRAP: True},
    EventKind.STRAP_CLOSED: {BreachKind.STRAP: False},
    EventKind.CASE_OPEN: {BreachKind.CASE: True},
    EventKind.CASE_CLOSED: {BreachKind.CASE: False},
    EventKind.JAMMING: {BreachKind.JAMMING: True},
    EventKind.JAMMING_ENDED: {BreachKind.JAMMING: False},
}
FULL = 100
"""Percent; a level beyond it, or below 0, says nothing."""


def delay_us(kind: BreachKind, policy: Policy) -> int:
    """How long a sign must last before it is a breach; by the policy of its beginning."""
    seconds = {BreachKind.UNCHARGED: policy.uncharged_s, BreachKind.JAMMING: policy.jamming_s}.get(kind, 0.0)
    return int(seconds * SECOND_US)


def next_moment(worn: Worn, policies: Policies) -> int | None:
    """When the next sign that has lasted becomes a breach, if nothing else is said before."""
    return min((_due_us(s, policies) for s in worn.signs if s.opened_us is None), default=None)


def hear(worn: Worn, report: Report, *, policies: Policies) -> Step:
    """After a report: signs begin and end, and what ended closes. What begins opens in `settle`."""
    policy = policies.at(report.taken_us)
    worn = _power(worn, report)
    said = _says(worn, report, policy)
    over = [sign for sign in worn.signs if said.get(sign.kind) is False]
    changes = [c for sign in over for c in _closed(sign, worn, report, policy)]
    worn = _without(worn, over)
    standing = {sign.kind for sign in worn.signs}
    begun = [
        Sign(kind, _since(worn, kind, report.taken_us), report.sequence)
        for kind, is_so in said.items()
        if is_so and kind not in standing
    ]
    return (replace(worn, signs=(*worn.signs, *begun)) if begun else worn), changes


def settle(worn: Worn, at_us: int, *, person: PersonId, policies: Policies) -> Step:
    """At any moment: signs that have lasted long enough open."""
    if all(s.opened_us is not None or _due_us(s, policies) > at_us for s in worn.signs):
        return worn, []
    policy = policies.at(at_us)
    changes: list[Change] = []
    signs: list[Sign] = []
    for sign in worn.signs:
        due_us = _due_us(sign, policies)
        if sign.opened_us is None and due_us <= at_us:
            signs.append(sign._replace(opened_us=due_us))
            breach = OpenBreach(sign.kind, worn.device, due_us)
            told = _evidence(worn, sign, policy) | {"why": "device_said"}
            changes.append(change(breach, Edge.OPENED, due_us, person=person, evidence=told))
        else:
            signs.append(sign)
    return replace(worn, signs=tuple(signs)), changes


def take_off(worn: Worn, at_us: int, *, person: PersonId, policy: Policy) -> list[Change]:
    """Of a device that nobody wears any more nothing is open."""
    return [
        change(
            OpenBreach(sign.kind, worn.device, sign.opened_us),
            Edge.CLOSED,
            at_us,
            person=person,
            evidence=_evidence(worn, sign, policy) | {"reason": "not_worn", "fixes": []},
        )
        for sign in worn.signs
        if sign.opened_us is not None
    ]


def move(worn: Worn, place: Place, *, person: PersonId, policy: Policy) -> Step:
    """A place out of reach of the last one is doubtful; a second one that agrees with it makes it a jump."""
    if worn.place is None or (worn.doubtful is None and places.is_reachable(worn.place, place, policy)):
        return replace(worn, place=place), []
    if worn.doubtful is None or not _agrees(worn.place, worn.doubtful, place, policy):
        if places.is_reachable(worn.place, place, policy):
            return replace(worn, place=place, doubtful=None), []
        return replace(worn, doubtful=place), []
    breach = OpenBreach(BreachKind.JUMP, worn.device, place.taken_us)
    told = _jump(worn.place, worn.doubtful, place) | {"policy": policy.id}
    changes = [
        change(
            breach, Edge.OPENED, place.taken_us, person=person, evidence=told | {"why": "impossible_speed"}
        ),
        change(breach, Edge.CLOSED, place.taken_us, person=person, evidence=told | {"reason": "passed_by"}),
    ]
    return replace(worn, place=place, doubtful=None), changes


def _due_us(sign: Sign, policies: Policies) -> int:
    return sign.since_us + delay_us(sign.kind, policies.at(sign.since_us))


def _without(worn: Worn, over: list[Sign]) -> Worn:
    if not over:
        return worn
    opened = {sign.kind: sign for sign in (*worn.ended, *over) if sign.opened_us is not None}
    signs = tuple(sign for sign in worn.signs if sign not in over)
    return replace(worn, signs=signs, ended=tuple(opened.values()))


def _since(worn: Worn, kind: BreachKind, at_us: int) -> int:
    """A sign that comes and goes and comes within one instant begins the second time a microsecond later:
    its breach would otherwise bear the name of the one that ended."""
    before = (sign.since_us for sign in worn.ended if sign.kind is kind)
    return max(at_us, max(before, default=-1) + 1)


def _agrees(start: Place, doubtful: Place, place: Place, policy: Policy) -> bool:
    """With the doubtful place rather than the one before it; after a while only if nothing else can be."""
    if not places.is_reachable(doubtful, place, policy):
        return False
    if not places.is_reachable(start, place, policy):
        return True
    is_soon = place.taken_us - doubtful.taken_us <= policy.fresh_s * SECOND_US
    return is_soon and places.way_m(doubtful, place, 0.0) < places.way_m(start, place, 0.0)


def _power(worn: Worn, report: Report) -> Worn:
    if isinstance(report, Fix):
        level, charging = report.battery, Flag.CHARGING in report.flags
    else:
        level = report.value if report.kind in LEVELS else None
        level = level if level is not None and 0 <= level <= FULL else None
        charging = report.kind is EventKind.CHARGING or (
            worn.is_charging and report.kind is not EventKind.UNPLUGGED
        )
    level = worn.battery if level is None else level
    if (level, charging) == (worn.battery, worn.is_charging):
        return worn
    return replace(worn, battery=level, is_charging=charging)


def _says(worn: Worn, report: Report, policy: Policy) -> Says:
    if isinstance(report, DeviceEvent):
        return {**EVENTS.get(report.kind, {}), **_charge(worn, policy)}
    disturbed = Flag.JAMMING | Flag.MOCK
    return {
        BreachKind.STRAP: Flag.STRAP_OPEN in report.flags,
        BreachKind.CASE: Flag.CASE_OPEN in report.flags,
        BreachKind.JAMMING: bool(report.flags & disturbed),
        **_charge(worn, policy),
    }


def _charge(worn: Worn, policy: Policy) -> Says:
    if worn.is_charging or (worn.battery is not None and worn.battery >= policy.battery_good_percent):
        return {BreachKind.BATTERY: False, BreachKind.UNCHARGED: False}
    if worn.battery is not None and worn.battery <= policy.battery_low_percent:
        return {BreachKind.BATTERY: True, BreachKind.UNCHARGED: True}
    return {}


def _closed(sign: Sign, worn: Worn, report: Report, policy: Policy) -> list[Change]:
    if sign.opened_us is None:
        return []
    told = _evidence(worn, sign, policy) | {
        "reason": "device_said",
        "fixes": [{"device": report.device, "sequence": report.sequence, "taken_us": report.taken_us}],
    }
    breach = OpenBreach(sign.kind, worn.device, sign.opened_us)
    return [change(breach, Edge.CLOSED, report.taken_us, person=report.person, evidence=told)]


def _evidence(worn: Worn, sign: Sign, policy: Policy) -> dict[str, object]:
    return {
        "policy": policy.id,
        "since_us": sign.since_us,
        "lasted_s": delay_us(sign.kind, policy) / SECOND_US,
        "battery": worn.battery,
        "is_charging": worn.is_charging,
        "fixes": [{"device": worn.device, "sequence": sign.sequence, "taken_us": sign.since_us}],
    }


def _jump(start: Place, first: Place, second: Place) -> dict[str, object]:
    seconds = max(1.0, (first.taken_us - start.taken_us) / SECOND_US)
    metres = places.way_m(start, first, 0.0)
    return {
        "distance_m": metres,
        "seconds": seconds,
        "speed_mps": metres / seconds,
        "fixes": [
            {"device": p.device, "sequence": p.sequence, "taken_us": p.taken_us, "accuracy_m": p.accuracy_m}
            for p in (start, first, second)
        ],
    }
