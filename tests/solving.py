"""What somebody who reads published numbers can compute: linear algebra over what is known of their sums."""

from fractions import Fraction

Cell = tuple[str, str]


def computed(shown: dict[Cell, int | None], known: list[dict[Cell, int]]) -> set[Cell]:
    """Hidden cells that the equations determine: rows of the reduced system with one unknown left."""
    gone = sorted(cell for cell, count in shown.items() if count is None)
    rows = [[Fraction(one.get(cell, 0)) for cell in gone] for one in known]
    top = 0
    for column in range(len(gone)):
        pivot = next((n for n in range(top, len(rows)) if rows[n][column]), None)
        if pivot is None:
            continue
        rows[top], rows[pivot] = rows[pivot], rows[top]
        rows[top] = [value / rows[top][column] for value in rows[top]]
        for n in range(len(rows)):
            if n != top and rows[n][column]:
                rows[n] = [a - rows[n][column] * b for a, b in zip(rows[n], rows[top], strict=True)]
        top += 1
    return {gone[row.index(1)] for row in rows if sum(map(bool, row)) == 1}
