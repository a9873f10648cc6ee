"""The thresholds of every verdict, as data with dates: which policy held at a moment, and what it says."""

import tomllib
from dataclasses import MISSING, dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib import resources
from math import inf
from typing import Any, Final

from core.errors import Refusal
from core.times import to_us

MOST_EVIDENCE: Final = 8
"""Places that are remembered of a person."""


class BadPolicy(Refusal):
    """A policy file that must not decide about anybody."""

    code = "bad_policy"
    status = 500


class ErrorModel(StrEnum):
    """How the errors of fixes are distributed, and how a part of a fix counts."""

    NORMAL = "normal"  # a bell curve; evidence to the power of the weight
    STUDENT = "student"  # Student's t with two degrees of freedom: heavy tails, in arithmetic alone


@dataclass(frozen=True, slots=True)
class Policy:
    """Values only; unit and reason of each stand in the file. What has a value here was added later: a file
    that does not name it decides as it did before."""

    id: str
    valid_from_us: int
    outlier_share: float
    accuracy_quantile: float
    accuracy_doubt: float
    accuracy_floor_m: float
    unknown_gnss_m: float
    unknown_wifi_m: float
    unknown_cell_m: float
    unknown_beacon_m: float
    burst_s: float
    changes_per_hour: float
    sure: float
    most_log_odds: float
    reach_m: float
    evidence_fixes: int
    fresh_s: float
    crossing_gap_s: float
    jump_speed_mps: float
    jump_accuracies: float
    battery_low_percent: int
    battery_good_percent: int
    uncharged_s: float
    jamming_s: float
    silent_s: float
    no_location_s: float
    late_s: float
    error_model: ErrorModel = ErrorModel.NORMAL
    no_doubt_sigmas: float = 8.0
    crossing_sigmas: float = 1.0
    poor_m: float = inf
    network_bursts: float = 1.0
    repeated_bursts: float = 1.0
    jump_weight: float = 1.0
    stale_s: float = inf
    stale_weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Policies:
    """Which policy decides about which moment: each from its own beginning on, the first also before it."""

    known: tuple[Policy, ...]
    """Oldest first, at least one."""

    def at(self, at_us: int) -> Policy:
        decides = self.known[0]
        for policy in self.known[1:]:
            if policy.valid_from_us <= at_us:
                decides = policy
        return decides


@cache
def known() -> tuple[Policy, ...]:
    """All policies that ever held, oldest first."""
    folder = resources.files(__name__)
    files = sorted(f.name for f in folder.iterdir() if f.name.endswith(".toml"))
    found = [read(name.removesuffix(".toml"), (folder / name).read_text("utf-8")) for name in files]
    return tuple(sorted(found, key=lambda policy: policy.valid_from_us))


def in_force() -> Policies:
    """All that ever held, each in its time."""
    return Policies(known())


def valid_at(at_us: int) -> Policy:
    """The policy that decides about a moment."""
    return in_force().at(at_us)


def read(name: str, text: str) -> Policy:
    """A policy from its file. Every threshold needs a value, a unit and a reason; none may be unknown."""
    content = tomllib.loads(text)
    since = content.pop("valid_from", None)
    if not isinstance(since, datetime) or since.tzinfo is None:
        raise BadPolicy(policy=name, field="valid_from")
    wanted = {f.name: f for f in fields(Policy) if f.name not in {"id", "valid_from_us"}}
    needed = {field for field, f in wanted.items() if f.default is MISSING}
    if odd := (content.keys() - wanted.keys()) | (needed - content.keys()):
        raise BadPolicy(policy=name, field=", ".join(sorted(odd)))
    values = {field: _value(name, field, entry, wanted[field].type) for field, entry in content.items()}
    return _coherent(Policy(id=name, valid_from_us=to_us(since), **values))


def amended(policy: Policy, name: str, text: str) -> Policy:
    """A policy with some of its values put differently by a draft, which is written as policies are."""
    content = tomllib.loads(text)
    content.pop("valid_from", None)
    kinds = {f.name: f.type for f in fields(Policy)}
    if odd := content.keys() - (kinds.keys() - {"id", "valid_from_us"}):
        raise BadPolicy(policy=name, field=", ".join(sorted(odd)))
    values = {field: _value(name, field, entry, kinds[field]) for field, entry in content.items()}
    for share in ("sure", "outlier_share"):
        if not values.get(share, 0.0) < 1.0:
            raise BadPolicy(policy=name, field=share)
    return _coherent(replace(policy, id=name, **values))


def _coherent(policy: Policy) -> Policy:
    """Values that contradict each other, or what the engine has room for."""
    if policy.evidence_fixes > MOST_EVIDENCE:
        raise BadPolicy(policy=policy.id, field="evidence_fixes")
    if policy.crossing_sigmas > policy.no_doubt_sigmas:
        raise BadPolicy(policy=policy.id, field="crossing_sigmas")
    return policy


def _value(policy: str, field: str, entry: Any, kind: Any) -> Any:
    if not isinstance(entry, dict) or entry.keys() != {"value", "unit", "why"} or not entry["why"].strip():
        raise BadPolicy(policy=policy, field=field)
    value = entry["value"]
    if kind is ErrorModel:
        if value not in list(ErrorModel):
            raise BadPolicy(policy=policy, field=field)
        return ErrorModel(value)
    if isinstance(value, bool) or not isinstance(value, int if kind is int else int | float) or not value > 0:
        raise BadPolicy(policy=policy, field=field)
    return kind(value)
