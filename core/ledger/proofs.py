"""Proofs that go with a row, or with two heads, and are checked by who has nothing else."""

import json
from dataclasses import dataclass
from functools import partial
from typing import Any

import asyncpg

from core.ledger import keys, notes, store, store_heads, tree, wire
from core.ledger.model import Head, Signed


class NotSealed(Exception):  # noqa: N818 - an answer
    """The row, or the head, is not in the ledger (yet)."""


class WrongProof(ValueError):  # noqa: N818 - an answer
    """What is told does not follow."""


@dataclass(frozen=True, slots=True)
class Proven:
    """What a good proof says."""

    head: Head
    stream: str = ""
    row: bytes = b""
    columns: tuple[str, ...] = ()
    older: Head | None = None


async def include(conn: asyncpg.Connection, table: str, key: int) -> dict[str, Any]:
    """That this row was sealed under the newest head; the row itself goes along."""
    stream = next((s for s in await store.streams(conn) if s.table == table), None)
    found = await notes.leaf_of(conn, table, key) if stream else None
    if stream is None or found is None:
        raise NotSealed(f"{table} {key}")
    signed, top = await _head(conn, table)
    index, form = found
    if index >= top.size:
        raise NotSealed(f"{table} {key}")
    rows: list[bytes] = []
    cut = wire.Rows()

    async def take(chunk: bytes) -> None:
        rows.extend(row for _, row in cut.cut(chunk))

    async with conn.transaction():
        await store.copy_keys(conn, stream, [key], form=form, output=take)
    if not rows:
        raise NotSealed(f"{table} {key}")
    path = await notes.ask(conn, table, lambda c: tree.inclusion(c, index, size=top.size))
    return {
        "kind": "inclusion",
        "stream": table,
        "columns": list(stream.forms[form]),
        "row": rows[0].hex(),
        "index": index,
        "path": [one.hex() for one in path],
        "head": said(signed),
    }


async def extend(conn: asyncpg.Connection, old: int, new: int) -> dict[str, Any]:
    """That everything under the older head is the beginning of what is under the newer one."""
    heads = [await store_heads.head(conn, number) for number in (old, new)]
    if heads[0] is None or heads[1] is None:
        raise NotSealed(f"{old}, {new}")
    before, after = (wire.read(one.body) for one in heads if one)
    paths = {}
    for name, top in before.tops.items():
        question = partial(tree.consistency, old=top.size, size=after.tops[name].size)
        path = await notes.ask(conn, name, question)
        paths[name] = [one.hex() for one in path]
    return {"kind": "consistency", "older": said(heads[0]), "head": said(heads[1]), "paths": paths}


async def _head(conn: asyncpg.Connection, table: str) -> tuple[Signed, Any]:
    signed = await store_heads.last_head(conn)
    top = wire.read(signed.body).tops.get(table) if signed else None
    if signed is None or top is None:
        raise NotSealed(table)
    return signed, top


def check(proof: dict[str, Any]) -> Proven:
    """WrongProof unless it all follows; whose key it is, is for the reader to compare."""
    try:
        return _included(proof) if proof["kind"] == "inclusion" else _extended(proof)
    except (KeyError, TypeError, ValueError, wire.UnreadableHead) as why:
        raise WrongProof(str(why)) from why


def _included(proof: dict[str, Any]) -> Proven:
    head, row = heard(proof["head"]), bytes.fromhex(proof["row"])
    top, path = head.tops[proof["stream"]], [bytes.fromhex(one) for one in proof["path"]]
    if not tree.includes(tree.leaf(row), proof["index"], size=top.size, path=path, root=top.root):
        raise WrongProof("the row does not lead to the head")
    return Proven(head, proof["stream"], row, tuple(proof["columns"]))


def _extended(proof: dict[str, Any]) -> Proven:
    older, head = heard(proof["older"]), heard(proof["head"])
    for name, top in older.tops.items():
        now, path = head.tops[name], [bytes.fromhex(one) for one in proof["paths"][name]]
        if not tree.extends(top.size, top.root, size=now.size, root=now.root, path=path):
            raise WrongProof(f"{name} does not begin as it was")
    return Proven(head, older=older)


def said(signed: Signed) -> dict[str, str]:
    return {"body": signed.body.decode(), "signature": signed.signature.hex()}


def signed(told: dict[str, str]) -> Signed:
    return Signed(told["body"].encode(), bytes.fromhex(told["signature"]))


def heard(told: dict[str, str]) -> Head:
    """WrongProof unless its key signed it."""
    given = signed(told)
    head = wire.read(given.body)
    if not keys.is_signed(given, head.key):
        raise WrongProof(f"head {head.number} is not signed by its key")
    return head


def lines(heads: list[Signed]) -> str:
    """A witness's file: one head a line."""
    return "".join(f"{json.dumps(said(one))}\n" for one in heads)
