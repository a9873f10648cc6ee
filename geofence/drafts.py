"""Rules that somebody proposes: other values of a policy, other zones or hours; tried, never in force.

A policy is written as policies are (TOML), with only the values that change. Conditions are written in JSON,
zones and hours in it as over HTTP:

    {"conditions": [{
        "condition": 12,
        "zone": {"kind": "circle", "geometry": {"type": "Point", "coordinates": [69.2, 41.3]}, "radius_m": 8},
        "hours": {"weekly": [{"weekday": 0, "starts": 1320, "ends": 1440}]}
    }]}"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import msgspec
import shapely
from msgspec import UNSET, Struct, UnsetType

from core.errors import Invalid
from geofence import policies
from geofence.model import ConditionId, DayException, Hours, Shape, ShapeKind, Window
from geofence.policies import Policy
from geofence.rules import drawing
from geofence.rules.drafted import Proposed


class BadDraft(Invalid):
    code: ClassVar[str] = "bad_draft"


@dataclass(frozen=True, slots=True)
class Draft:
    name: str
    policy: Policy | None = None
    """None: the policies of then."""
    conditions: Mapping[int, Proposed] = field(default_factory=dict)
    """By the number of any version of the condition."""


class _Drawing(Struct, forbid_unknown_fields=True):
    kind: ShapeKind
    geometry: dict[str, Any]
    radius_m: float = 0.0

    def shape(self) -> Shape:
        read = shapely.from_geojson(msgspec.json.encode(self.geometry).decode(), on_invalid="ignore")
        if read is None:
            raise drawing.ShapeInvalid
        shape = Shape(self.kind, shapely.force_2d(read), self.radius_m)
        drawing.check(shape)
        return shape


class _Hours(Struct, forbid_unknown_fields=True):
    weekly: tuple[Window, ...] = ()
    exceptions: tuple[DayException, ...] = ()
    tz: str = "Asia/Tashkent"

    def hours(self) -> Hours:
        hours = Hours(self.weekly, self.exceptions, self.tz)
        drawing.check_hours(hours)
        return hours


class _Condition(Struct, forbid_unknown_fields=True):
    condition: int
    zone: _Drawing | UnsetType = UNSET
    hours: _Hours | UnsetType = UNSET

    def proposed(self) -> Proposed:
        return Proposed(
            None if self.zone is UNSET else self.zone.shape(),
            None if self.hours is UNSET else self.hours.hours(),
        )


class _File(Struct, forbid_unknown_fields=True):
    conditions: tuple[_Condition, ...]


def read(name: str, *, policy: str | None, conditions: str | None, base: Policy) -> Draft:
    """From the text of its files; `base`: the policy whose values a draft changes."""
    if policy is None and conditions is None:
        raise BadDraft(draft=name)
    amended = None if policy is None else _checked(name, lambda: policies.amended(base, name, policy))
    listed = () if conditions is None else _checked(name, lambda: _conditions(conditions))
    return Draft(name, amended, {one.condition: one.proposed() for one in listed})


def _conditions(text: str) -> tuple[_Condition, ...]:
    return msgspec.json.decode(text, type=_File).conditions


def _checked(name: str, read: Callable[[], Any]) -> Any:
    try:
        return read()
    except (msgspec.MsgspecError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadDraft(draft=name, why=str(error)) from error


def by_name(draft: Draft, names: Mapping[int, ConditionId]) -> dict[ConditionId, Proposed]:
    """The proposals under the names that terms use."""
    if unknown := sorted(draft.conditions.keys() - names.keys()):
        raise BadDraft(draft=draft.name, condition=unknown[0])
    return {names[number]: proposed for number, proposed in draft.conditions.items()}
