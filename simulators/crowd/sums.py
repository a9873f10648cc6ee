"""What a device sent, in one number: a sum over its reports that a database can form as well."""

from typing import Final

import numpy as np

from simulators.crowd.devices import Devices
from simulators.crowd.lives import I8

PRIME: Final = 2_147_483_647
FACTOR: Final = 1_000_003
EAST, NORTH = 1_800_000_000, 900_000_000
"""Added to 1e-7 degrees, so that none is negative."""


def of_reports(sequence: I8, taken_us: I8, lon_e7: I8, lat_e7: I8) -> I8:
    """A number below 2^31 for each. Not linear in any of the four: values that two reports exchange show in
    the sum (a sum of linear forms would stay the same)."""
    when = (sequence % PRIME * FACTOR + taken_us % PRIME) % PRIME
    where = ((lon_e7 + EAST) * FACTOR + lat_e7 + NORTH) % PRIME
    return np.asarray(when * ((when + where) % PRIME) % PRIME, dtype=np.int64)


def of_devices(devices: Devices, first: I8, through: I8) -> I8:
    """Over the steps [0, through) of each; made again from the pool, a step of all devices at a time."""
    out = np.zeros(len(devices), np.int64)
    for step in range(int(through.max(initial=0))):
        who = np.flatnonzero(step < through)
        r = devices.reports(who, np.full(len(who), step))
        out[who] += of_reports(first[who] + step, r.taken_us, r.lon_e7, r.lat_e7)
    return out
