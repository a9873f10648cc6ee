"""Proofs that need no database, over bytes that a stranger can write."""

import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from core.ledger import proofs, tree, wire
from core.sealing import Keys
from sealed import seal, three_blocks


def text(value: str) -> bytes:
    return struct.pack(">i", len(value.encode())) + value.encode()


async def test_a_stranger_can_compute_a_leaf_from_the_page(conn: asyncpg.Connection, tmp_path: Path) -> None:
    """docs/ledger.md: the bytes of one row, written by hand from the manual of PostgreSQL."""
    at = datetime(2026, 11, 27, 7, 15, tzinfo=UTC)
    await conn.execute(
        "insert into audit (at, action, subject_kind, subject_id, why, detail)"
        " values ($1, 'file:read', 'person', 17, 'суд', '{\"b\": 1, \"a\": [2.50]}')",
        at,
    )
    await seal(conn, Keys(tmp_path))
    us = int((at - datetime(2000, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))
    detail = b'\x01{"a": [2.50], "b": 1}'
    row = (
        struct.pack(">h", 8)
        + struct.pack(">iq", 8, 1)
        + struct.pack(">iq", 8, us)
        + struct.pack(">i", -1)
        + text("file:read")
        + text("person")
        + struct.pack(">iq", 8, 17)
        + text("суд")
        + struct.pack(">i", len(detail))
        + detail
    )
    proof = await proofs.include(conn, "audit", 1)
    assert proof["row"] == row.hex()
    assert wire.read(proof["head"]["body"].encode()).tops["audit"].root == tree.leaf(row)
    assert proof["columns"] == [
        "id",
        "at",
        "user_id",
        "action",
        "subject_kind",
        "subject_id",
        "why",
        "detail",
    ]


async def test_proofs_hold_without_a_database_and_fail_when_touched(
    conn: asyncpg.Connection, tmp_path: Path
) -> None:
    await three_blocks(conn, Keys(tmp_path))
    proof = await proofs.include(conn, "audit", 17)
    assert proofs.check(proof).row == bytes.fromhex(proof["row"])
    grown = await proofs.extend(conn, 0, 2)
    assert proofs.check(grown).older is not None
    for wrong in touched(proof), touched(grown["head"]) and grown | {"older": grown["head"]}:
        with pytest.raises(proofs.WrongProof):
            proofs.check(wrong)
    with pytest.raises(proofs.NotSealed):
        await proofs.include(conn, "audit", 31)


def touched(proof: dict[str, Any]) -> dict[str, Any]:
    """One bit of the row."""
    row = bytearray.fromhex(proof.get("row", "00"))
    row[-1] ^= 1
    return proof | {"row": row.hex()}
