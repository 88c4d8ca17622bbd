"""Many values some at a time, so that neither a statement nor the memory has to hold all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def in_batches(values: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """Yield the values in their order, `size` at a time; the last ones may be fewer."""
    left = iter(values)
    while some := tuple(islice(left, size)):
        yield some
