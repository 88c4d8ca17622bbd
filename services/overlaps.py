"""What one person has at once that he may not: two standings that exclude each other, or one post twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Literal, NamedTuple

from services.vocabulary import Vocabulary

Sort = Literal["standings", "posts"]


class Held(NamedTuple):
    """A standing or post of somebody, with its days."""

    id: str
    what: str
    """The standing, or the role."""
    unit: str
    from_on: date
    to_on: date | None
    row: int = 0
    """Of a book, where it comes from one."""

    @property
    def last(self) -> date:
        """The last day, or the end of time."""
        return date.max if self.to_on is None else self.to_on


def overlaps(sort: Sort, held: Iterable[Held], words: Vocabulary) -> Iterator[tuple[Held, Held]]:
    """Yield pairs of what one person holds at once and may not; each next one with the latest before it.

    Standings exclude each other where one process has both; that of nobody excludes all. A post is held once
    in a unit.
    """
    groups: dict[object, list[Held]] = {}
    for one in held:
        for group in _GROUPS[sort](one, words):
            groups.setdefault(group, []).append(one)
    for together in groups.values():
        together.sort(key=lambda one: (one.from_on, one.last))
        latest = together[0]
        for one in together[1:]:
            if one.from_on <= latest.last:
                yield latest, one
            latest = max(latest, one, key=lambda each: each.last)


def _of_standing(one: Held, words: Vocabulary) -> Iterable[object]:
    return words.processes_of(one.what)


def _of_post(one: Held, _words: Vocabulary) -> Iterable[object]:
    return ((one.what, one.unit),)


_GROUPS: dict[Sort, Callable[[Held, Vocabulary], Iterable[object]]] = {
    "standings": _of_standing,
    "posts": _of_post,
}
