"""Remembering what was worked out of values that never change, for as long as an act takes or a little more.

An act asks the same of a case several times: before it is decided, for the rows, for the answer. The next act
on the case begins with the value this one ended with. What a pure function returned for the very same values
it would return again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def remembered(most: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Remember up to `most` results of a pure function, by the identity of its arguments.

    Identity, because comparing or hashing a case costs more than what is saved. The arguments are kept
    together with the result, so that no other value can take their place in memory meanwhile. They have to be
    immutable and given by position.
    """

    def around(function: Callable[P, R]) -> Callable[P, R]:
        kept: dict[tuple[int, ...], tuple[tuple[Any, ...], R]] = {}

        @wraps(function)
        def asked(*given: P.args, **named: P.kwargs) -> R:
            if named:
                return function(*given, **named)
            key = tuple(map(id, given))
            found = kept.get(key)
            if found is not None:
                return found[1]
            made = function(*given, **named)
            if len(kept) >= most:
                kept.clear()
            kept[key] = (given, made)
            return made

        return asked

    return around
