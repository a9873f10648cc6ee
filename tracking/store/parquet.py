"""Days of fixes as Parquet files: written whole or not at all, read back before anybody relies on them.

Imported only where a file is written or read: the library takes a third of a second and 60 MB to load."""

import hashlib
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tracking.canonical import canonical
from tracking.fixes import DTYPES, UNKNOWN, Fixes
from tracking.store.parts import DamagedError, Part

GROUP: Final = 32_768
"""Rows of a group, the least that can be read: a person's day is 5,760 at one fix in 15 s."""
PART: Final = 8_000_000
"""Rows of a file: the index of its groups is read with every question, and grows with them."""
_TIME: Final = pa.timestamp("us", "UTC")
_NAMES: Final = {"device": "device_id", "person": "person_id"} | {
    f"{name}_us": f"{name}_at" for name in ("taken", "sent", "received")
}
_WRITTEN: Final = {_NAMES.get(name, name): name for name in DTYPES}
SCHEMA: Final = pa.schema(
    [
        pa.field(
            column,
            _TIME if name.endswith("_us") else pa.from_numpy_dtype(DTYPES[name]),
            nullable=DTYPES[name] is np.float32 or DTYPES[name] is np.int16,
        )
        for column, name in _WRITTEN.items()
    ]
)
_ENCODINGS: Final = {
    **dict.fromkeys(("sequence", "taken_at", "sent_at", "received_at"), "DELTA_BINARY_PACKED"),
    **dict.fromkeys(("lon", "lat"), "BYTE_STREAM_SPLIT"),
}


class Writer:
    """A day's fixes, given in the order of the key, into as many files as they need."""

    def __init__(self, folder: Path, day: date, *, source: int, group: int = GROUP, most: int = PART) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder, self.day, self.source = folder.resolve(), day, source
        self.group, self.most = group, most
        self.parts: list[Part] = []
        self._open: _Open | None = None

    def write(self, fixes: Fixes) -> None:
        if self._open is None:
            self._open = _Open(self.folder / f".{self.day:%Y%m%d}-{len(self.parts):02}.tmp", self.group)
        self._open.write(fixes)
        if self._open.rows >= self.most:
            self._finish()

    def close(self) -> list[Part]:
        """The files, each complete, on the disk and read back."""
        self._finish()
        _sync(self.folder)
        return self.parts

    def abandon(self) -> None:
        """What is not complete goes; after `close` there is nothing."""
        if self._open is not None:
            self._open.writer.close()
            self._open.file.close()
            self._open.path.unlink()
            self._open = None

    def _finish(self) -> None:
        if self._open is not None:
            self.parts.append(
                self._open.finish(self.folder, self.day, number=len(self.parts), source=self.source)
            )
            self._open = None


class _Open:
    """One file on its way: under another name until it has been read back."""

    def __init__(self, path: Path, group: int) -> None:
        self.path, self.group = path, group
        self.rows, self.digest = 0, hashlib.sha256()
        self.first = self.last = 0
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self.file = os.fdopen(descriptor, "wb")
        self.writer = pq.ParquetWriter(
            self.file,
            SCHEMA,
            compression="zstd",
            compression_level=3,
            use_dictionary=[n for n in SCHEMA.names if n not in _ENCODINGS],
            column_encoding=_ENCODINGS,
            write_statistics=["device_id", "taken_at"],
            write_page_checksum=True,
            sorting_columns=pq.SortingColumn.from_ordering(
                SCHEMA, [(n, "ascending") for n in ("device_id", "taken_at", "sequence")]
            ),
        )

    def write(self, fixes: Fixes) -> None:
        self.first = self.first if self.rows else int(fixes.device[0])
        self.last = int(fixes.device[-1])
        self.rows += len(fixes)
        self.digest.update(canonical(fixes))
        self.writer.write_table(_table(fixes), row_group_size=self.group)

    def finish(self, folder: Path, day: date, *, number: int, source: int) -> Part:
        self.writer.close()
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        digest = self.digest.hexdigest()
        # The content names it: another writing of the same day never overwrites this one.
        path = folder / f"{day:%Y%m%d}-{number:02}-{digest[:16]}.parquet"
        size = self.path.stat().st_size
        part = Part(day, number, self.rows, digest, str(path), size, self.first, self.last, source)
        verify(part, self.path)
        self.path.rename(path)
        return part


def verify(part: Part, path: Path | None = None) -> None:
    """Every value is read and digested again; `DamagedError` if it is not what was written."""
    digest, rows = hashlib.sha256(), 0
    for fixes in groups(part, path=path):
        digest.update(canonical(fixes))
        rows += len(fixes)
    if (rows, digest.hexdigest()) != (part.rows, part.digest):
        raise DamagedError(part, "its content is another")


def read(part: Part, *, devices: NDArray[np.int64], since_us: int, until_us: int) -> list[Fixes]:
    """What these devices (ascending) reported in [since, until)."""
    found = []
    for fixes in groups(part, devices=devices):
        chosen = np.isin(fixes.device, devices)
        chosen &= (fixes.taken_us >= since_us) & (fixes.taken_us < until_us)
        found.append(fixes.take(chosen))
    return found


def groups(
    part: Part, *, devices: NDArray[np.int64] | None = None, path: Path | None = None
) -> Iterator[Fixes]:
    """The groups in which these devices (ascending) may be, one after another; None: all."""
    path = path or Path(part.file)
    try:
        if path.stat().st_size != part.bytes:
            raise DamagedError(part, "its length is another")
        with pq.ParquetFile(path, page_checksum_verification=True, pre_buffer=False) as file:
            for number in range(file.num_row_groups):
                if devices is None or _may_hold(file.metadata.row_group(number), devices):
                    yield _fixes(file.read_row_group(number, use_threads=False))
    except FileNotFoundError as why:
        raise DamagedError(part, "it is not there") from why
    except (pa.ArrowException, OSError) as why:
        raise DamagedError(part, "it cannot be read") from why


def _may_hold(group: Any, devices: NDArray[np.int64]) -> bool:
    seen = group.column(0).statistics
    at = int(np.searchsorted(devices, seen.min))
    return at < len(devices) and bool(devices[at] <= seen.max)


def _table(fixes: Fixes) -> Any:
    arrays = []
    for field in SCHEMA:
        values = getattr(fixes, _WRITTEN[field.name])
        unknown = None
        if field.nullable:
            unknown = np.isnan(values) if values.dtype.kind == "f" else values == UNKNOWN
        arrays.append(pa.array(values, mask=unknown).cast(field.type))
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def _fixes(table: Any) -> Fixes:
    columns = []
    for name, kind in zip(SCHEMA.names, DTYPES.values(), strict=True):
        column = table.column(name).combine_chunks()
        if kind is np.int16:
            column = column.fill_null(UNKNOWN)
        elif kind is np.int64:
            column = column.cast(pa.int64())
        columns.append(column.to_numpy(zero_copy_only=False))
    return Fixes(*columns)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
