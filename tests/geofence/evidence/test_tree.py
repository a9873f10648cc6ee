"""The tree is that of RFC 9162: against an independent reading of its definition."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from geofence.evidence.rules import tree


def by_definition(rows: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word by word."""
    if not rows:
        return sha256(b"").digest()
    if len(rows) == 1:
        return sha256(b"\x00" + rows[0]).digest()
    k = 1
    while k * 2 < len(rows):
        k *= 2
    return sha256(b"\x01" + by_definition(rows[:k]) + by_definition(rows[k:])).digest()


@given(st.lists(st.binary(max_size=4), max_size=40))
def test_the_root_is_the_defined_one(rows: list[bytes]) -> None:
    assert tree.root([tree.leaf(row) for row in rows]) == by_definition(rows)


def test_each_device_has_a_chain_of_its_own() -> None:
    leaves = [tree.leaf(bytes([n])) for n in range(4)]
    mixed = tree.chained([(1, leaves[0]), (2, leaves[1]), (1, leaves[2]), (2, leaves[3])])
    assert mixed[2] == tree.chained([(1, leaves[0]), (1, leaves[2])])[-1]
    assert mixed[2] != tree.chained([(1, leaves[2]), (1, leaves[0])])[-1]
    assert len(set(mixed)) == 4
