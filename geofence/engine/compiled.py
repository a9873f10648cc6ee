"""Kernels: plain Python over NumPy columns, compiled once by Numba and kept on disk between starts.

Numba keeps a kernel as long as its own file is unchanged, though what it calls may lie in another file. So
the kernels are kept in a folder named after the text of all that decides: another text is another folder."""

import os
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, config, types
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array
from numpy.typing import NDArray

Kernel = TypeVar("Kernel", bound=Callable[..., Any])
Column = NDArray[Any]
"""An array that kernels read or write; each kernel says its shape, type and unit."""

HERE = Path(__file__).parent
DECIDE = (
    "core/geo.py",
    "geofence/model.py",
    "geofence/policies/__init__.py",
    "geofence/rules/*.py",
    "geofence/engine/*.py",
    "tracking/model.py",
)
"""What verdicts are made by, and kernels of."""
TO_READ, ALL_LEVELS, DATA = 0, 3, 1


def digest(house: Path = HERE.parents[1]) -> str:
    """Of the source of all that decides: verdicts cite it, and kernels are kept under it."""
    found = blake2b(digest_size=8)
    for pattern in DECIDE:
        for path in sorted(house.glob(pattern)):
            found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def kept() -> Path | None:
    """Where kernels are kept: the first of these folders that can be written; None: nowhere."""
    given = config.CACHE_DIR  # type: ignore[attr-defined]
    for parent in (Path(given) if given else None, HERE / "__pycache__", Path.home() / ".cache" / "ejazo"):
        if parent is not None:
            try:
                (parent / digest()).mkdir(parents=True, exist_ok=True)
            except OSError:
                continue
            if os.access(parent / digest(), os.W_OK):
                return parent / digest()
    return None


FOLDER = kept()
if FOLDER is not None:
    config.CACHE_DIR = str(FOLDER)  # type: ignore[attr-defined]


def kernel(function: Kernel) -> Kernel:
    """Called from Python; may allocate."""
    return _compiled(function, cache=FOLDER is not None)


def lean(function: Kernel) -> Kernel:
    """A kernel that must not allocate: what it needs is handed in. It counts no references to arrays, which
    in a kernel of many parts costs more than the work itself (measured: ten times)."""
    return _compiled(function, cache=FOLDER is not None, _nrt=False)


def part(function: Kernel) -> Kernel:
    """Called from kernels only, and melted into them. Must not allocate: it counts no references either."""
    return _compiled(function, forceinline=True, _nrt=False)


def rare(function: Kernel) -> Kernel:
    """Called from kernels only, and kept apart: what seldom happens must not slow the rest. May allocate."""
    return _compiled(function, _nrt=True)


def apart(function: Kernel) -> Kernel:
    """Called from kernels only, and kept apart, which is quicker to compile. Must not allocate, as a part."""
    return _compiled(function, _nrt=False)


def _compiled(function: Kernel, **options: Any) -> Kernel:
    """Without the interpreter's lock; division by zero as in IEEE 754."""
    compiled: Kernel = numba.njit(nogil=True, error_model="numpy", **options)(function)
    return compiled


@part
def signed(number: Any) -> int:
    """As i64: Numba would make the sum of an unsigned and a signed 64-bit number a float."""
    return np.int64(number)  # type: ignore[return-value]


@part
def unsigned(number: Any) -> int:
    """An index that is not negative: Numba would look whether it counts from the end. Not for reckoning."""
    return np.uint64(number)  # type: ignore[return-value]


@part
def put(column: Column, at: int, values: Column) -> int:
    """Copy values to column[at:]; where they end. One dimension each; far quicker to compile than a slice."""
    for k in range(len(values)):
        column[at + k] = values[k]
    return at + len(values)


@rare
def grown(column: Column, needed: int) -> Column:
    """The column, or one twice as long with the same beginning if `needed` is longer than it."""
    if needed <= len(column):
        return column
    longer = np.empty(max(needed, 2 * len(column)), column.dtype)
    put(longer, 0, column)
    return longer


def _prefetch(typing: Any, column: Any, index: Any) -> Any:  # noqa: ARG001 - Numba's signature
    def write(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, args[0])
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        place = builder.bitcast(builder.gep(array.data, [args[1]]), byte)
        shape = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        ask = cgutils.get_or_insert_function(builder.module, shape, "llvm.prefetch.p0")  # type: ignore[no-untyped-call]
        builder.call(ask, [place, *(ir.Constant(number, n) for n in (TO_READ, ALL_LEVELS, DATA))])
        return context.get_dummy_value()

    return types.void(column, index), write


prefetch = cast("Callable[[Any, Any], None]", intrinsic(_prefetch))
"""Ask for the cache line of `column[index]` (one dimension, index in range) without waiting for it."""


def _scratch(typing: Any, count: Any, dtype: Any) -> Any:  # noqa: ARG001 - Numba's signature
    if not isinstance(count, types.IntegerLiteral):
        return None
    found = types.Array(dtype.dtype, 1, "C")

    def write(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ARG001
        item, size = context.get_data_type(found.dtype), ir.IntType(64)
        wide = context.get_abi_sizeof(item)
        data = cgutils.alloca_once(builder, item, size=ir.Constant(size, count.literal_value))  # type: ignore[no-untyped-call]
        array = context.make_array(found)(context, builder)
        shape, strides = [ir.Constant(size, count.literal_value)], [ir.Constant(size, wide)]
        populate_array(array, data, shape, strides, ir.Constant(size, wide), None)  # type: ignore[no-untyped-call]
        return array._getvalue()  # noqa: SLF001 - Numba has no other way

    return found(count, dtype), write


scratch = cast("Callable[[int, Any], Column]", intrinsic(_scratch))
"""A column (count,) on the kernel's own stack, for as long as the kernel runs. Nothing else can lie there, so
loops that write to it are done several places at a time."""
