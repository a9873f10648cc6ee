"""Files of fixes: whatever a wire may say comes back to the last bit, and one person's part is found."""

import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import tracked
from core.model import DeviceId, PersonId
from drawn import FIXES
from tracking import fixes as columns
from tracking.fixes import DTYPES
from tracking.model import Fix
from tracking.store import copyout, parquet, past, pgcopy

DAY = date(2026, 10, 1)
NOON_US = 1_790_856_000_000_000
ANY = st.builds(
    lambda fix, device, lon: replace(fix, device=DeviceId(device), person=PersonId(device % 3), lon=lon),
    FIXES,
    st.integers(1, 5),
    st.floats(-180, 180),
)


def in_order(fixes: list[Fix]) -> columns.Fixes:
    return columns.of(sorted(fixes, key=lambda f: (f.device, f.taken_us, f.sequence)))


@given(st.lists(ANY, min_size=1, max_size=60), st.integers(1, 20))
def test_what_is_written_is_what_is_read(fixes: list[Fix], group: int) -> None:
    table = in_order(fixes)
    with tempfile.TemporaryDirectory() as folder:
        writer = parquet.Writer(Path(folder), DAY, source=1, group=group)
        for at in range(0, len(table), 7):
            writer.write(table.take(slice(at, at + 7)))
        (part,) = writer.close()
        assert part.rows == len(table)
        whole = columns.concat(parquet.groups(part))
        mine = columns.concat(parquet.read(part, devices=np.array([2, 9]), since_us=0, until_us=past.LAST_US))
    assert parquet.canonical(whole) == parquet.canonical(table)
    for name, kind in DTYPES.items():
        assert getattr(whole, name).dtype == kind
        assert getattr(whole, name).tobytes() == getattr(table, name).tobytes()
    assert list(mine.rows()) == [f for f in table.rows() if f.device == 2]


@given(st.lists(ANY, min_size=1, max_size=20))
def test_copy_is_read_as_it_is_written(fixes: list[Fix]) -> None:
    """What PostgreSQL sends for `SELECT` is what its COPY takes, all columns known and in our order."""
    table = in_order(fixes)
    order = [copyout.ROW.names[n] for n in range(2, len(copyout.ROW.names), 2)]
    values = {n: getattr(table, n) for n in order}
    values |= {n: values[n] - pgcopy.EPOCH_US for n in order if n.endswith("_us")}
    raw = [pgcopy.Column(n, values[n], copyout.ROW[n].str) for n in order]
    sent = pgcopy.encode(raw)[len(pgcopy.HEAD) : -len(pgcopy.TAIL)]
    assert parquet.canonical(copyout.decode(sent)) == parquet.canonical(table)


async def test_big_days_are_several_files_of_several_groups(tmp_path: Path) -> None:
    made = [
        replace(f, person=PersonId(device), sent_us=1, received_us=2)
        for device in range(1, 9)
        for f in tracked.fixes_of(DeviceId(device), 50, end_us=NOON_US)
    ]
    writer = parquet.Writer(tmp_path, DAY, source=1, group=30, most=100)
    table = columns.of(made)
    for at in range(0, len(table), 60):
        writer.write(table.take(slice(at, at + 60)))
    listed = writer.close()
    held = [(p.rows, p.first_device, p.last_device) for p in listed]
    assert held == [(120, 1, 3), (120, 3, 5), (120, 5, 8), (40, 8, 8)]
    for device in (3, 5, 8):
        found = await past.whole(listed, [device, 77], since_us=0, until_us=NOON_US)
        assert list(found.rows()) == [f for f in made if f.device == device][:-1]
