"""Inside or outside, exactly, at the points of reference of a whole grid: row by row, by counting edges."""

import numpy as np

from geofence.engine.compiled import Column, part, rare
from geofence.engine.exact import orientation
from geofence.engine.layout import REFERENCE_X, REFERENCE_Y, reference, whole
from geofence.engine.raw import float64_at
from geofence.engine.stretches import Border

UNKNOWN = 2
"""The point of reference lies on the border, or too close to a corner's latitude to be worth the trouble."""


@part
def passed(
    ax: float, ay: float, bx: float, by: float, west: float, east: float, columns: int, y: float, guess: int
) -> int:
    """How many points of reference of the row at `y` lie left of the edge; -1 - i if point i lies on it."""
    count, rising = min(max(guess, 0), columns), 1 if by > ay else -1
    while count < columns:
        turn = orientation(ax, ay, bx, by, reference(west, east, columns, count + 1, REFERENCE_X), y) * rising
        if turn == 0:
            return -1 - count
        if turn < 0:
            break
        count += 1
    while count > 0:
        turn = orientation(ax, ay, bx, by, reference(west, east, columns, count, REFERENCE_X), y) * rising
        if turn == 0:
            return -count
        if turn > 0:
            break
        count -= 1
    return count


@rare
def sides(
    border: Border, west: float, south: float, east: float, north: float, columns: int, rows: int
) -> Column:
    """uint8 (rows, columns): 1 inside, 0 outside, UNKNOWN; degrees."""
    turns = np.zeros((rows, columns + 1), np.uint8)
    unknown = np.zeros((rows, columns), np.uint8)
    step_x, step_y = (east - west) / columns, (north - south) / rows
    for edge in range(border.edges):
        at = border.corners + 16 * edge
        ax, ay, bx, by = float64_at(at, 0), float64_at(at, 1), float64_at(at, 2), float64_at(at, 3)
        if np.isnan(ax + bx):  # between two rings
            continue
        first = whole((min(ay, by) - south) / step_y - REFERENCE_Y) - 1
        last = whole((max(ay, by) - south) / step_y - REFERENCE_Y) + 1
        for row in range(max(first, 0), min(last, rows - 1) + 1):
            y = reference(south, north, rows, row + 1, REFERENCE_Y)
            if y in (ay, by):
                unknown[row, :] = 1
            elif (ay > y) != (by > y):
                x = ax + (bx - ax) * ((y - ay) / (by - ay))
                count = passed(ax, ay, bx, by, west, east, columns, y, whole((x - west) / step_x))
                if count < 0:
                    unknown[row, -1 - count] = 1
                else:
                    turns[row, count] ^= np.uint8(1)
    return summed(turns, unknown)


@rare
def summed(turns: Column, unknown: Column) -> Column:
    """The parity of all edges right of each point."""
    rows, columns = unknown.shape
    found = np.empty((rows, columns), np.uint8)
    for row in range(rows):
        side = np.uint8(0)
        for at in range(columns - 1, -1, -1):
            side ^= turns[row, at + 1]
            found[row, at] = UNKNOWN if unknown[row, at] else side
    return found
