"""Columns by number that grow with the numbers that come."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def reaching(column: NDArray[Any], highest: int, *, fill: int) -> NDArray[Any]:
    """The column, with a row for `highest`; where it grows, to twice its length at least, filled up."""
    if highest < len(column):
        return column
    more = max(highest + 1 - len(column), len(column))
    return np.concatenate([column, np.full(more, fill, column.dtype)])
