"""What happened, from a breach's evidence: the fixes that decided, how sure it was, plain facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from core.clock import from_us
from geofence import policies


@dataclass(frozen=True, slots=True)
class Sight:
    """One fix against the zone."""

    taken_at: datetime
    distance_m: float
    """+ outside, − inside."""
    accuracy_m: float
    is_assumed: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """A number with a text of its own below `alert.fact`."""

    name: str
    value: int


@dataclass(frozen=True, slots=True)
class Story:
    sights: tuple[Sight, ...]
    sure: float | None
    """How probable the verdict was, 0.5 … 1."""
    facts: tuple[Fact, ...]
    has_place: bool
    """There is something to draw."""
    least: float | None = None
    """Below this certainty the policy of then says nothing."""
    cause: str | None = None
    """What tipped the scale, where a text of `alert.cause` says it."""


CAUSES: Final = frozenset({"fix", "hours_began", "term_began", "absence_ended", "straight_way"})


def of(evidence: Mapping[str, Any]) -> Story:
    """The opening's evidence in words' order; anything a rule did not say stays out."""
    fixes = evidence.get("fixes", ())
    sights = tuple(_sight(fix) for fix in fixes if "distance_m" in fix)
    posterior = evidence.get("posterior")
    sure = None if posterior is None or not sights else max(posterior, 1 - posterior)
    least = policies.valid_at(fixes[-1]["taken_us"]).sure if sure is not None else None
    cause = evidence.get("why") if sights and evidence.get("why") in CAUSES else None
    has_place = bool(fixes) or "term" in evidence
    return Story(sights, sure, tuple(_facts(evidence)), has_place, least, cause)


def _sight(fix: Mapping[str, Any]) -> Sight:
    return Sight(from_us(fix["taken_us"]), fix["distance_m"], fix["accuracy_m"], fix.get("is_assumed", False))


def _facts(evidence: Mapping[str, Any]) -> list[Fact]:
    facts = []
    if evidence.get("battery") is not None:
        facts.append(Fact("battery", int(evidence["battery"])))
    if "speed_mps" in evidence:
        facts.append(Fact("speed_kmh", round(evidence["speed_mps"] * 3.6)))
    if "limit_s" in evidence:
        facts.append(Fact("silent_min", round(evidence["limit_s"] / 60)))
    return facts
