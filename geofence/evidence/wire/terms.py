"""Rules as JSON: terms with their zones and hours, devices taken off, and the standing a fold begins from."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

import msgspec
import shapely.geometry
from shapely.geometry.base import BaseGeometry

from core.model import DeviceId, OrderId, PersonId
from geofence.model import (
    Absence,
    ConditionId,
    ConditionKind,
    DayException,
    Hours,
    Shape,
    ShapeKind,
    Standing,
    TakenOff,
    Term,
    Window,
    ZoneId,
)
from geofence.rules.duty import Duty

_standings = msgspec.json.Decoder(Standing)


def pretty(value: Any) -> bytes:
    """For people to read; the same value is the same bytes."""
    return (json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n").encode()


def standing(begin: Standing) -> bytes:
    return pretty(msgspec.to_builtins(begin))


def read_standing(content: bytes) -> Standing:
    return _standings.decode(content)


def duty(bound: Duty, names: Mapping[int, str]) -> bytes:
    terms = [_term(term) | {"zone_name": names.get(term.condition, "")} for term in bound.terms]
    offs = [
        {"device": off.device, "taken_us": off.taken_us, "is_bare": off.is_bare} for off in bound.taken_off
    ]
    return pretty({"terms": terms, "taken_off": offs})


def read_duty(content: bytes, person: PersonId) -> Duty:
    said = json.loads(content)
    offs = (
        TakenOff(person, DeviceId(one["device"]), one["taken_us"], is_bare=one["is_bare"])
        for one in said["taken_off"]
    )
    return Duty(tuple(_read_term(one) for one in said["terms"]), tuple(offs))


def _term(term: Term) -> dict[str, Any]:
    return {
        "condition": term.condition,
        "order": term.order,
        "zone": term.zone,
        "zone_version": term.zone_version,
        "kind": str(term.kind),
        "since_us": term.since_us,
        "until_us": term.until_us,
        "shape": str(term.shape.kind),
        "radius_m": term.shape.radius_m,
        "geometry": shapely.geometry.mapping(cast("BaseGeometry", term.shape.geometry)),
        "hours": _hours(term.hours),
        "absences": [[one.since_us, one.until_us] for one in term.absences],
    }


def _read_term(said: Mapping[str, Any]) -> Term:
    shape = Shape(ShapeKind(said["shape"]), shapely.geometry.shape(said["geometry"]), float(said["radius_m"]))
    return Term(
        ConditionId(said["condition"]),
        OrderId(said["order"]),
        ZoneId(said["zone"]),
        said["zone_version"],
        ConditionKind(said["kind"]),
        shape,
        _read_hours(said["hours"]),
        said["since_us"],
        said["until_us"],
        tuple(Absence(since, until) for since, until in said["absences"]),
    )


def _hours(hours: Hours) -> dict[str, Any]:
    return {
        "tz": hours.tz,
        "weekly": [[w.weekday, w.starts, w.ends] for w in hours.weekly],
        "exceptions": [{"on": day.on.isoformat(), "windows": list(day.windows)} for day in hours.exceptions],
    }


def _read_hours(said: Mapping[str, Any]) -> Hours:
    days = (DayException(date.fromisoformat(one["on"]), _pairs(one["windows"])) for one in said["exceptions"])
    return Hours(tuple(Window(*one) for one in said["weekly"]), tuple(days), said["tz"])


def _pairs(said: Sequence[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((starts, ends) for starts, ends in said)
