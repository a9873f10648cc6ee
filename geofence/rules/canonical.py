"""One way to write verdicts and reports as bytes, so that "the same" can be checked by comparing bytes.

JSON in ASCII, keys sorted, no blanks; a number without a fraction is written without one, because a database
may give 5.0 back as 5. Times are microseconds since 1970 UTC."""

import json
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any

from tracking.model import Fix, Report

SHORT, LONG = 8, 32
"""Bytes of a digest: of one report among the few that a verdict cites; of everything told of a time."""


def encode(value: Any) -> bytes:
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def report(said: Report) -> bytes:
    """A report as it is stored, whole. What reports will say one day must stand behind this, and only where
    they say it: the digests that verdicts cite hold as they are."""
    mark = said.device, said.sequence, said.person, said.taken_us, said.sent_us, said.received_us
    if not isinstance(said, Fix):
        return encode((*mark, str(said.kind), said.value))
    place = said.lon, said.lat, said.accuracy_m, int(said.mechanism), int(said.flags)
    return encode((*mark, *place, said.battery, said.speed_mps, said.course_deg, said.satellites, said.hdop))


def digest(content: bytes, size: int = SHORT) -> str:
    return blake2b(content, digest_size=size).hexdigest()


def differences(before: Any, after: Any) -> list[tuple[str, Any, Any]]:
    """(field, before, after) of all that is not the same; a field inside another stands behind a dot."""
    old, new = dict(_fields(before)), dict(_fields(after))
    pairs = [(name, old.get(name), new.get(name)) for name in sorted(old.keys() | new.keys())]
    return [(name, one, other) for name, one, other in pairs if encode(one) != encode(other)]


def _fields(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        items: Iterable[tuple[str, Any]] = value.items()
    elif isinstance(value, list | tuple):
        items = ((str(place), item) for place, item in enumerate(value, 1))
    else:
        yield name, value
        return
    for key, item in items:
        yield from _fields(item, f"{name}.{key}" if name else key)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
