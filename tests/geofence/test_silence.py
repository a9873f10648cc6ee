"""The ear hears everybody at once as the rule hears one."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.model import DeviceId, PersonId
from geofence import policies
from geofence.model import Change
from geofence.rules import contact
from geofence.rules.contact import Contact
from geofence.rules.doubt import SECOND_US
from geofence.silence import Ear, Heard, merged
from tracking.directory import FOREVER_US, Wearing

POLICY = policies.known()[-1]
MINUTE_US = 60 * SECOND_US
minutes = st.integers(0, 120)
a_person = st.fixed_dictionaries(
    {
        "heard": st.lists(minutes, max_size=6),
        "located": st.lists(minutes, max_size=6),
        "since": st.integers(0, 40),
    }
)


def last(moments: list[int], now: int) -> int:
    return max((at for at in moments if at <= now), default=0) * MINUTE_US


@settings(max_examples=200)
@given(
    st.lists(a_person, min_size=1, max_size=5),
    st.lists(st.tuples(minutes, st.integers(1, 30)), max_size=3),
    st.lists(minutes, min_size=1, max_size=12),
)
def test_whatever_is_heard_and_however_blind_we_were(
    people: list[dict[str, Any]], blind: list[tuple[int, int]], ticks: list[int]
) -> None:
    wearings = [
        Wearing(DeviceId(n + 1), PersonId(n + 1), p["since"] * MINUTE_US, FOREVER_US)
        for n, p in enumerate(people)
    ]
    spans = [(a * MINUTE_US, (a + lasts) * MINUTE_US) for a, lasts in blind]
    ear, known = Ear(), {w.device: Contact(w.person, w.device, 0, 0) for w in wearings}
    ear.wear(wearings)
    for now in sorted(ticks):
        now_us = now * MINUTE_US
        told: list[Change] = []
        for wearing, person in zip(wearings, people, strict=True):
            heard, located = last(person["heard"], now), last(person["located"], now)
            ear.locate(np.array([wearing.device]), np.array([located]))
            if wearing.since_us <= now_us:
                was = known[wearing.device]
                moments = max(heard, wearing.since_us), max(located, wearing.since_us)
                one = Contact(wearing.person, wearing.device, *moments, was.silent_us, was.no_location_us)
                known[wearing.device], found = contact.judge(
                    one, blind=merged(spans), now_us=now_us, policy=POLICY
                )
                told += found
        devices = np.arange(1, len(people) + 1)
        heard_us = np.array([last(person["heard"], now) for person in people])
        assert ear.listen(Heard(devices, heard_us), blind=spans, now_us=now_us, policy=POLICY) == told
