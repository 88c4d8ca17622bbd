"""The tree is that of RFC 6962: published roots, and proofs that hold for every size and for nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.tree import (
    EMPTY_ROOT,
    Growing,
    consistency_path,
    inclusion_path,
    is_consistent,
    leaf_hash,
    node_hash,
    root,
    root_from_inclusion,
    subtree_over,
)

# The leaves and roots that implementations of RFC 6962 have been tested with since certificate transparency.
ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
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
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def fetch_from(leaves):
    return lambda level, number: subtree_over(leaves[number << level : (number + 1) << level])


LEAVES = [leaf_hash(entry) for entry in ENTRIES]
FETCH = fetch_from(LEAVES)
MANY = [leaf_hash(str(number).encode()) for number in range(130)]
OF_MANY = fetch_from(MANY)


@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_roots_are_the_published_ones(size):
    growing = Growing()
    for leaf in LEAVES[:size]:
        growing.add(leaf)
    assert root(size, FETCH).hex() == growing.root.hex() == ROOTS[size]


def test_paths_are_the_published_ones():
    assert [node.hex() for node in inclusion_path(0, 8, FETCH)] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    assert [node.hex() for node in consistency_path(6, 8, FETCH)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@given(st.integers(1, 130), st.data())
def test_every_leaf_of_every_tree_is_proven_and_no_other(size, data):
    position = data.draw(st.integers(0, size - 1))
    path = inclusion_path(position, size, OF_MANY)
    whole = root(size, OF_MANY)
    assert root_from_inclusion(MANY[position], position, size, path) == whole
    other = data.draw(st.integers(0, 129).filter(lambda number: number != position))
    assert root_from_inclusion(MANY[other], position, size, path) != whole
    assert root_from_inclusion(MANY[position], other, size, path) != whole
    assert root_from_inclusion(MANY[position], position, size, (*path, MANY[0])) != whole
    assert not path or root_from_inclusion(MANY[position], position, size, path[:-1]) != whole


@given(st.integers(0, 130), st.integers(0, 130), st.data())
def test_every_later_tree_is_proven_to_hold_the_earlier_one_and_no_other(one, two, data):
    earlier, later = sorted((one, two))
    path = consistency_path(earlier, later, OF_MANY)
    roots = root(earlier, OF_MANY), root(later, OF_MANY)
    assert is_consistent(earlier, roots[0], later, roots[1], path)
    assert not is_consistent(earlier, roots[0], later, roots[1], (*path, MANY[0]))
    if earlier:
        assert not is_consistent(earlier, MANY[0][::-1], later, roots[1], path)
        assert not is_consistent(earlier, roots[0], later, MANY[0][::-1], path)
    if path:
        wrong = data.draw(st.integers(0, len(path) - 1))
        changed = [MANY[129] if number == wrong else node for number, node in enumerate(path)]
        assert not is_consistent(earlier, roots[0], later, roots[1], changed)


def test_an_empty_tree_and_one_of_a_leaf_need_no_path():
    assert inclusion_path(0, 1, FETCH) == ()
    assert consistency_path(0, 5, FETCH) == ()
    assert is_consistent(0, EMPTY_ROOT, 5, root(5, FETCH), ())
    assert not is_consistent(0, LEAVES[0], 5, root(5, FETCH), ())
    assert not is_consistent(3, root(3, FETCH), 2, root(2, FETCH), ())


def test_what_is_not_in_a_tree_has_no_path():
    with pytest.raises(IndexError, match="no such leaf"):
        inclusion_path(8, 8, FETCH)
    with pytest.raises(IndexError, match="larger"):
        consistency_path(9, 8, FETCH)
    assert root_from_inclusion(LEAVES[0], 8, 8, ()) is None


def test_a_tree_that_goes_on_from_a_copy_is_the_same():
    growing = Growing()
    for leaf in MANY[:77]:
        growing.add(leaf)
    copy = growing.copy()
    copy.add(MANY[77])
    assert (growing.root, copy.root) == (root(77, OF_MANY), root(78, OF_MANY))


def test_a_leaf_is_never_taken_for_a_node():
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != node_hash(LEAVES[0], LEAVES[1])
