"""The tree over a log: a Merkle tree as RFC 6962 builds it, its proofs, and how they are checked.

Whoever holds the root of a tree can check with a few hashes that a leaf is in it, and that a later, larger
tree is the same log with more at its end. Hashes are 32 bytes; leaves are counted from 0. What of a tree is
stored somewhere is handed in as `Fetch`: a function that knows every complete subtree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

Fetch = Callable[[int, int], bytes]
"""Returns the hash of a complete subtree of 2^level leaves, by its level and its number from the left."""

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf that holds this entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of what stands above two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(size: int, fetch: Fetch) -> bytes:
    """Return the root of the tree over the first `size` leaves."""
    return _hash_of(0, size, fetch) if size else EMPTY_ROOT


def inclusion_path(position: int, size: int, fetch: Fetch) -> tuple[bytes, ...]:
    """Return the hashes that lead from a leaf to the root, lowest first (RFC 6962, 2.1.1).

    Raises IndexError where the tree has no such leaf.
    """
    if not 0 <= position < size:
        raise IndexError("no such leaf in this tree")
    return _path(position, 0, size, fetch)


def consistency_path(earlier: int, later: int, fetch: Fetch) -> tuple[bytes, ...]:
    """Return the hashes that lead from the root over `earlier` leaves to that over `later` (RFC 6962, 2.1.2).

    Raises IndexError unless 0 <= earlier <= later.
    """
    if not 0 <= earlier <= later:
        raise IndexError("the earlier tree is larger than the later one")
    if earlier in {0, later}:
        return ()
    return _between(earlier, 0, later, fetch, whole=True)


def root_from_inclusion(leaf: bytes, position: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root that a leaf's hash and its path lead to; None where the path is too long or short."""
    if not 0 <= position < size:
        return None
    here, last, made = position, size - 1, leaf
    for other in path:
        if last == 0:
            return None
        if here & 1 or here == last:
            made = node_hash(other, made)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            made = node_hash(made, other)
        here, last = here >> 1, last >> 1
    return made if last == 0 else None


def is_consistent(
    earlier: int, earlier_root: bytes, later: int, later_root: bytes, path: Sequence[bytes]
) -> bool:
    """Whether the path shows that the later tree is the earlier one with more at its end."""
    if not 0 <= earlier <= later:
        return False
    if earlier == later:
        return not path and earlier_root == later_root
    if earlier == 0:
        return not path and earlier_root == EMPTY_ROOT
    # Where the earlier tree is one complete subtree its root is known already, and not in the path.
    is_complete = earlier & (earlier - 1) == 0
    return _roots_over(earlier, later, (earlier_root, *path) if is_complete else path) == (
        earlier_root,
        later_root,
    )


class Growing:
    """A tree that grows leaf by leaf and knows its root; it keeps no more than a hash for each level."""

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        """Go on from `size` leaves, whose complete subtrees are `peaks`, largest first."""
        self.size = size
        self._peaks = list(peaks)

    def add(self, leaf: bytes) -> None:
        """Add the hash of one more leaf."""
        made, below = leaf, self.size
        while below & 1:
            made, below = node_hash(self._peaks.pop(), made), below >> 1
        self._peaks.append(made)
        self.size += 1

    @property
    def root(self) -> bytes:
        """The root over all leaves so far."""
        if not self._peaks:
            return EMPTY_ROOT
        made = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            made = node_hash(peak, made)
        return made

    def copy(self) -> Growing:
        """Return another tree that grows from here."""
        return Growing(self.size, self._peaks)


def subtree_over(hashes: Sequence[bytes]) -> bytes:
    """Return the hash over subtrees of one level that stand side by side; their number is a power of two."""
    above = list(hashes)
    while len(above) > 1:
        above = [node_hash(above[i], above[i + 1]) for i in range(0, len(above), 2)]
    return above[0]


def _roots_over(earlier: int, later: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Return the roots that a path of consistency leads to (RFC 9162, 2.1.4.2), or None."""
    if not path:
        return None
    here, last = earlier - 1, later - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    first = second = path[0]
    for other in path[1:]:
        if last == 0:
            return None
        if here & 1 or here == last:
            first, second = node_hash(other, first), node_hash(other, second)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            second = node_hash(second, other)
        here, last = here >> 1, last >> 1
    return (first, second) if last == 0 else None


def _hash_of(begin: int, end: int, fetch: Fetch) -> bytes:
    """Return the hash over the leaves from `begin` up to `end`, where a subtree of the whole begins."""
    number = end - begin
    if number & (number - 1) == 0:
        level = number.bit_length() - 1
        return fetch(level, begin >> level)
    middle = begin + _left_of(number)
    return node_hash(_hash_of(begin, middle, fetch), _hash_of(middle, end, fetch))


def _path(position: int, begin: int, end: int, fetch: Fetch) -> tuple[bytes, ...]:
    if end - begin == 1:
        return ()
    middle = begin + _left_of(end - begin)
    if position < middle:
        return (*_path(position, begin, middle, fetch), _hash_of(middle, end, fetch))
    return (*_path(position, middle, end, fetch), _hash_of(begin, middle, fetch))


def _between(earlier: int, begin: int, end: int, fetch: Fetch, *, whole: bool) -> tuple[bytes, ...]:
    """Return the path for the leaves before `earlier` within a subtree; `whole`: the earlier tree's own."""
    if earlier == end:
        return () if whole else (_hash_of(begin, end, fetch),)
    middle = begin + _left_of(end - begin)
    if earlier <= middle:
        inner = _between(earlier, begin, middle, fetch, whole=whole)
        return (*inner, _hash_of(middle, end, fetch))
    inner = _between(earlier, middle, end, fetch, whole=False)
    return (*inner, _hash_of(begin, middle, fetch))


def _left_of(number: int) -> int:
    """Return the largest power of two below a number of leaves, which is at least two."""
    return 1 << ((number - 1).bit_length() - 1)
