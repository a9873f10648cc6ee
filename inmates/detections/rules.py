"""From what one user did within an hour to what oversight should look at. Pure."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Final

from inmates.detections.model import Finding, Hour, Kind


@dataclass(frozen=True, slots=True)
class Policy:
    mass_people: int
    night_begins: int
    night_ends: int
    night_exports: int
    missed: int
    refused: int
    broken: int
    look_back: timedelta
    crowd_readers: int
    crowd_within: timedelta
    renown_lasts: timedelta
    travel_least_km: int
    travel_kmh: int
    answer: timedelta
    keep: timedelta

    @classmethod
    def load(cls) -> "Policy":
        said: dict[str, Any] = tomllib.loads(Path(__file__).with_name("policy.toml").read_text("utf-8"))
        return cls(
            said["mass_people"],
            said["night_begins"],
            said["night_ends"],
            said["night_exports"],
            said["missed"],
            said["refused"],
            said["broken"],
            timedelta(hours=said["look_back_hours"]),
            said["crowd_readers"],
            timedelta(minutes=said["crowd_minutes"]),
            timedelta(days=said["renown_days"]),
            said["travel_least_km"],
            said["travel_kmh"],
            timedelta(days=said["answer_days"]),
            timedelta(days=said["keep_days"]),
        )


POLICY: Final = Policy.load()


def found(hour: Hour, *, policy: Policy, here: tzinfo) -> Iterator[Finding]:
    by_night = sum(is_night(at, policy=policy, here=here) for at in hour.exports)
    for kind, count, least in (
        (Kind.MASS_READING, hour.people_read, policy.mass_people),
        (Kind.NIGHT_EXPORT, by_night, policy.night_exports),
        (Kind.PROBING, hour.missed, policy.missed),
        (Kind.GUESSING, hour.refused, policy.refused),
        (Kind.GLASS, hour.broken, policy.broken),
    ):
        if count >= least:
            yield Finding(kind, hour.user, count)


def is_night(at: datetime, *, policy: Policy, here: tzinfo) -> bool:
    hour = at.astimezone(here).hour
    return hour >= policy.night_begins or hour < policy.night_ends
