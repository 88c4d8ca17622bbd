"""The people at hand around some cases, over days: what they have, and what keeps somebody from acting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Literal, NamedTuple

from domain.circumstances import LentFor, Relative
from domain.values import Value

FULL_MEMBER = "full-member"
"""The standing by whose number a unit is too small for a body."""

Why = Literal["subject", "recused", "separation", "absent", "expired", "not-yet", "restricted"]
"""Why somebody cannot act: it is about him; a conflict of interest keeps him out; he has another part in the
case; he is away; his post or standing is over by then, or has not begun; he is barred."""


class Lasting(NamedTuple):
    """Somebody who has a post, a standing or a restriction, or is away, from a day to a last day."""

    person: str
    from_on: date
    to_on: date | None
    on_behalf_of: str | None = None
    """Whose post it is, where it is lent."""
    lent_for: LentFor | None = None

    def on(self, day: date) -> bool:
        """Whether it lasts on a day."""
        return self.from_on <= day and (self.to_on is None or self.to_on >= day)


class Picture(NamedTuple):
    """The people around some cases, by what they have."""

    posts: Mapping[tuple[str, str], tuple[Lasting, ...]]
    """By unit and role; substitutes follow those whose posts are lent."""
    away: Mapping[str, tuple[Lasting, ...]]
    """By person."""
    standings: Mapping[tuple[str, str], tuple[Lasting, ...]]
    """By unit and standing."""
    restricted: Mapping[tuple[str, str], tuple[Lasting, ...]]
    """By person and restriction."""
    relatives: Mapping[str, tuple[Relative, ...]]
    """By the person a case is about, as of today."""

    def absence(self, person: str, day: date) -> Lasting | None:
        """Return the absence of somebody on a day, if he is away."""
        return next((each for each in self.away.get(person, ()) if each.on(day)), None)

    def bar(self, person: str, names: Iterable[str], day: date) -> Lasting | None:
        """Return what of some restrictions bars somebody on a day, if anything does."""
        barred = (each for name in names for each in self.restricted.get((person, name), ()))
        return next((each for each in barred if each.on(day)), None)

    def turns(self, people: Iterable[Lasting], first: date, last: date) -> list[date]:
        """Return the days on which more people may be there: the first one, and where something begins."""
        days = {first}
        one_day = timedelta(days=1)
        for one in people:
            changes = [one.from_on]
            changes += [away.to_on + one_day for away in self.away.get(one.person, ()) if away.to_on]
            changes += [bar.to_on + one_day for bar in self._bars(one.person) if bar.to_on]
            days.update(day for day in changes if first < day <= last)
        return sorted(days)

    def _bars(self, person: str) -> Iterator[Lasting]:
        # Few are barred at all, so all are looked at.
        return (bar for (who, _), some in self.restricted.items() if who == person for bar in some)


class Out(Value):
    """Somebody who could act on a step but for something."""

    person: str
    on_behalf_of: str | None = None
    why: Why
    until: date | None = None
    """The last day of the absence, bar or post, or the first of what has not begun."""


class Count(NamedTuple):
    """How many a step needs on a day, and who could be among them."""

    needed: int
    people: frozenset[tuple[str, str]]
    """Each way to act: who would act, and whose part it is."""
    out: tuple[Out, ...] = ()

    @property
    def have(self) -> int:
        """How many different people these are: nobody acts twice, nor do two act for the same one."""
        return min(len({person for person, _ in self.people}), len({owner for _, owner in self.people}))


def not_there(picture: Picture, one: Lasting, day: date) -> Out | None:
    """Return what keeps somebody from acting on a day by the calendar alone, if anything does."""
    if one.to_on is not None and one.to_on < day:
        return Out(person=one.person, on_behalf_of=one.on_behalf_of, why="expired", until=one.to_on)
    if one.from_on > day:
        return Out(person=one.person, on_behalf_of=one.on_behalf_of, why="not-yet", until=one.from_on)
    away = picture.absence(one.person, day)
    if away is None:
        return None
    return Out(person=one.person, on_behalf_of=one.on_behalf_of, why="absent", until=away.to_on)
