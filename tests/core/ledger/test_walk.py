"""Whatever single thing happens to whatever history, the walk names the row; an honest one passes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from core.ledger import tree
from core.ledger.heads import Checkpoint
from core.ledger.model import Block, Break, What
from core.ledger.walk import Found, Leaves, Walk


@dataclass(frozen=True)
class History:
    blocks: tuple[Block, ...]
    points: tuple[Checkpoint, ...]

    @property
    def rows(self) -> dict[int, bytes]:
        return {k: h for b in self.blocks for k, h in zip(b.keys, b.hashes, strict=True)}


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Blocks of rows whose numbers have gaps; after some of them a head."""
    key, grown, blocks, points = 0, tree.Frontier(), [], []
    for number, size in enumerate(draw(st.lists(st.integers(1, 6), min_size=1, max_size=6))):
        steps = draw(st.lists(st.integers(1, 3), min_size=size, max_size=size))
        keys = tuple(key := key + step for step in steps)
        hashes = tuple(tree.leaf(str(one).encode()) for one in keys)
        blocks.append(Block("audit", number, grown.size, 0, keys, hashes))
        for one in hashes:
            grown.append(one)
        if draw(st.booleans()):
            points.append(Checkpoint(grown.size, grown.root(), len(points)))
    return History(tuple(blocks), tuple(points))


def walked(history: History, rows: dict[int, bytes]) -> list[Break]:
    return asyncio.run(_walked(history, rows))


async def _walked(history: History, rows: dict[int, bytes]) -> list[Break]:
    async def source() -> AsyncIterator[Leaves]:
        keys = sorted(rows)
        for at in range(0, len(keys), 4):
            yield keys[at : at + 4], [rows[key] for key in keys[at : at + 4]]

    walk, found = Walk("audit", history.points), Found(source())
    for block in history.blocks:
        walk.take(block, await found.until(block.keys[-1]))
    walk.end()
    return walk.breaks


@settings(max_examples=50)
@given(history=histories())
def test_what_was_only_added_to_passes(history: History) -> None:
    assert walked(history, history.rows) == []
    last = history.blocks[-1].keys[-1]
    assert walked(history, history.rows | {last + 1: tree.leaf(b"new")}) == []


@settings(max_examples=120)
@given(history=histories(), data=st.data())
def test_any_single_change_is_found_and_named(history: History, data: st.DataObject) -> None:
    rows = history.rows
    kind = data.draw(st.sampled_from(["flip", "delete", "insert", "swap"]))
    key = data.draw(st.sampled_from(sorted(rows)))
    expected = {(What.CHANGED, str(key))}
    if kind == "flip":
        rows[key] = tree.leaf(b"other")
    elif kind == "delete":
        del rows[key]
        expected = {(What.MISSING, str(key))}
    elif kind == "insert":
        free = [n for n in range(-1, max(rows)) if n not in rows]
        key = data.draw(st.sampled_from(free))
        rows[key] = tree.leaf(b"past")
        expected = {(What.INSERTED, str(key))}
    elif len(rows) > 1:
        other = data.draw(st.sampled_from(sorted(set(rows) - {key})))
        rows[key], rows[other] = rows[other], rows[key]
        expected = {(What.CHANGED, str(key)), (What.CHANGED, str(other))}
    else:
        return
    assert {(b.what, b.key) for b in walked(history, rows)} == expected


@settings(max_examples=60)
@given(history=histories(), data=st.data())
def test_a_row_whose_note_was_rewritten_too_contradicts_the_signed_head(
    history: History, data: st.DataObject
) -> None:
    """A superuser changes both; the first head over them says so, and between which rows."""
    sealed = history.points[-1].size if history.points else 0
    keys = sorted(history.rows)[:sealed]
    if not keys:
        return
    key = data.draw(st.sampled_from(keys))
    forged = tree.leaf(b"forged")
    blocks = tuple(
        Block(b.stream, b.number, b.first, b.form, b.keys, _but(b, key, forged)) for b in history.blocks
    )
    breaks = walked(History(blocks, history.points), history.rows | {key: forged})
    assert [b.what for b in breaks] == [What.REWRITTEN]
    first, last = breaks[0].place.removeprefix("keys ").partition(",")[0].split(" to ")
    assert int(first) <= key <= int(last)


@settings(max_examples=40)
@given(history=histories(), data=st.data())
def test_a_wrong_note_is_not_taken_for_a_wrong_row(history: History, data: st.DataObject) -> None:
    sealed = history.points[-1].size if history.points else 0
    keys = sorted(history.rows)[:sealed]
    if not keys:
        return
    key = data.draw(st.sampled_from(keys))
    blocks = tuple(
        Block(b.stream, b.number, b.first, b.form, b.keys, _but(b, key, bytes(32))) for b in history.blocks
    )
    breaks = walked(History(blocks, history.points), history.rows)
    assert [(b.what, b.key) for b in breaks] == [(What.NOTES, str(key))]


def _but(block: Block, key: int, hashed: bytes) -> tuple[bytes, ...]:
    return tuple(hashed if k == key else h for k, h in zip(block.keys, block.hashes, strict=True))


def test_rows_are_handed_out_up_to_a_key() -> None:
    async def source() -> AsyncIterator[Leaves]:
        yield [1, 2, 3], [b"a", b"b", b"c"]
        yield [7, 9], [b"d", b"e"]

    async def run() -> tuple[list[int], list[int], int]:
        found = Found(source())
        return (await found.until(2))[0], (await found.until(7))[0], await found.rest()

    assert asyncio.run(run()) == ([1, 2], [3, 7], 1)
