"""The tree is the one of RFC 9162: known roots, and proofs that hold for every size and for no other."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.ledger import tree

DATA = [
    bytes.fromhex(one)
    for one in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = (  # the test vectors of Certificate Transparency's reference implementation
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
SIZES = st.integers(1, 70)


def leaves(count: int) -> list[bytes]:
    return [tree.leaf(bytes([n])) for n in range(count)]


@pytest.mark.parametrize(("count", "expected"), list(enumerate(ROOTS, 1)))
def test_roots_are_those_of_the_standard(count: int, expected: str) -> None:
    assert tree.root(tree.leaf(one) for one in DATA[:count]).hex() == expected


def test_nothing_has_a_root() -> None:
    assert tree.root([]) == tree.EMPTY


@settings(max_examples=60)
@given(size=SIZES, data=st.data())
def test_a_leaf_is_in_its_place_and_nowhere_else(size: int, data: st.DataObject) -> None:
    hashed, index = leaves(size), data.draw(st.integers(0, size - 1))
    root = tree.root(hashed)
    path = tree.inclusion(tree.of_leaves(hashed), index, size=size)
    assert tree.includes(hashed[index], index, size=size, path=path, root=root)
    assert not tree.includes(tree.leaf(b"another"), index, size=size, path=path, root=root)
    assert not tree.includes(hashed[index], index + 1, size=size, path=path, root=root)
    assert not tree.includes(hashed[index], index, size=size, path=[*path, root], root=root)
    if path:
        assert not tree.includes(hashed[index], index, size=size, path=path[:-1], root=root)


@settings(max_examples=60)
@given(size=SIZES, data=st.data())
def test_any_beginning_is_consistent_and_another_is_not(size: int, data: st.DataObject) -> None:
    hashed, old = leaves(size), data.draw(st.integers(1, size))
    roots = tree.root(hashed[:old]), tree.root(hashed)
    path = tree.consistency(tree.of_leaves(hashed), old=old, size=size)
    assert tree.extends(old, roots[0], size=size, root=roots[1], path=path)
    forged = tree.root([*hashed[: old - 1], tree.leaf(b"another")])
    assert not tree.extends(old, forged, size=size, root=roots[1], path=path)
    if old < size:
        assert not tree.extends(old, roots[0], size=size, root=forged, path=path)


@given(size=SIZES)
def test_inner_nodes_are_told_once_they_are_complete(size: int) -> None:
    hashed, grown, told = leaves(size), tree.Frontier(), {}
    for one in hashed:
        told.update({(level, index): node for level, index, node in grown.append(one)})
    complete = tree.of_leaves(hashed)
    assert all(complete(level, index) == node for (level, index), node in told.items())
    assert len(told) == sum(size >> level for level in range(1, 8))
