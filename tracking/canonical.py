"""The bytes of a fix that digests are made over: its values, wherever and however they are stored."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tracking.fixes import DTYPES, Fixes

ROW: Final = np.dtype([(name, np.dtype(kind).newbyteorder("<")) for name, kind in DTYPES.items()])
"""One fix in canonical bytes: little-endian, without gaps, one NaN for every unknown number."""


def rows(fixes: Fixes) -> NDArray[np.void]:
    table = np.empty(len(fixes), ROW)
    for name, kind in DTYPES.items():
        values = getattr(fixes, name)
        table[name] = np.where(np.isnan(values), kind("nan"), values) if kind is np.float32 else values
    return table


def canonical(fixes: Fixes) -> bytes:
    return rows(fixes).tobytes()
