"""Hidden cells of several tables of the same people: nothing gives them back."""

from hypothesis import given, settings
from hypothesis import strategies as st

from core.disclosure import LEAST, Line, computed, withheld

ROWS, COLUMNS = ("a", "b", "c"), ("m", "f")
LINES = [
    *(Line((row, "all"), tuple((row, column) for column in COLUMNS)) for row in (*ROWS, "all")),
    *(Line(("all", column), tuple((row, column) for row in ROWS)) for column in (*COLUMNS, "all")),
]


def table(inner: list[int]) -> dict[object, int]:
    """With its margins."""
    counts = dict(zip(((row, column) for row in ROWS for column in COLUMNS), inner, strict=True))
    for row in ROWS:
        counts[row, "all"] = sum(counts[row, column] for column in COLUMNS)
    for column in (*COLUMNS, "all"):
        counts["all", column] = sum(counts[row, column] for row in ROWS)
    return {**counts}


@settings(max_examples=50)
@given(st.lists(st.integers(0, 14), min_size=6, max_size=6))
def test_nothing_small_is_shown_and_nothing_hidden_is_computed(inner: list[int]) -> None:
    counts = table(inner)
    out = withheld(counts, LINES)
    assert {cell for cell, count in counts.items() if count < LEAST} <= out
    assert not computed(out, LINES)
    for line in LINES:
        parts = [cell for cell in line.parts if cell in out]
        if parts and line.whole not in out:
            assert sum(counts[cell] for cell in parts) >= LEAST


def test_what_needs_no_hiding_is_shown() -> None:
    assert withheld(table([9, 8, 7, 6, 11, 12]), LINES) == frozenset()


def test_four_corners_of_a_hidden_square_stay_and_a_lone_one_is_found() -> None:
    """A square of unknowns is not determined; one more line with a single unknown is."""
    square = {("a", "m"), ("a", "f"), ("b", "m"), ("b", "f")}
    assert not computed(square, LINES)
    assert computed({("a", "m")}, LINES) == {("a", "m")}
    assert computed({("a", "m"), ("a", "f"), ("b", "m")}, LINES) == {("a", "m"), ("a", "f"), ("b", "m")}
