"""What became different in the organisation between two days: units, posts, loans, standings, rules."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import zip_longest
from typing import Final, Literal, TypeVar

from sqlalchemy import Connection

from domain.comparing import differences
from domain.library import without_overlay
from domain.values import Language
from records import two_days, unit_changes, visible
from records.two_days import Days, Held, Stood
from records.units import Unit
from services.differences import UnitDifferenceView, check_days, units_between
from services.parts import Caller, Parts
from services.titles import role_title, standing_titles
from services.views import Named, View

Change = Literal["began", "ended", "moved"]
"""`moved`: the same role, or a standing, in another place or of another sort on the later day."""


class PostDifferenceView(View):
    """Somebody who held a post on one of the days only, or elsewhere on the other."""

    person: Named
    role: str
    title: str
    change: Change
    was: Named | None
    """The unit on the earlier day."""
    becomes: Named | None
    from_on: date
    """The first day of what is new, or of what ended."""
    last_on: date | None
    """The last day of what ended."""


class LoanDifferenceView(View):
    """A post that was lent on one of the days only."""

    person: Named
    role: str
    title: str
    unit: Named
    substitute: Named
    change: Change
    from_on: date
    last_on: date | None


class StandingDifferenceView(View):
    """Somebody whose standing was another on the later day, or in another unit."""

    person: Named
    change: Change
    was: str | None
    """What the standing of the earlier day is called; `was_in` is its unit."""
    was_in: Named | None
    becomes: str | None
    becomes_in: Named | None
    from_on: date


class EditionDifferenceView(View):
    """A version of a process that came into force between the days; a local unit's additions are one, too."""

    process: str
    title: str
    version: str
    overlay: str | None
    """The local additions, where it is those that came."""
    overlay_title: str | None
    replaces: str | None
    from_on: date
    steps: int | None
    """Of how many steps the rules read differently; None where it replaces none that is known here."""


class OrganisationDifferenceView(View):
    """What became different in the organisation between two days.

    Units are no secret. Posts, loans and standings are told of the units of one's posts and below.
    """

    from_on: date
    to_on: date
    units: tuple[UnitDifferenceView, ...]
    posts: tuple[PostDifferenceView, ...] = ()
    loans: tuple[LoanDifferenceView, ...] = ()
    standings: tuple[StandingDifferenceView, ...] = ()
    rules: tuple[EditionDifferenceView, ...] = ()
    more: bool
    """There are others: narrow the days."""


_MOST: Final = 500
_Either = TypeVar("_Either", Held, Stood)


async def of_organisation(
    parts: Parts, caller: Caller, from_on: date, to_on: date, *, most: int | None = None
) -> OrganisationDifferenceView:
    """Return what became different after a day, up to another: of each kind so many. Raises InvalidInput."""
    first = _MOST if most is None else min(most, _MOST)
    check_days(parts, from_on, to_on, may_come=True)

    def work(connection: Connection) -> OrganisationDifferenceView:
        today, days = parts.today(), (from_on, to_on)
        touched = unit_changes.changed_between(connection, from_on, to_on, first + 1)
        seen = visible.units_seen(connection, viewer=caller.person, today=today, days=days)
        asked = Days(from_on, to_on, today)
        held = two_days.posts_between(connection, asked, seen, first + 1)
        lent = two_days.loans_between(connection, asked, seen, first + 1)
        stood = two_days.standings_between(connection, asked, seen, first + 1)
        told = _Told(parts, caller.language, _places(connection, (*held, *lent, *stood), days))
        return OrganisationDifferenceView(
            from_on=from_on,
            to_on=to_on,
            units=units_between(connection, touched[:first], from_on, to_on, caller.language),
            posts=tuple(told.posts(_different(held[:first]))),
            loans=tuple(map(told.loan, _different(lent[:first]))),
            standings=tuple(told.standings(_different(stood[:first]))),
            rules=tuple(_editions(parts, from_on, to_on, caller.language)),
            more=any(len(found) > first for found in (touched, held, lent, stood)),
        )

    return await parts.read(work)


def _places(
    connection: Connection, found: Iterable[Held | Stood], days: tuple[date, date]
) -> Mapping[str, Unit]:
    """Return units as they were on the later day, or else on the earlier: names that a reader knows."""
    ids = sorted({one.unit for one in found})
    return {
        **unit_changes.states_on(connection, ids, days[0]),
        **unit_changes.states_on(connection, ids, days[1]),
    }


class _Told:
    """Puts what was found in words."""

    def __init__(self, parts: Parts, language: Language, places: Mapping[str, Unit]) -> None:
        self._parts, self._language, self._places = parts, language, places
        self._standings = standing_titles(parts.library)

    def posts(self, found: Sequence[Held]) -> Iterator[PostDifferenceView]:
        """Yield posts; the end of a role in one unit and its beginning in another are a move."""
        for was, becomes, shown in _paired(found, lambda one: (one.person, one.role)):
            yield PostDifferenceView(
                person=Named(id=shown.person, name=shown.name),
                role=shown.role,
                title=self._role(shown),
                change=_change(was, becomes),
                was=None if was is None else self._place(was.unit),
                becomes=None if becomes is None else self._place(becomes.unit),
                from_on=shown.from_on,
                last_on=None if was is None else was.to_on,
            )

    def loan(self, one: Held) -> LoanDifferenceView:
        """Return a loan that came or went."""
        return LoanDifferenceView(
            person=Named(id=one.person, name=one.name),
            role=one.role,
            title=self._role(one),
            unit=self._place(one.unit),
            substitute=Named(id=one.substitute or "", name=one.substitute_name or ""),
            change="began" if one.began else "ended",
            from_on=one.from_on,
            last_on=one.to_on,
        )

    def standings(self, found: Sequence[Stood]) -> Iterator[StandingDifferenceView]:
        """Yield each person's standing on both days, where they differ."""
        for was, becomes, shown in _paired(found, lambda one: one.person):
            yield StandingDifferenceView(
                person=Named(id=shown.person, name=shown.name),
                change=_change(was, becomes),
                was=None if was is None else self._standing(was.standing),
                was_in=None if was is None else self._place(was.unit),
                becomes=None if becomes is None else self._standing(becomes.standing),
                becomes_in=None if becomes is None else self._place(becomes.unit),
                from_on=shown.from_on,
            )

    def _role(self, one: Held) -> str:
        place = self._places.get(one.unit)
        kind = "" if place is None else place.kind
        return role_title(self._parts.library, kind, one.role).in_language(self._language)

    def _place(self, unit: str) -> Named:
        place = self._places.get(unit)
        return Named(id=unit, name=unit if place is None else place.name)

    def _standing(self, name: str) -> str:
        title = self._standings.get(name)
        return name if title is None else title.in_language(self._language)


def _different(found: Sequence[_Either]) -> list[_Either]:
    """Leave out what ended on one row and began on another just the same: it was so on both days."""
    ended = Counter(one.place for one in found if not one.began)
    both = ended & Counter(one.place for one in found if one.began)
    left = {True: Counter(both), False: Counter(both)}
    different = []
    for one in found:
        if left[one.began][one.place]:
            left[one.began][one.place] -= 1
        else:
            different.append(one)
    return different


def _paired(
    found: Sequence[_Either], place: Callable[[_Either], Hashable]
) -> Iterator[tuple[_Either | None, _Either | None, _Either]]:
    """Yield what ended with what began in its place, then what is left of either; and which is shown."""
    of_each: dict[Hashable, tuple[list[_Either], list[_Either]]] = defaultdict(lambda: ([], []))
    for one in found:
        of_each[place(one)][one.began].append(one)
    for ended, began in of_each.values():
        for was, becomes in zip_longest(ended, began):
            shown = becomes or was
            if shown is not None:
                yield was, becomes, shown


def _change(was: object | None, becomes: object | None) -> Change:
    if was is not None and becomes is not None:
        return "moved"
    return "ended" if becomes is None else "began"


def _editions(
    parts: Parts, from_on: date, to_on: date, language: Language
) -> Iterator[EditionDifferenceView]:
    """Yield the versions that came into force between the days."""
    for edition in parts.library:
        if not from_on < edition.in_force.first <= to_on:
            continue
        before = parts.library.before(edition)
        yield EditionDifferenceView(
            process=edition.process,
            title=edition.title.in_language(language),
            version=without_overlay(edition.version),
            overlay=edition.overlay,
            overlay_title=None
            if edition.overlay is None
            else parts.library.overlay_title(edition.process, edition.overlay).in_language(language),
            replaces=None if before is None else before.version,
            from_on=edition.in_force.first,
            steps=None if before is None else len(differences(before, edition)),
        )
