"""Columns of marks against the plain rules, number by number: the same is new, the same follows."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import tracked
from core.model import DeviceId
from tracking import fixes as columns
from tracking import rules
from tracking.hearing import hear
from tracking.marks import Marks
from tracking.model import Holding, Mark, Reason, Rejected
from tracking.wire import Decoded

PHONE = 4
SAID = st.tuples(st.integers(1, PHONE), st.integers(1, 12), st.sampled_from("fffffeeb"))
GIVEN_UP = st.builds(Holding, st.integers(1, PHONE - 1).map(DeviceId), st.integers(0, 12))
BATCHES = st.lists(
    st.tuples(st.lists(SAID, max_size=12), st.lists(GIVEN_UP, max_size=1)), min_size=1, max_size=6
)


def decoded(said: Sequence[tuple[int, int, str]], holdings: list[Holding], at_us: int) -> Decoded:
    """f: a fix, e: an event, b: a bad report."""
    fixes = [tracked.fixes_of(DeviceId(d), 1, end_us=n, first=n)[0] for d, n, what in said if what == "f"]
    events = [
        tracked.an_event(DeviceId(d), n, taken_us=n) for d, n, what in said if what == "e" and d != PHONE
    ]
    bad = [
        Rejected(at_us, "", Reason.BAD_FIELD, None, DeviceId(d), n)
        for d, n, what in said
        if what == "b" and d != PHONE
    ]
    spoke = np.array([d for d, _, _ in said] + [h.device for h in holdings], np.int64)
    return Decoded(
        columns.of(fixes),
        tuple(events),
        holdings=tuple(holdings),
        rejected=tuple(bad),
        spoke=spoke,
        spoke_us=np.full(len(spoke), at_us),
        phones=frozenset({DeviceId(PHONE)} & set(spoke.tolist())),
    )


def scalar(marks: dict[int, Mark], batch: Decoded) -> list[bool]:
    """One report after the other, as the rules say it."""
    new = []
    reports = [
        *zip(batch.fixes.device.tolist(), batch.fixes.sequence.tolist(), strict=True),
        *((e.device, e.sequence) for e in batch.events),
        *((r.device, r.sequence) for r in batch.rejected),
    ]
    for device in batch.spoke.tolist():
        marks[device] = rules.heard(marks.get(device, Mark()), (), at_us=int(batch.spoke_us[0]))[0]
    for device, number in reports:
        if device == PHONE:
            new.append(True)
        else:
            marks[device], fresh = rules.heard(marks[device], [number or 0], at_us=0)
            new += fresh
    for holding in batch.holdings:
        mark = marks[holding.device]
        marks[holding.device] = Mark(rules.give_up(mark.stored, oldest=holding.oldest)[0], mark.contact_us)
    return new


@given(BATCHES)
def test_columns_say_what_the_rules_say(
    batches: list[tuple[list[tuple[int, int, str]], list[Holding]]],
) -> None:
    marks, plain = Marks(), dict[int, Mark]()
    for at_us, (said, holdings) in enumerate(batches, 1):
        batch = decoded(said, holdings, at_us)
        heard = hear(batch, marks)
        marks.take(heard.news)
        new = [*heard.fix_is_new.tolist(), *heard.event_is_new, *heard.rejected_is_new]
        assert new == scalar(plain, batch)
        assert dict(marks.items()) == plain


def test_devices_beyond_the_room_are_kept_too() -> None:
    marks = Marks()
    far = DeviceId(70_000)
    batch = decoded([(far, 1, "f"), (1, 1, "f")], [], 9)
    marks.take(hear(batch, marks).news)
    assert marks[far] == Mark(((1, 1),), 9)
    assert marks[DeviceId(80_000)] == Mark()
    assert dict(zip(*(column.tolist() for column in marks.spoke()), strict=True)) == {1: 9, far: 9}
