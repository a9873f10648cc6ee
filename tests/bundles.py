"""Bundles for tests: a night out and home again, told, signed, and whole."""

from dataclasses import replace
from functools import cache
from pathlib import Path

from core import i18n, signing
from core.clock import from_us
from core.model import DeviceId
from dashboards import assets
from geofence import policies
from geofence.evidence import service
from geofence.evidence.model import Asked, Device, Made, Material, Recorded, Whose
from geofence.evidence.rules import judging
from geofence.evidence.service import Paper
from geofence.model import BreachId, ConditionId
from geofence.rules import canonical, walk
from geofence.rules.duty import Duty
from geofence.rules.episodes import Episode
from geofence.rules.lines import Match
from scene import DEVICE, PERSON, a_fix, a_term, an_event, at, circle, daily
from tracking.model import EventKind, Report

SEED = bytes(range(32))
KEYS = {signing.key_id(signing.public(SEED)): signing.public(SEED)}
HOME = a_term("inclusion", circle(100.0))
TERMS = (HOME, replace(a_term("curfew", circle(150.0), hours=daily(0, 300)), condition=ConditionId(2)))


def reports() -> list[Report]:
    """Two devices; out from minute 10 on, home from 25 on; the strap opened once."""
    mine: list[Report] = [a_fix(n, 0 if not 10 <= n < 25 else 400) for n in range(40)]
    mine += [a_fix(n + 0.5, 3, device=DeviceId(71)) for n in range(5)]
    mine += [an_event(30.25, EventKind.STRAP_OPEN), an_event(31.25, EventKind.STRAP_CLOSED)]
    return sorted(mine, key=walk.mark)


@cache
def material() -> Material:
    heard, duty, begin = reports(), Duty(TERMS), walk.fresh(PERSON)
    asked = Asked(PERSON, at(-5), at(60), "1-25/77", "sud soʻrovi")
    found = judging.told(
        begin, heard, duty, policies=policies.in_force(), since_us=asked.since_us, until_us=asked.until_us
    )
    return Material(
        asked,
        Made("EV-20260601-00000000", from_us(at(90)), "Namuna Zobit", "officer", "en"),
        Whose("TEST-1", "Aliyev Namuna"),
        [Device(DEVICE, "T-70", "test", "L1", "1.0"), Device(DeviceId(71), "T-71", "test")],
        begin,
        heard,
        duty,
        {1: "Namuna uyi", 2: "Namuna uyi"},
        [recorded(n, episode, heard) for n, episode in enumerate(found.values(), 1)],
        list(found.values()),
        {DEVICE: ((1, 3),)},
        [(at(33), at(34))],
        "3+test",
        {one.id: service._policy(one.id) for one in policies.known()},
    )


def recorded(number: int, episode: Episode, heard: list[Report]) -> Recorded:
    held = {(r.device, r.sequence): r for r in heard}
    cites = {
        name: [
            [*key, held[key].taken_us, canonical.digest(canonical.report(held[key]))]
            for key in ((f["device"], f["sequence"]) for f in (side or {}).get("fixes", ()))
        ]
        for name, side in (("opening", episode.opening), ("closing", episode.closing))
    }
    return Recorded(BreachId(number), episode, Match.IDENTICAL, "3+test", cites)


def paper(language: str = "en") -> Paper:
    return Paper(i18n.load(), Path(assets.fonts()), language)


@cache
def bundle() -> bytes:
    return service.packed(material(), SEED, paper=paper())[0]
