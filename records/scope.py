"""Who sees which cases: the one place that says so, for lists and for single reads alike.

A case is seen by its subject, by people in its case roles, and by whoever holds a post today, own or lent, in
the case's unit or above it; while a transfer waits, in the unit it would go to as well. Managing the
organisation (role `admin`) shows no case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Select

from domain.seeing import ADMIN as ADMIN  # noqa: PLC0414 - asked for under this module's name, too
from domain.seeing import AUDITOR as AUDITOR  # noqa: PLC0414 - the same
from records.below import REMEMBERED, are_many, is_below, is_only_root, shared, units_below
from records.held_units import Lent, held_units, units_in
from records.tables import case_people, cases, posts

_MINE, _MOVING = cases.alias(), cases.alias()
"""Made once: a table under another name costs as much as a small list."""

_TRUE = sa.true()
_Part = tuple[tuple[str, ...], ColumnElement[bool]]
"""Units, and which cases below them are meant."""
_Conditions = tuple[ColumnElement[bool], ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """What one person may see on one day. Made by `scope_of`."""

    person: str
    today: date
    everything: bool
    """The person holds posts above every unit there is, so that no row has to be looked at for this."""
    units: tuple[str, ...] = ()
    """The units of the person's posts, own and lent for everything; what lies below them is seen."""
    lent: tuple[Lent, ...] = ()
    """What is lent for some cases only."""
    processes: tuple[str, ...] = ()
    """Of what is seen, only what belongs to these; all where it is empty."""
    within: tuple[str, ...] = ()
    """Of what is seen, only what lies in these units and below; all where it is empty."""

    def of_anybody(self) -> Scope:
        """Return the scope for whoever sees everything, if that is what it is: all of them count the same."""
        if not self.everything:
            return self
        return Scope("", self.today, everything=True, processes=self.processes, within=self.within)

    def sees(self) -> ColumnElement[bool]:
        """Return the condition on a row of `cases` that was found by its id."""
        return self.narrowed(self._seen())

    def _seen(self) -> ColumnElement[bool]:
        if self.everything:
            return sa.true()
        part = sa.select(1).where(case_people.c.case_id == cases.c.id, case_people.c.person_id == self.person)
        return sa.or_(cases.c.subject_id == self.person, sa.exists(part), *self._by_posts())

    def by_posts(self) -> ColumnElement[bool]:
        """Return the condition on a row of `cases` that is seen by a post, and not only by a part in it."""
        return self.narrowed(sa.true() if self.everything else sa.or_(sa.false(), *self._by_posts()))

    def units_by_posts(self, unit: ColumnElement[str]) -> ColumnElement[bool]:
        """Return the condition on a unit that it is one of the person's posts, or below one.

        A post that is lent for some cases shows no unit.
        """
        seen = [] if self.everything else [is_below(self.units, unit) if self.units else sa.false()]
        if self.within:
            seen.append(is_below(self.within, unit))
        return sa.and_(sa.true(), *seen)

    def _by_posts(self) -> list[ColumnElement[bool]]:
        places = (cases.c.unit_id, cases.c.target_unit_id)
        wholly = [is_below(self.units, place) for place in places] if self.units else []
        partly = [
            sa.and_(sa.or_(*(is_below(lent.units, place) for place in places)), lent.cases_are())
            for lent in self.lent
        ]
        return wholly + partly

    def reasons(self) -> tuple[ColumnElement[bool], ...]:
        """Return conditions on `cases`, of which one has to hold.

        A list asks each on its own and puts the answers together: with OR between them every case would be
        read. The last gathers what is always little.
        """
        if self.everything:
            return (self.narrowed(sa.true()),)
        wholly = [cases.c.unit_id.in_(units_below(self.units))] if self.units else []
        partly = [
            sa.and_(cases.c.unit_id.in_(units_below(lent.units)), lent.cases_are()) for lent in self.lent
        ]
        return tuple(self.narrowed(reason) for reason in (*wholly, *partly, self._concerns_them()))

    def reasons_within(self, connection: Connection, unit: str) -> tuple[ColumnElement[bool], ...]:
        """Return the same for the cases of a unit and of all below it; none where nothing is seen there.

        What is both asked and seen is worked out first. Else a search for the cases of a place the person
        does not see would read all that he does see.
        """
        by_posts = self._within(connection, unit)
        if self.everything:
            return tuple(self.narrowed(reason) for reason in by_posts)
        concerns = sa.and_(self._concerns_them(), is_below((unit,), cases.c.unit_id))
        return tuple(self.narrowed(reason) for reason in (*by_posts, concerns))

    def each_once(
        self,
        connection: Connection,
        unit: str | None,
        columns: Sequence[ColumnElement[Any]],
        *conditions: ColumnElement[bool],
    ) -> Select[Any]:
        """Select cases that are seen, of a unit and of all below it if one is named, each once.

        Each reason is looked up by itself and leaves out, row by row, what an earlier one has found: nothing
        has to be put in order to find what is the same. The last finds little.
        """
        if self.everything:
            reasons = self.reasons() if unit is None else self.reasons_within(connection, unit)
            return sa.select(*columns).where(*reasons, *conditions)
        parts = self._parts(connection, unit)
        ways = [sa.select(*columns).where(*asked, *conditions) for asked in _apart(self, tuple(parts), unit)]
        return ways[0] if len(ways) == 1 else sa.select(sa.union_all(*ways).subquery())

    def is_everything_in(self, connection: Connection, unit: str | None) -> bool:
        """Whether it is about all cases there are: all are seen, and the unit is the only root, or none."""
        if not self.everything or self.processes or self.within:
            return False
        return unit is None or is_only_root(connection, unit)

    def in_any_order(self, connection: Connection, unit: str | None) -> ColumnElement[bool] | None:
        """Return the condition on rows of `cases` that come in another order than by their units.

        None where few units are seen of those asked for: their cases are found sooner one unit after another
        (`reasons`). The unit stands in an expression, so that SQLite does not begin with it all the same.
        """
        if self.everything and unit is None:
            return self.narrowed(sa.true())
        parts = self._parts(connection, unit)
        if not are_many(connection, [top for tops, _ in parts for top in tops]):
            return None
        return _together(self, tuple(parts), unit)

    def by_posts_within(self, connection: Connection, unit: str) -> ColumnElement[bool]:
        """Return the condition on `cases` of a unit and of all below it that are seen by a post."""
        return self.narrowed(sa.or_(sa.false(), *self._within(connection, unit)))

    def _within(self, connection: Connection, unit: str) -> list[ColumnElement[bool]]:
        if self.everything and is_only_root(connection, unit):
            return [sa.true()]
        parts = self._parts(connection, unit)
        return [sa.and_(cases.c.unit_id.in_(units_below(tops)), asked) for tops, asked in parts]

    def _parts(
        self, connection: Connection, unit: str | None
    ) -> list[tuple[tuple[str, ...], ColumnElement[bool]]]:
        """Return units, each time with the cases below them that are seen by a post; those of a unit, if one.

        Where everything is seen, a unit is asked for.
        """
        if self.everything and unit is not None:
            return [((unit,), _TRUE)]
        held = ((self.units, _TRUE), *((lent.units, lent.cases_are()) for lent in self.lent))
        parts = ((tops if unit is None else shared(connection, tops, unit), asked) for tops, asked in held)
        return [(tops, asked) for tops, asked in parts if tops]

    def narrowed(self, seen: ColumnElement[bool]) -> ColumnElement[bool]:
        """Return a condition that leaves out what this is not for."""
        conditions = [seen]
        if self.processes:
            conditions.append(cases.c.process.in_(self.processes))
        if self.within:
            conditions.append(is_below(self.within, cases.c.unit_id))
        return sa.and_(*conditions) if len(conditions) > 1 else seen

    def _concerns_them(self) -> ColumnElement[bool]:
        """Return the condition on what is always little: own cases, and those that wait for their units."""
        return _concerning(self.person, self.units, self.lent)

    def concerns_them_in(self, unit: str | None) -> ColumnElement[bool]:
        """Return the same of a unit and of all below it, if one is named."""
        concerns = self._concerns_them()
        return concerns if unit is None else sa.and_(concerns, is_below((unit,), cases.c.unit_id))


def scope_of(
    connection: Connection,
    person: str,
    today: date,
    *,
    processes: tuple[str, ...] = (),
    within: tuple[str, ...] = (),
) -> Scope:
    """Return what a person may see today, or of that what belongs to some processes and lies within units."""
    held = units_in(connection, _HELD_UNITS, person, today)
    return Scope(person, today, held.are_all, held.wholly, held.partly, processes=processes, within=within)


def scope_of_others(connection: Connection, person: str, today: date, *, leaving_out: str) -> Scope:
    """Return what a person would see without the posts of one role."""
    query = held_units(shows=posts.c.role.not_in((ADMIN, leaving_out)))
    held = units_in(connection, query, person, today)
    return Scope(person, today, held.are_all, held.wholly, held.partly)


@lru_cache(REMEMBERED)
def _concerning(person: str, units_: tuple[str, ...], lent_: tuple[Lent, ...]) -> ColumnElement[bool]:
    """Return the condition on a person's own cases, and on those that wait for his units."""
    found = [
        sa.select(_MINE.c.id).where(_MINE.c.subject_id == person),
        sa.select(case_people.c.case_id).where(case_people.c.person_id == person),
    ]
    if units_:
        # Few cases wait for another unit: these are looked through, not all the units.
        waits = sa.and_(_MOVING.c.target_unit_id > "", is_below(units_, _MOVING.c.target_unit_id))
        found.append(sa.select(_MOVING.c.id).where(waits))
    for lent in lent_:
        waits = sa.and_(cases.c.target_unit_id > "", is_below(lent.units, cases.c.target_unit_id))
        found.append(sa.select(cases.c.id).where(waits, lent.cases_are()))
    return cases.c.id.in_(sa.union_all(*found))


@lru_cache(REMEMBERED)
def _apart(scope: Scope, parts: tuple[_Part, ...], unit: str | None) -> tuple[_Conditions, ...]:
    """Return the conditions of each way to find cases that are seen, without those of an earlier one."""
    found = [sa.and_(cases.c.unit_id.in_(units_below(tops)), asked) for tops, asked in parts]
    known = [sa.not_(sa.and_(is_below(tops, cases.c.unit_id), asked)) for tops, asked in parts]
    reasons = (*found, scope.concerns_them_in(unit))
    return tuple((scope.narrowed(reason), *known[:place]) for place, reason in enumerate(reasons))


@lru_cache(REMEMBERED)
def _together(scope: Scope, parts: tuple[_Part, ...], unit: str | None) -> ColumnElement[bool]:
    """Return the condition on cases that are seen, in whatever order they come."""
    place = sa.func.coalesce(cases.c.unit_id, "")
    ways = [sa.and_(place.in_(units_below(tops)), asked) for tops, asked in parts]
    if not scope.everything:
        ways.append(scope.concerns_them_in(unit))
    return scope.narrowed(sa.or_(*ways))


# Asked with every request; building a statement takes longer than running it.
_HELD_UNITS = held_units(shows=posts.c.role != ADMIN)
