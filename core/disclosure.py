"""Hiding small cells of published tables so that no sum gives them back, and rounding that is the same
whenever one looks. Pure."""

import hmac
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from typing import Final

LEAST: Final = 5
"""Fewer are hidden, none too: that there was none is an answer about somebody."""
BASE: Final = 3
Row = dict[Hashable, Fraction]
"""An equation: what each unknown counts in it."""


@dataclass(frozen=True, slots=True)
class Line:
    """What everybody knows to be true of a table: these parts sum to that whole."""

    whole: Hashable
    parts: tuple[Hashable, ...]

    @property
    def cells(self) -> tuple[Hashable, ...]:
        return (*self.parts, self.whole)


def hidden(line: Mapping[str, int]) -> frozenset[str]:
    """Of the children of a published number: those that are small, and the least others until there are two
    that hold enough together: one alone, or several that sum to next to nothing, are computed."""
    out = {name for name, count in line.items() if count < LEAST}
    if not out:
        return frozenset()
    for name in sorted(line.keys() - out, key=lambda one: (line[one], one)):
        if len(out) > 1 and sum(line[one] for one in out) >= LEAST:
            break
        out.add(name)
    return frozenset(out)


def withheld(counts: Mapping[Hashable, int], lines: Sequence[Line]) -> frozenset[Hashable]:
    """Of several tables of the same people, divided in different ways: every small cell, and the least others
    until no hidden one can be computed, from one line or from all of them together."""
    out: set[Hashable] = {cell for cell, count in counts.items() if count < LEAST}
    while more := _unsafe_line(counts, lines, out) or _unsafe_together(counts, lines, out):
        out.add(more)
    return frozenset(out)


def _unsafe_line(counts: Mapping[Hashable, int], lines: Sequence[Line], out: set[Hashable]) -> Hashable:
    """What has to be hidden besides because of one line: alone in it, or with parts that are nearly none."""
    for line in lines:
        unknown = [cell for cell in line.cells if cell in out]
        parts = [cell for cell in line.parts if cell in out]
        is_thin = line.whole not in out and sum(counts[cell] for cell in parts) < LEAST
        if unknown and (len(unknown) == 1 or is_thin):
            return _least(counts, line.parts, out) or _least(counts, line.cells, out)
    return None


def _unsafe_together(counts: Mapping[Hashable, int], lines: Sequence[Line], out: set[Hashable]) -> Hashable:
    for cell in sorted(computed(out, lines), key=str):
        near = [other for line in lines if cell in line.cells for other in line.cells]
        return _least(counts, near, out) or _least(counts, counts, out)
    return None


def _least(counts: Mapping[Hashable, int], among: Iterable[Hashable], out: set[Hashable]) -> Hashable:
    """The smallest that is still shown; none: None."""
    left = {cell for cell in among if cell not in out}
    return min(left, key=lambda cell: (counts[cell], str(cell)), default=None)


def computed(out: Iterable[Hashable], lines: Iterable[Line]) -> set[Hashable]:
    """Hidden cells that the lines together determine: equations of the reduced system with one unknown."""
    gone = set(out)
    solved: dict[Hashable, Row] = {}
    for line in lines:
        row = _reduced({cell: value for cell, value in _row(line).items() if cell in gone}, solved)
        if not row:
            continue
        pivot = min(row, key=str)
        row = {cell: value / row[pivot] for cell, value in row.items()}
        solved = {other: _less(of, row, pivot) for other, of in solved.items()} | {pivot: row}
    return {pivot for pivot, row in solved.items() if len(row) == 1}


def _row(line: Line) -> Row:
    return dict.fromkeys(line.parts, Fraction(1)) | {line.whole: Fraction(-1)}


def _reduced(row: Row, solved: Mapping[Hashable, Row]) -> Row:
    for pivot in [cell for cell in row if cell in solved]:
        row = _less(row, solved[pivot], pivot)
    return row


def _less(row: Row, other: Row, pivot: Hashable) -> Row:
    """The row without the other's pivot; unknowns that fall away are gone."""
    times = row.get(pivot)
    if not times:
        return row
    found = {
        cell: row.get(cell, Fraction()) - times * other.get(cell, Fraction()) for cell in {**row, **other}
    }
    return {cell: value for cell, value in found.items() if value}


def rounded(count: int, key: bytes, *, cell: str) -> int:
    """To a multiple of three, up or down by chance, right on average; the same cell always alike, and without
    the key nobody knows which way."""
    rest = count % BASE
    drawn = int.from_bytes(hmac.digest(key, cell.encode(), sha256)[:4]) % BASE
    return count - rest + (BASE if drawn < rest else 0)
