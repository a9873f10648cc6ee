"""Reports as hypothesis draws them, within the limits of the wire."""

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from core.model import DeviceId, PersonId
from tracking.model import LEVELS, DeviceEvent, EventKind, Fix, Flag, Mechanism
from tracking.wire import limits

NOW_US = 1_794_000_000_000_000


def singles(top: float) -> st.SearchStrategy[float]:
    return st.floats(0, top, width=32, exclude_min=True)


MOMENTS = st.integers(NOW_US - 29 * limits.DAY_US, NOW_US + limits.AHEAD_US)
E7 = {"lon": st.integers(-1_800_000_000, 1_800_000_000), "lat": st.integers(-900_000_000, 900_000_000)}

FIXES = st.builds(
    Fix,
    device=st.just(DeviceId(7)),
    sequence=st.integers(1, limits.SEQUENCE_MAX),
    person=st.just(PersonId(0)),
    taken_us=MOMENTS,
    received_us=st.just(NOW_US),
    lon=E7["lon"].map(lambda e7: e7 / 1e7),
    lat=E7["lat"].map(lambda e7: e7 / 1e7),
    accuracy_m=st.none() | singles(limits.ACCURACY_MAX_M),
    sent_us=st.just(NOW_US - 5),
    speed_mps=st.none() | singles(limits.SPEED_MAX_MPS),
    course_deg=st.none() | singles(limits.COURSE_MAX_DEG),
    satellites=st.none() | st.integers(0, limits.SATELLITES_MAX),
    hdop=st.none() | singles(limits.HDOP_MAX),
    battery=st.none() | st.integers(0, 100),
    mechanism=st.sampled_from(Mechanism),
    flags=st.integers(0, limits.FLAGS_MAX).map(Flag),
)
EVENTS = st.builds(
    DeviceEvent,
    device=st.just(DeviceId(7)),
    sequence=st.integers(1, limits.SEQUENCE_MAX),
    person=st.just(PersonId(0)),
    taken_us=MOMENTS,
    received_us=st.just(NOW_US),
    kind=st.sampled_from(EventKind),
    value=st.none() | st.integers(-1000, 1000),
    sent_us=st.just(NOW_US - 5),
).map(lambda e: replace(e, value=e.value and e.value % 101) if e.kind in LEVELS else e)
FLOAT32_TINY = float(np.finfo(np.float32).tiny)
