"""Complete subtrees from the ledger's notes: the large ones as noted, the small ones from their leaves."""

from collections.abc import Callable
from typing import Final, TypeVar

import asyncpg

from core.ledger import store, tree
from core.ledger.model import Top

T = TypeVar("T")
_ANY: Final = bytes(32)


class NotesError(Exception):
    """The ledger's own notes are not all there."""


async def ask(conn: asyncpg.Connection, stream: str, question: Callable[[tree.Complete], T]) -> T:
    """The answer of a pure function that wants complete subtrees: asked once to see which."""
    wanted: dict[tuple[int, int], bytes] = {}

    def noting(level: int, index: int) -> bytes:
        wanted[level, index] = _ANY
        return _ANY

    question(noting)
    for level, index in wanted:
        wanted[level, index] = await complete(conn, stream, level, index)
    return question(lambda level, index: wanted[level, index])


async def complete(conn: asyncpg.Connection, stream: str, level: int, index: int) -> bytes:
    if level >= store.NODES_FROM:
        found = await store.node(conn, stream, level, index)
        if found is None:
            raise NotesError(f"{stream}: node {level}, {index}")
        return found
    return tree.root(await leaves(conn, stream, index << level, (index + 1) << level))


async def leaves(conn: asyncpg.Connection, stream: str, first: int, last: int) -> list[bytes]:
    found = await store.blocks_of(conn, stream, first, last)
    at = found[0].first if found else first
    hashes: list[bytes] = [one for block in found for one in block.hashes][first - at : last - at]
    if at > first or len(hashes) != last - first:
        raise NotesError(f"{stream}: leaves {first} to {last}")
    return hashes


async def frontier(conn: asyncpg.Connection, stream: str, size: int) -> tree.Frontier:
    """As it was when the tree had that size."""
    peaks, first = [], 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            peaks.append(await complete(conn, stream, level, first >> level))
            first += 1 << level
    return tree.Frontier(size, peaks)


async def leaf_of(conn: asyncpg.Connection, stream: str, key: int) -> tuple[int, int] | None:
    """The place of a row's leaf, and its form."""
    for block in await store.blocks_with(conn, stream, key):
        if key in block.keys:
            return block.first + block.keys.index(key), block.form
    return None


def top(grown: tree.Frontier) -> Top:
    return Top(grown.size, grown.root())
