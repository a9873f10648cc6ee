"""Rows of fixed size from PostgreSQL, one NumPy array a column, without a Python object a value."""

from typing import Any, Final

import asyncpg
import numpy as np
from numpy.typing import NDArray

HEAD: Final = 19
"""Bytes before the first row of a binary COPY."""
TAIL: Final = 2
EPOCH_US: Final = 946_684_800_000_000
"""PostgreSQL counts from 2000-01-01, we from 1970."""
FOREVER_US: Final = 2**63 - 1
"""What `infinity` becomes."""
FORMS: Final = {"i8": ">i8", "i4": ">i4", "i2": ">i2", "f8": ">f8", "f4": ">f4", "bool": "?", "us": ">i8"}
"""Names of column forms; `us`: a moment, microseconds since 1970 UTC."""

Columns = dict[str, NDArray[Any]]


async def fetch(conn: asyncpg.Connection, query: str, forms: dict[str, str], *given: Any) -> Columns:
    """The answer's columns by name, in the order in which the query selects them: `forms` says each one's
    form, of the same size as its SQL type. None may be null."""
    raw = bytearray()

    async def take(piece: bytes) -> None:
        raw.extend(piece)

    await conn.copy_from_query(query, *given, output=take, format="binary")
    layout = [("fields", ">i2")]
    for name, form in forms.items():
        layout += [(f"{name} size", ">i4"), (name, FORMS[form])]
    kind = np.dtype(layout)
    count, rest = divmod(len(raw) - HEAD - TAIL, kind.itemsize)
    rows = np.frombuffer(raw, kind, count, HEAD) if not rest else np.empty(0, kind)
    if rest or any((rows[f"{name} size"] != kind[name].itemsize).any() for name in forms):
        raise ValueError(f"a row of another size than {forms}")
    return {name: _native(rows[name], form) for name, form in forms.items()}


def _native(values: NDArray[Any], form: str) -> NDArray[Any]:
    native = values.astype(values.dtype.newbyteorder("="))
    if form == "us":
        return np.where(native == FOREVER_US, FOREVER_US, native + EPOCH_US)
    return native
