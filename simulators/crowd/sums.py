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
    """A polynomial of the four values: whichever changes, or changes places with another's, it shows."""
    out = sequence % PRIME
    for part in (taken_us, lon_e7 + EAST, lat_e7 + NORTH):
        out = (out * FACTOR + part % PRIME) % PRIME
    return out


def of_devices(devices: Devices, first: I8, through: I8) -> I8:
    """Over the steps [0, through) of each; made again from the pool, a step of all devices at a time."""
    out = np.zeros(len(devices), np.int64)
    for step in range(int(through.max(initial=0))):
        who = np.flatnonzero(step < through)
        r = devices.reports(who, np.full(len(who), step))
        out[who] += of_reports(first[who] + step, r.taken_us, r.lon_e7, r.lat_e7)
    return out
