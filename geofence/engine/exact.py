"""On which side of a line does a point lie? Exactly, for the doubles as they are stored.

First in floating point, with a bound on the error (Ozaki, Bünger, Ogita, Oishi, Rump 2016); where that cannot
say, the determinant is expanded into a sum without rounding (Dekker 1971, Shewchuk 1997). Nothing here may be
contracted or reordered: no `fastmath`."""

import numpy as np

from geofence.engine.compiled import Column, part, rare

ERROR = 3.3306690621773724e-16
"""The determinant's sign is right if it exceeds this share of the sum of its two products."""
SPLITTER = 134217729.0
"""2**27 + 1: splits a double into two halves of 26 bits."""
UNDERFLOW = 1e-290
"""Products below 1e-300 lose digits without notice: what is smaller than this is doubtful in any case."""
TERMS = 12
TINY = 1e-200
"""Places as near as this to 0 (no vertices: `rules.drawing.SMALLEST`) are told from 0 by the slope alone."""
UP = 2.0**700


@part
def two_sum(a: float, b: float) -> tuple[float, float]:
    """a + b as rounded sum and what the rounding lost."""
    total = a + b
    back = total - a
    return total, (a - (total - back)) + (b - back)


@part
def two_product(a: float, b: float) -> tuple[float, float]:
    """a · b as rounded product and what the rounding lost; for |a|, |b| between 1e-140 and 1e140, or 0."""
    product = a * b
    wide = SPLITTER * a
    a_high = wide - (wide - a)
    a_low = a - a_high
    wide = SPLITTER * b
    b_high = wide - (wide - b)
    b_low = b - b_high
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


@part
def orientation(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> int:
    """+1: p lies left of the way from a to b, -1: right of it, 0: on its line."""
    left = (ax - px) * (by - py)
    right = (ay - py) * (bx - px)
    determinant = left - right
    if abs(determinant) > ERROR * abs(left + right) + UNDERFLOW:
        return 1 if determinant > 0.0 else -1
    return orientation_exact(ax, ay, bx, by, px, py)


@rare
def orientation_exact(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> int:
    """The same by the sum ax·by - ax·py - px·by - ay·bx + ay·px + py·bx, no digit lost.

    a and b: 0 or at least 1e-30 in magnitude; p: any place on earth, however near to 0."""
    tiny_x = px if abs(px) < TINY else 0.0
    tiny_y = py if abs(py) < TINY else 0.0
    px, py = px - tiny_x, py - tiny_y
    term = np.empty(TERMS)
    term[0], term[1] = two_product(ax, by)
    term[2], term[3] = two_product(-ax, py)
    term[4], term[5] = two_product(-px, by)
    term[6], term[7] = two_product(-ay, bx)
    term[8], term[9] = two_product(ay, px)
    term[10], term[11] = two_product(py, bx)
    found = sign_of_sum(term)
    if found != 0 or (tiny_x == 0.0 and tiny_y == 0.0):
        return found
    return slope(ax, ay, bx, by, tiny_x * UP, tiny_y * UP)


@rare
def slope(ax: float, ay: float, bx: float, by: float, dx: float, dy: float) -> int:
    """The sign of dx·(ay - by) + dy·(bx - ax): on which side one lies who leaves the line so."""
    term = np.empty(8)
    term[0], term[1] = two_product(dx, ay)
    term[2], term[3] = two_product(-dx, by)
    term[4], term[5] = two_product(dy, bx)
    term[6], term[7] = two_product(-dy, ax)
    return sign_of_sum(term)


@rare
def sign_of_sum(term: Column) -> int:
    """The sign of the sum of all terms, exactly."""
    total, used = np.empty(len(term) + 1), 0  # from the smallest part to the largest; parts do not overlap
    for i in range(len(term)):
        carried, kept = term[i], 0
        for k in range(used):
            carried, lost = two_sum(carried, total[k])
            if lost != 0.0:
                total[kept] = lost
                kept += 1
        if carried != 0.0:
            total[kept] = carried
            kept += 1
        used = kept
    if used == 0:
        return 0
    return 1 if total[used - 1] > 0.0 else -1
