"""Reports as rows: each report as it was received is one line of JSON, of which nothing is left out."""

import csv
import json
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any, Final

from core.model import DeviceId, PersonId
from core.times import from_us
from geofence.evidence.rules import tree
from geofence.rules import canonical
from tracking.model import DeviceEvent, EventKind, Fix, Flag, Mechanism, Report

FIX: Final = "fix"
MARK: Final = ("device", "sequence", "taken_us", "sent_us", "received_us")
NUMBERS: Final = ("lon", "lat", "accuracy_m", "speed_mps", "course_deg", "hdop")
WHOLE: Final = ("satellites", "battery")
PROOF: Final = ("row", "device", "sequence", "leaf", "chain")
TABLE: Final = (
    "row", "device", "sequence", "taken_at", "sent_at", "received_at", "kind", "value", "lon", "lat",
    "accuracy_m", "mechanism", "battery", "flags",
)  # fmt: skip
"""Columns for reading. Speed, course and the receiver's own figures stay in the rows: nobody has shown how
good they are, and a court must not be led to take them for measurements (docs/evidence.md)."""


class BadRow(ValueError):  # noqa: N818 - an answer about a line
    """Not a row as they are written."""


def row(report: Report) -> bytes:
    said: dict[str, Any] = {name: getattr(report, name) for name in MARK}
    if isinstance(report, DeviceEvent):
        return canonical.encode(said | {"kind": str(report.kind), "value": report.value})
    said |= {name: getattr(report, name) for name in (*NUMBERS, *WHOLE)}
    return canonical.encode(
        said | {"kind": FIX, "mechanism": int(report.mechanism), "flags": int(report.flags)}
    )


def read(line: bytes, person: PersonId) -> Report:
    """BadRow unless writing it again gives the same bytes."""
    try:
        found = _report(json.loads(line), person)
        if row(found) != line:
            raise BadRow
    except (ValueError, KeyError, TypeError, AttributeError) as why:
        raise BadRow from why
    return found


def lines(content: bytes) -> list[bytes]:
    """The last line feed ends the last row."""
    found = content.split(b"\n")
    return found[:-1] if found[-1] == b"" else found


def joined(rows: Iterable[bytes]) -> bytes:
    return b"".join(one + b"\n" for one in rows)


def proofs(rows: Sequence[bytes], reports: Sequence[Report]) -> bytes:
    """Of each row its leaf in the tree and its device's chain up to it."""
    leaves = [tree.leaf(one) for one in rows]
    chain = tree.chained((report.device, leaf) for report, leaf in zip(reports, leaves, strict=True))
    listed = (
        (n, report.device, report.sequence, leaf.hex(), head.hex())
        for n, (report, leaf, head) in enumerate(zip(reports, leaves, chain, strict=True), 1)
    )
    return written(PROOF, listed)


def table(reports: Sequence[Report]) -> bytes:
    return written(TABLE, (_readable(n, report) for n, report in enumerate(reports, 1)))


def written(head: Sequence[str], listed: Iterable[Sequence[Any]]) -> bytes:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(listed)
    return text.getvalue().encode()


def _report(said: dict[str, Any], person: PersonId) -> Report:
    mark: dict[str, Any] = {name: int(said[name]) for name in MARK} | {
        "device": DeviceId(said["device"]),
        "person": person,
    }
    if said["kind"] != FIX:
        return DeviceEvent(**mark, kind=EventKind(said["kind"]), value=said["value"])
    numbers: dict[str, Any] = {name: None if said[name] is None else float(said[name]) for name in NUMBERS}
    return Fix(
        **mark,
        **numbers,
        **{name: said[name] for name in WHOLE},
        mechanism=Mechanism(said["mechanism"]),
        flags=Flag(said["flags"]),
    )


def _readable(number: int, report: Report) -> Sequence[Any]:
    times = (from_us(us).isoformat() for us in (report.taken_us, report.sent_us, report.received_us))
    mark = (number, report.device, report.sequence, *times)
    if isinstance(report, DeviceEvent):
        return (*mark, str(report.kind), report.value, None, None, None, None, None, None)
    place = (report.lon, report.lat, report.accuracy_m, report.mechanism.name.lower(), report.battery)
    return (*mark, FIX, None, *place, int(report.flags))
