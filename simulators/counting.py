"""What a simulation proves: reports lost, doubled or altered; breaches missed or false (ADR-0014)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from statistics import median, quantiles
from typing import Final, TypeVar

from geofence.model import BreachKind
from simulators.ledger import Ledger
from simulators.truth import DEVICE_KINDS, TrueBreach

SECOND_US: Final = 1_000_000
TOLERANCE_US: Final = 60 * SECOND_US
"""A breach belongs to a true one if the two are no farther apart in time."""
SURE_S: Final = 150.0
"""Five half-minutes of plain fixes: enough for the verdict even after hours on the right side."""
SURE_FIXES: Final = 5
SEEN_SHARE: Final = 0.5
SAME_DEGREES: Final = 6e-8
"""Half of the wire's last digit."""
ZONE_KINDS: Final = frozenset(
    {
        BreachKind.EXCLUSION_ENTERED,
        BreachKind.EXCLUSION_CROSSED,
        BreachKind.INCLUSION_LEFT,
        BreachKind.CURFEW,
        BreachKind.BOUNDARY_LEFT,
    }
)
JUDGED: Final = ZONE_KINDS | frozenset(DEVICE_KINDS.values())
"""Kinds whose truth is known; silence, lost location and jumps depend on policy and on the error model."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One report as the database has it; lon and lat are None for events."""

    device: str
    sequence: int
    taken_us: int
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class StoredSum:
    """What the database has of one device's numbers in the ledger's range."""

    device: str
    rows: int = 0
    distinct: int = 0
    distinct_acked: int = 0
    checksum: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """One breach as the database has it."""

    person: str
    kind: BreachKind
    condition: int
    """Number in the order; 0: the device."""
    opened_us: int
    closed_us: int | None
    found_us: int
    is_annulled: bool = False


T = TypeVar("T", Found, TrueBreach)


@dataclass(slots=True)
class Reports:
    sent: int = 0
    stored: int = 0
    lost: int = 0
    acknowledged_and_lost: int = 0
    doubled: int = 0
    altered: int = 0
    unacknowledged: int = 0


@dataclass(slots=True)
class Breaches:
    true: int = 0
    found: int = 0
    missed: list[TrueBreach] = field(default_factory=list)
    unsure: int = 0
    unsure_found: int = 0
    unseen: int = 0
    false: list[Found] = field(default_factory=list)
    doubled: int = 0
    still_open: int = 0
    others: Counter[str] = field(default_factory=Counter)
    opened_after_s: list[float] = field(default_factory=list)
    found_after_s: list[float] = field(default_factory=list)


def reports(ledger: Ledger, rows: Iterable[Stored]) -> Reports:
    """Only what the ledger's devices sent in this run: other numbers in the database are not looked at."""
    out = Reports(sent=len(ledger.sent) + len(ledger.told))
    times: Counter[tuple[str, int]] = Counter()
    for row in rows:
        key = row.device, row.sequence
        said = ledger.sent.get(key) or ledger.told.get(key)
        if said is None:
            continue
        times[key] += 1
        out.altered += not _is_same(row, said)
    out.stored = len(times)
    out.doubled = sum(n - 1 for n in times.values())
    for device, sequence in (*ledger.sent, *ledger.told):
        acknowledged = sequence <= ledger.acked.get(device, 0)
        if times[device, sequence] == 0:
            out.lost += 1
            out.acknowledged_and_lost += acknowledged
        elif not acknowledged:
            out.unacknowledged += 1
    return out


def sums(ledger: Ledger, rows: Iterable[StoredSum]) -> Reports:
    """The same of a crowd; of a device whose count is right and whose sum is not, one report is altered."""
    out, stored = Reports(), {row.device: row for row in rows}
    for device, said in ledger.sums.items():
        row = stored.get(device, StoredSum(device))
        acknowledged = max(0, min(said.acked, said.last) - said.first + 1)
        out.sent += said.many
        out.stored += row.distinct
        out.lost += said.many - row.distinct
        out.acknowledged_and_lost += acknowledged - row.distinct_acked
        out.unacknowledged += row.distinct - row.distinct_acked
        out.doubled += row.rows - row.distinct
        out.altered += row.rows == said.many == row.distinct and row.checksum != said.checksum
    return out


def breaches(ledger: Ledger, rows: Sequence[Found], *, sure_s: float = SURE_S) -> Breaches:
    out = Breaches()
    interval_s = float(ledger.run.get("interval_s", 1.0))
    sure_s = max(sure_s, SURE_FIXES * interval_s)
    truths = [t for t in (_acted(t, ledger.ended_us) for t in ledger.truth) if t.begins_us < t.ends_us]
    held = [row for row in rows if not row.is_annulled]
    found, true = _by_person(held), _by_person(truths)
    moments = _moments(ledger)
    for truth in truths:
        mine = [row for row in found.get(truth.person, ()) if _belongs(row, truth)]
        if not _is_seen(truth, moments.get(truth.person, []), interval_s):
            out.unseen += 1
        elif truth.clear_s < sure_s:
            out.unsure += 1
            out.unsure_found += bool(mine)
        else:
            out.true += 1
            _judge(out, truth, mine, ended_us=ledger.ended_us, sure_s=sure_s)
    for row in held:
        if row.kind not in JUDGED:
            out.others[row.kind] += 1
        elif _is_of_run(row, ledger) and not any(_belongs(row, truth) for truth in true.get(row.person, ())):
            out.false.append(row)
    out.doubled = _doubled(held)
    return out


def _judge(out: Breaches, truth: TrueBreach, mine: list[Found], *, ended_us: int, sure_s: float) -> None:
    if not mine:
        out.missed.append(truth)
        return
    out.found += 1
    first = min(mine, key=lambda row: row.opened_us)
    out.opened_after_s.append((first.opened_us - truth.begins_us) / SECOND_US)
    out.found_after_s.append((first.found_us - truth.begins_us) / SECOND_US)
    is_over = ended_us - truth.ends_us > sure_s * SECOND_US + TOLERANCE_US
    out.still_open += is_over and any(row.closed_us is None for row in mine)


def percentiles(values: list[float]) -> tuple[float, float] | None:
    """Median and p90."""
    if not values:
        return None
    return median(values), quantiles([*values, values[-1]], n=10, method="inclusive")[-1]


def _acted(truth: TrueBreach, ended_us: int) -> TrueBreach:
    """Cut at the moment when the simulation ended."""
    ends_us = min(truth.ends_us, ended_us)
    return replace(
        truth, ends_us=ends_us, clear_s=min(truth.clear_s, (ends_us - truth.begins_us) / SECOND_US)
    )


def _by_person(rows: Iterable[T]) -> dict[str, list[T]]:
    out: dict[str, list[T]] = {}
    for row in rows:
        out.setdefault(row.person, []).append(row)
    return out


def _moments(ledger: Ledger) -> dict[str, list[int]]:
    """When each person's device reported; a made-up device bears its wearer's number."""
    out: dict[str, list[int]] = {}
    for (device, _), (taken_us, *_) in ledger.sent.items():
        out.setdefault(device.replace("SIM-", "DEMO-"), []).append(taken_us)
    for (device, _), (taken_us, _) in ledger.told.items():
        out.setdefault(device.replace("SIM-", "DEMO-"), []).append(taken_us)
    return out


def _is_seen(truth: TrueBreach, moments: list[int], interval_s: float) -> bool:
    """At least half of the fixes due during the breach; of a device's own breach any report."""
    during = sum(truth.begins_us <= at <= truth.ends_us for at in moments)
    if truth.kind not in ZONE_KINDS:
        return during > 0
    due = (truth.ends_us - truth.begins_us) / SECOND_US / interval_s
    return during >= max(1.0, SEEN_SHARE * due)


def _belongs(row: Found, truth: TrueBreach) -> bool:
    is_kind = row.kind is truth.kind or (
        row.kind is BreachKind.EXCLUSION_CROSSED and truth.kind is BreachKind.EXCLUSION_ENTERED
    )
    return (
        is_kind
        and row.person == truth.person
        and row.condition == truth.condition
        and row.opened_us <= truth.ends_us + TOLERANCE_US
        and (row.closed_us is None or row.closed_us >= truth.begins_us - TOLERANCE_US)
    )


def _is_of_run(row: Found, ledger: Ledger) -> bool:
    return int(ledger.run.get("begins_us", 0)) <= row.opened_us <= ledger.ended_us + TOLERANCE_US


def _doubled(rows: list[Found]) -> int:
    """Pairs of breaches of the same person, kind and condition that were open at once."""
    out = 0
    last: dict[tuple[str, str, int], int] = {}
    for row in sorted(rows, key=lambda r: r.opened_us):
        name = (row.person, row.kind, row.condition)
        out += name in last and row.opened_us < last[name]
        last[name] = max(last.get(name, 0), row.closed_us if row.closed_us is not None else 2**62)
    return out


def _is_same(row: Stored, said: tuple[object, ...]) -> bool:
    if row.lon is None or row.lat is None:
        return row.taken_us == said[0] and len(said) == 2
    taken, *place = said
    return (
        row.taken_us == taken
        and len(place) == 2
        and all(
            isinstance(a, float | int) and abs(a - b) < SAME_DEGREES
            for a, b in zip(place, (row.lon, row.lat), strict=True)
        )
    )
