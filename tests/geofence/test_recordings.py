"""The fold on recordings of real phones: fewer false exits than the naive rule, at the cost of few true ones.

The bounds are generous on purpose; `ejazo bench verdicts` prints the figures."""

import pytest

from peers import needed
from recordings import crossings, false_exits, fold, naive

pytestmark = needed


@pytest.mark.parametrize("radius_m", [30.0, 50.0, 100.0])
def test_phones_that_lie_still_do_not_leave(radius_m: float) -> None:
    ours, naively = false_exits(fold(), radius_m), false_exits(naive, radius_m)
    assert ours * 3 < naively
    assert ours <= 5


def test_true_exits_are_seen_nearly_as_often_as_by_the_naive_rule() -> None:
    ours, naively = crossings(fold(), "exit"), crossings(naive, "exit")
    total = len(naively.delays_s) + naively.missed
    assert total > 100
    assert ours.missed <= naively.missed + total // 10
