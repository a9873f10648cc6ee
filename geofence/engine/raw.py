"""Reading memory by its address, in kernels: no reference counts, no signs of an index to look after.

A column in a tuple costs an atomic increment and decrement at each mention; an address is a number. Whoever
passes addresses keeps the columns alive, and their indices in range."""

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

TO_READ, ALL_LEVELS, DATA = 0, 3, 1
WHOLE = ir.IntType(64)


def place(builder: Any, element: Any, args: Any) -> Any:
    return builder.gep(builder.inttoptr(args[0], element.as_pointer()), [args[1]])


@intrinsic
def read_uint16(typing: Any, address: Any, index: Any) -> Any:  # noqa: ARG001 - Numba's signature
    def write(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ARG001
        return builder.zext(builder.load(place(builder, ir.IntType(16), args)), WHOLE)

    return types.int64(types.int64, types.int64), write


@intrinsic
def read_uint32(typing: Any, address: Any, index: Any) -> Any:  # noqa: ARG001
    def write(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ARG001
        return builder.zext(builder.load(place(builder, ir.IntType(32), args)), WHOLE)

    return types.int64(types.int64, types.int64), write


@intrinsic
def read_float32(typing: Any, address: Any, index: Any) -> Any:  # noqa: ARG001
    def write(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ARG001
        return builder.fpext(builder.load(place(builder, ir.FloatType(), args)), ir.DoubleType())

    return types.float64(types.int64, types.int64), write


@intrinsic
def read_float64(typing: Any, address: Any, index: Any) -> Any:  # noqa: ARG001
    def write(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ARG001
        return builder.load(place(builder, ir.DoubleType(), args))

    return types.float64(types.int64, types.int64), write


@intrinsic
def ask_line(typing: Any, address: Any, offset: Any) -> Any:  # noqa: ARG001
    def write(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ARG001
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        shape = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        ask = cgutils.get_or_insert_function(builder.module, shape, "llvm.prefetch.p0")  # type: ignore[no-untyped-call]
        where = place(builder, ir.IntType(8), args)
        builder.call(ask, [where, *(ir.Constant(number, n) for n in (TO_READ, ALL_LEVELS, DATA))])
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), write


uint16_at: Callable[[int, int], int] = cast("Any", read_uint16)
"""(address, index of the word of 2 bytes) -> int64."""
uint32_at: Callable[[int, int], int] = cast("Any", read_uint32)
"""(address, index of the word of 4 bytes) -> int64."""
float32_at: Callable[[int, int], float] = cast("Any", read_float32)
"""(address, index of the word of 4 bytes) -> float64."""
float64_at: Callable[[int, int], float] = cast("Any", read_float64)
"""(address, index of the word of 8 bytes) -> float64."""
fetch: Callable[[int, int], None] = cast("Any", ask_line)
"""(address, offset in bytes): ask for that line of the cache without waiting for it."""
