"""Duties of the days ahead: when open steps are due, and from when on they may be done."""

from dataclasses import replace
from datetime import date
from functools import partial

import sqlalchemy as sa

from records import tables
from records.duties import count_duties, list_duties
from records.scope import Scope, scope_of
from tests.builders import SECRETARY
from tests.records.organisations import OUTSIDER

TODAY = date(2025, 6, 1)
DUE = date(2025, 4, 3)


def all_of_it(connection, person, first, last):
    """The same as somebody is shown it who sees everything; None for whom that is not the same."""
    if person != SECRETARY:
        return None
    scope = replace(scope_of(connection, person, TODAY), everything=True)
    assert (
        list_duties(connection, scope, first, last, limit=1)
        == (list_duties(connection, scope, first, last, limit=10)[:1])
    )
    counts = count_duties(connection, scope, first, last)
    return counts, list_duties(connection, scope, first, last, limit=10)


class UnitByUnit(Scope):
    """Sees the same, read as a small part of all is."""

    def in_any_order(self, _connection, _unit):
        """Never."""


def day_by_day_and_unit_by_unit(connection, person, first, last):
    """What is seen, whichever way it is read: of everywhere, and of one unit."""
    scope = scope_of(connection, person, TODAY)
    other = UnitByUnit(*(getattr(scope, name) for name in Scope.__slots__))
    for unit in (None, *sorted(connection.execute(sa.select(tables.units.c.id)).scalars())):
        for ask in (count_duties, partial(list_duties, limit=10)):
            found = ask(connection, other, first, last, unit=unit)
            assert ask(connection, scope, first, last, unit=unit) == found


def days(database, person, first, last):
    """What stands on the calendar, and how much of it on which day: the two have to agree."""

    def look(connection):
        scope = scope_of(connection, person, TODAY)
        counts = count_duties(connection, scope, first, last)
        return counts, list_duties(connection, scope, first, last, limit=10)

    counts, found = database.read_now(look)
    assert database.read_now(lambda c: all_of_it(c, person, first, last)) in (None, (counts, found))
    database.read_now(lambda c: day_by_day_and_unit_by_unit(c, person, first, last))
    assert sum(counts.values()) == len(found)
    return [(one.on, one.kind, one.step) for one in found]


def test_a_step_stands_on_the_day_it_is_due_and_on_that_from_which_it_may_be_done(begun):
    begun.write_now(lambda c: c.execute(sa.update(tables.tasks).values(not_before=date(2025, 4, 1))))
    found = days(begun, SECRETARY, date(2025, 4, 1), date(2025, 4, 30))
    assert found == [(date(2025, 4, 1), "possible", "talk"), (DUE, "due", "talk")]


def test_the_first_and_the_last_day_asked_for_are_part_of_it(begun):
    assert len(days(begun, SECRETARY, DUE, DUE)) == 1
    assert days(begun, SECRETARY, date(2025, 4, 4), date(2025, 4, 30)) == []


def test_a_step_that_several_are_asked_for_stands_there_once(begun):
    def another_is_asked(connection):
        row = dict(connection.execute(sa.select(tables.tasks)).mappings().one())
        connection.execute(sa.insert(tables.tasks), row | {"actor": "another"})

    begun.write_now(another_is_asked)
    assert len(days(begun, SECRETARY, DUE, DUE)) == 1


def test_nothing_is_due_while_the_clocks_stand_still(begun):
    begun.write_now(lambda c: c.execute(sa.update(tables.tasks).values(paused=True)))
    assert days(begun, SECRETARY, DUE, DUE) == []


def test_what_one_does_not_see_is_not_on_ones_calendar(begun):
    assert days(begun, OUTSIDER, DUE, DUE) == []
