"""A NumPy column that grows at its end."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

FIRST_ROOM = 64


class Growing:
    """Rows of one shape; room doubles when it runs out."""

    def __init__(self, row: tuple[int, ...], dtype: Any) -> None:
        self._rows: NDArray[Any] = np.zeros((FIRST_ROOM, *row), dtype=dtype)
        self._used = 0

    def __len__(self) -> int:
        return self._used

    def __getitem__(self, which: Any) -> Any:
        return self._rows[which]

    def more(self, count: int) -> int:
        """Add rows; the number of the first one."""
        first, self._used = self._used, self._used + count
        if self._used > len(self._rows):
            room = np.zeros((max(self._used, 2 * len(self._rows)), *self._rows.shape[1:]), self._rows.dtype)
            room[:first] = self._rows[:first]
            self._rows = room
        return first

    def put(self, where: int | slice, value: Any) -> None:
        self._rows[where] = value
