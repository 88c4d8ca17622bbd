"""Whether people wait alike and end alike, by route and unit; so that nobody can be picked out of it.

Groups stand in one tree: everybody, each route, and within a route the units as they stand below one another.
A group of fewer than five is not shown. Nor is one without which a smaller one could be worked out from what
is shown: what is hidden below a group is together nobody, or five at least, and nothing below what is hidden
is shown. The same holds for how cases ended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median_low
from typing import Final, Literal, NamedTuple, get_args

LEAST: Final = 5
"""The size from which on a group is shown."""

End = Literal["reached", "ended-otherwise", "under-way"]
"""How a case stands: it came to its aim, to another end, or to none yet."""

ENDS: Final[tuple[End, ...]] = get_args(End)

Route = tuple[str, ...]
"""What about a case decides which way it takes: what applies, in order."""


class Told(NamedTuple):
    """What is told of one case."""

    unit: str
    route: Route
    end: End
    waits: Mapping[str, int]
    """Days, by what was waited for: stages by id, and `whole` for a case that came to an end."""


class Key(NamedTuple):
    """Names a group: everybody, those of a route, or those of a route in a unit and below."""

    route: Route | None = None
    unit: str | None = None


@dataclass
class Group:
    """Cases that are looked at together."""

    key: Key
    ends: Counter[End] = field(default_factory=Counter)
    waits: dict[str, list[int]] = field(default_factory=dict)
    below: list[Group] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many cases there are."""
        return self.ends.total()

    def add(self, told: Told) -> None:
        """Count a case in."""
        self.ends[told.end] += 1
        for what, days in told.waits.items():
            self.waits.setdefault(what, []).append(days)


class Spread(NamedTuple):
    """How long something took, in days: half no longer than `half`, nine in ten no longer than `most`."""

    half: int
    most: int


class Shown(NamedTuple):
    """What may be shown of a group."""

    key: Key
    depth: int
    size: int
    ends: Mapping[End, int] | None
    """None where they are hidden."""
    waits: Mapping[str, Spread]
    """Only what at least five waited for."""


def shown(told: Iterable[Told], parents: Mapping[str, str | None]) -> tuple[Shown, ...]:
    """Return what may be shown of cases, each group before those below it; `parents` is the tree of units."""
    root = _tree(told, parents)
    if root.size < LEAST:
        return ()
    sizes = _open_groups(root)
    ends = _open_ends(root, sizes)
    found: list[Shown] = []
    _list(root, 0, sizes, ends, found)
    return tuple(found)


def _tree(told: Iterable[Told], parents: Mapping[str, str | None]) -> Group:
    groups: dict[Key, Group] = {}
    root = _group(groups, Key(), None)
    for one in told:
        over = root
        root.add(one)
        for key in (Key(one.route), *(Key(one.route, unit) for unit in _down_to(one.unit, parents))):
            over = _group(groups, key, over)
            over.add(one)
    return root


def _group(groups: dict[Key, Group], key: Key, over: Group | None) -> Group:
    if key not in groups:
        groups[key] = Group(key)
        if over is not None:
            over.below.append(groups[key])
    return groups[key]


def _down_to(unit: str, parents: Mapping[str, str | None]) -> list[str]:
    """Return a unit and all above it, the highest first."""
    way, here = [unit], parents.get(unit)
    while here is not None and here not in way:
        way.append(here)
        here = parents.get(here)
    return way[::-1]


def _open_groups(root: Group) -> set[Key]:
    """Return the groups of which is shown how large they are."""
    found, left = {root.key}, [root]
    while left:
        over = left.pop()
        kept = _kept([(group, [group.size]) for group in over.below], [over.size])
        found |= {group.key for group in kept}
        left += kept
    return found


def _open_ends(root: Group, sizes: set[Key]) -> set[Key]:
    """Return the groups of which is shown how their cases ended."""
    if not all(_is_hidden_well(number) for number in _ends_of(root)):
        return set()
    found, left = {root.key}, [root]
    while left:
        over = left.pop()
        below = [(group, _ends_of(group)) for group in over.below if group.key in sizes]
        kept = _kept(below, _ends_of(over))
        found |= {group.key for group in kept}
        left += kept
    return found


def _kept(below: Sequence[tuple[Group, list[int]]], whole: Sequence[int]) -> list[Group]:
    """Return the groups whose numbers may be shown beside those of the whole, the largest first.

    What the whole has beyond them is hidden, and has to be nobody or five at least, number by number.
    """
    kept = [one for one in below if all(map(_is_hidden_well, one[1]))]
    kept.sort(key=lambda one: (-one[0].size, one[0].key))
    while kept:
        rest = [number - sum(one[1][place] for one in kept) for place, number in enumerate(whole)]
        if all(map(_is_hidden_well, rest)):
            break
        kept.pop()
    return [group for group, _ in kept]


def _is_hidden_well(number: int) -> bool:
    return number == 0 or number >= LEAST


def _ends_of(group: Group) -> list[int]:
    return [group.ends[end] for end in ENDS]


def _list(group: Group, depth: int, sizes: set[Key], ends: set[Key], into: list[Shown]) -> None:
    into.append(
        Shown(
            group.key,
            depth,
            group.size,
            {end: group.ends[end] for end in ENDS} if group.key in ends else None,
            {what: _spread(days) for what, days in sorted(group.waits.items()) if len(days) >= LEAST},
        )
    )
    for below in sorted((one for one in group.below if one.key in sizes), key=lambda one: one.key):
        _list(below, depth + 1, sizes, ends, into)


def _spread(days: Sequence[int]) -> Spread:
    ordered = sorted(days)
    return Spread(median_low(ordered), ordered[-(-9 * len(ordered) // 10) - 1])
