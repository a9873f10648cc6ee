"""Many people take their seats at once: what `Seats.sit` does for one, in columns.

Shapes, hours and absences are taken for equal only if they are the same object, as the store gives them; what
is not costs time, nothing else."""
# ruff: noqa: SLF001 - the other half of `Seats`

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.model import DeviceId, PersonId
from geofence.engine.compiled import Column, lean
from geofence.engine.layout import EAST, HEAD, I8, NORTH, SOUTH, WEST
from geofence.engine.roster import FORBIDS, NEVER_US, NOBODY, TRAIL, Columns, grown
from geofence.engine.seats import UNKNOWN, Seat, Seats, around
from geofence.engine.timelines import ALWAYS, WEEK_US, WEEKS
from geofence.engine.verdicts import turn_hours
from geofence.model import Term, Terms, Worn
from geofence.rules import hours, walk


@dataclass(frozen=True, slots=True, eq=False)
class Party:
    """People who take seats, and what binds them."""

    people: Sequence[PersonId]
    terms: Sequence[Terms]
    at_us: I8
    """What had ended by then is left out."""


@dataclass(frozen=True, slots=True, eq=False)
class Flat:
    """All terms of a party in one row."""

    terms: list[Term]
    owner: I8
    numbers: I8
    """Of zones in the pool."""
    since_us: I8
    until_us: I8


def sit_fresh(seats: Seats, people: Sequence[PersonId], terms: Sequence[Terms]) -> None:
    """Nobody was heard of yet, so that no moment is due and no condition looked at."""
    party = Party(people, terms, np.zeros(len(people), np.int64))
    left, flat = _flat(seats, party)
    rows = _rows(seats, party, left, flat)
    _blank(seats, rows)
    for person in people:
        seats.people[person].standing = walk.fresh(person)


def sit_simple(seats: Seats, party: Party) -> I8:
    """Slots for everybody's current conditions, their hours as they are at the party's moments; the rows. The
    caller writes the rest: who they are, where they were, what is believed."""
    left, flat = _flat(seats, party)
    rows = _rows(seats, party, left, flat)
    _blank(seats, rows)
    _settle(seats, party, rows, flat)
    return rows


def begin(seats: Seats, people: Sequence[PersonId], device: I8, at_us: I8) -> I8:
    """Of seated people never heard before: as they are at the moments of their first fixes, before these are
    folded; the rows. `device`: which will be heard."""
    held = [seats.people[person] for person in people]
    party = Party(people, [seat.terms for seat in held], at_us)
    rows = np.array([seat.row for seat in held], np.int64)
    _blank(seats, rows)
    numbers = [seat.held[id(term)] for seat in held for term in seat.terms]
    _settle(seats, party, rows, _in_a_row(party.terms, np.array(numbers, np.int64)))
    seats._seats["simple"][rows], seats._seats["device"][rows] = 1, device
    for seat, one in zip(held, device.tolist(), strict=True):
        seat.standing, seat.worn = None, (Worn(DeviceId(one)),)
    return rows


def _settle(seats: Seats, party: Party, rows: I8, flat: Flat) -> None:
    """Slots, hours and what the kernels need not know."""
    is_current = (flat.since_us <= party.at_us[flat.owner]) & (party.at_us[flat.owner] < flat.until_us)
    held = np.flatnonzero(is_current)
    lines = _lines(seats, flat, held, party.at_us // WEEK_US)
    firsts, counts = _slots(seats, flat, held, lines, len(rows))
    seats._seats["first"][rows], seats._seats["count"][rows] = firsts, counts
    _remember(seats, party, flat, held, lines, counts)
    turn_all(seats.columns(), rows, party.at_us)
    seats._seats["stop_us"][rows] = _stops(party, flat, held, lines)


@lean
def turn_all(cols: Columns, rows: Column, at_us: Column) -> None:
    """Hours as they are at a moment of each: rows, at_us: i8[n]."""
    for j in range(len(rows)):
        cols.seats[rows[j]].next_us = turn_hours(cols, rows[j], at_us[j])


def _flat(seats: Seats, party: Party) -> tuple[list[Terms], Flat]:
    left = [
        terms if all(t.until_us is None or t.until_us > at for t in terms) else _left(terms, at)
        for terms, at in zip(party.terms, party.at_us.tolist(), strict=True)
    ]
    return left, _in_a_row(left, _zones(seats, [term for terms in left for term in terms]))


def _in_a_row(terms: Sequence[Terms], numbers: I8) -> Flat:
    flat = [term for of_one in terms for term in of_one]
    return Flat(
        flat,
        np.repeat(np.arange(len(terms)), [len(of_one) for of_one in terms]),
        numbers,
        np.array([term.since_us for term in flat], np.int64),
        np.array([NEVER_US if t.until_us is None else t.until_us for t in flat], np.int64),
    )


def _left(terms: Terms, at_us: int) -> Terms:
    return tuple(term for term in terms if term.until_us is None or term.until_us > at_us)


def _zones(seats: Seats, flat: list[Term]) -> I8:
    """Numbers in the pool, held once for each term."""
    shapes = {id(term.shape): term.shape for term in flat}
    numbers = dict(zip(shapes, seats.pool.hold_all(list(shapes.values())), strict=True))
    found = np.array([numbers[id(term.shape)] for term in flat], np.int64)
    seats.pool.hold_again(Counter(found.tolist()) - Counter(numbers.values()))
    return found


def _rows(seats: Seats, party: Party, left: list[Terms], flat: Flat) -> I8:
    seats._seats = grown(seats._seats, len(seats.by_row) + len(left))
    seats._trails = grown(seats._trails, TRAIL * (len(seats.by_row) + len(left)))
    numbers, at, rows = flat.numbers.tolist(), 0, np.empty(len(left), np.int64)
    for i, (person, terms) in enumerate(zip(party.people, left, strict=True)):
        rows[i] = row = seats._row(person)
        held = {id(term): number for term, number in zip(terms, numbers[at : at + len(terms)], strict=True)}
        seats.people[person] = Seat(row, terms, held)
        at += len(terms)
    return rows


def _blank(seats: Seats, rows: I8) -> None:
    """Of somebody never heard."""
    columns = seats._seats
    columns["last_us"][rows], columns["device"][rows], columns["sequence"][rows] = -NEVER_US, NOBODY, NOBODY
    columns["next_us"][rows] = columns["stop_us"][rows] = NEVER_US
    columns["battery"][rows] = UNKNOWN
    for name in ("passed_us", "simple", "count", "seen", "signs", "charging"):
        columns[name][rows] = 0


def _lines(seats: Seats, flat: Flat, held: NDArray[np.intp], weeks: I8) -> I8:
    """Numbers of timelines, held once for each slot."""
    known: dict[tuple[int, int, int], int] = {}
    found, again = np.zeros(len(held), np.int64), Counter[int]()
    for slot, (place, week) in enumerate(zip(held.tolist(), weeks[flat.owner[held]].tolist(), strict=True)):
        term = flat.terms[place]
        if hours.is_always(term.hours) and not term.absences:
            continue
        key = id(term.hours), id(term.absences), week
        number = known.get(key)
        if number is None:
            number = known[key] = seats._lines.hold(term, week * WEEK_US)
        else:
            again[number] += 1
        found[slot] = number
    seats._lines.hold_again(again)
    return found


def _slots(seats: Seats, flat: Flat, held: NDArray[np.intp], lines: I8, people: int) -> tuple[I8, I8]:
    """First slot and number of slots, of each."""
    begin = seats._slots_used
    end = seats._slots_used = begin + len(held)
    seats._slots, seats._opened_us = grown(seats._slots, end), grown(seats._opened_us, end)
    slots, zone = seats._slots[begin:end], flat.numbers[held]
    spans = seats.pool.view().columns.heads.view(np.float32)
    for name, low, high in (("lon", WEST, EAST), ("lat", SOUTH, NORTH)):
        slots[name], slots[f"half_{name}"] = around(spans[zone * HEAD + low], spans[zone * HEAD + high])
    slots["zone"], slots["line"], slots["odds"] = zone, lines, 1.0
    slots["kind"] = [FORBIDS[flat.terms[place].kind] for place in held.tolist()]
    slots["bits"] = slots["seen"] = 0
    seats._opened_us[begin:end] = 0
    counts = np.bincount(flat.owner[held], minlength=people)
    return begin + np.cumsum(counts) - counts, counts


def _remember(seats: Seats, party: Party, flat: Flat, held: NDArray[np.intp], lines: I8, counts: I8) -> None:
    """What kernels need not know."""
    places, zones, timelines, at = held.tolist(), flat.numbers[held].tolist(), lines.tolist(), 0
    for person, count in zip(party.people, counts.tolist(), strict=True):
        seat, end = seats.people[person], at + count
        seat.current = tuple(map(flat.terms.__getitem__, places[at:end]))
        seat.numbers, seat.lines, at = tuple(zones[at:end]), tuple(timelines[at:end]), end


def _stops(party: Party, flat: Flat, held: NDArray[np.intp], lines: I8) -> I8:
    """When a condition begins or ends, or a timeline does: `Seats._stop_us`, but for signs."""
    at_us = party.at_us[flat.owner]
    found = np.full(len(party.people), NEVER_US, np.int64)
    for edges in (flat.since_us, flat.until_us):
        np.minimum.at(found, flat.owner, np.where(edges > at_us, edges, NEVER_US))
    ends_us = np.where(lines == ALWAYS, NEVER_US, (at_us[held] // WEEK_US + WEEKS) * WEEK_US)
    np.minimum.at(found, flat.owner[held], ends_us)
    return found
