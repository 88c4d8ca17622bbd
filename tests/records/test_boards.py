"""The board: what is under way within a scope, by stage, what is due soonest first."""

import random
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from records import tables
from records.below import is_below
from records.boards import BoardFilter, count_stages, first_of_all, first_of_stages, list_by_due
from records.held_units import Lent
from records.scope import Scope, scope_of
from tests.builders import SECRETARY, SUBJECT
from tests.records.organisations import OUTSIDER

TODAY = date(2025, 6, 1)


def board(database, person, look):
    return database.read_now(lambda c: look(c, scope_of(c, person, TODAY)))


def with_copies(database, *due):
    """Put more cases beside the one there is: only their rows, which is all that the board reads."""

    def copied(connection):
        row = dict(connection.execute(sa.select(tables.cases)).mappings().one())
        rows = [
            row | {"id": f"copy-{number}", "open_key": None, "due_on": on} for number, on in enumerate(due)
        ]
        connection.execute(sa.insert(tables.cases), rows)

    database.write_now(copied)


def test_a_stage_counts_what_is_under_way_in_it_and_what_is_late(begun):
    with_copies(begun, None, date(2025, 6, 1), date(2025, 5, 31))
    (count,) = board(begun, SECRETARY, count_stages)
    assert (count.all, count.overdue) == (4, 2)


def test_a_closed_case_is_not_under_way_and_a_suspended_one_is(begun):
    with_copies(begun, None, None)
    for number, status in enumerate(("closed", "suspended")):
        change = sa.update(tables.cases).where(tables.cases.c.id == f"copy-{number}").values(status=status)
        begun.write_now(lambda c, change=change: c.execute(change))
    (count,) = board(begun, SECRETARY, count_stages)
    assert count.all == 2


def test_the_first_of_each_stage_are_those_due_soonest_and_those_without_a_deadline_the_last(begun):
    with_copies(begun, None, date(2025, 9, 1), date(2025, 1, 1))
    (count,) = board(begun, SECRETARY, count_stages)
    first = board(begun, SECRETARY, lambda c, scope: first_of_stages(c, scope, count.process, limit=3))
    assert [one.id for one in first] == ["copy-2", "case-1", "copy-1"]
    assert [one.overdue for one in first] == [True, True, False]


def test_pages_put_together_are_every_case_once(begun):
    with_copies(begun, None, None, date(2025, 9, 1), date(2025, 9, 1))
    found, cursor = [], None
    while True:
        page = board(
            begun,
            SECRETARY,
            lambda c, scope, at=cursor: list_by_due(c, scope, BoardFilter(), cursor=at, limit=2),
        )
        found += [one.id for one in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert found == ["case-1", "copy-2", "copy-3", "copy-0", "copy-1"]


def test_only_what_is_late_is_listed_where_that_is_asked(begun):
    with_copies(begun, None, date(2025, 6, 1))
    page = board(begun, SECRETARY, lambda c, scope: list_by_due(c, scope, BoardFilter(overdue=True)))
    assert [one.id for one in page.items] == ["case-1"]


def test_nobody_counts_or_lists_what_he_does_not_see(begun):
    assert board(begun, OUTSIDER, count_stages) == ()
    assert board(begun, OUTSIDER, lambda c, scope: list_by_due(c, scope, BoardFilter())).items == ()


@pytest.mark.parametrize("unit, number", [("circle-1", 1), ("circle-2", 0)])
def test_a_board_narrowed_to_a_unit_shows_that_unit_alone(begun, unit, number):
    assert len(board(begun, SECRETARY, lambda c, scope: count_stages(c, scope, unit))) == number


@pytest.mark.parametrize("limit", [1, 2, 3, 10])
def test_who_sees_everything_is_shown_what_is_found_case_by_case(begun, limit):
    with_copies(begun, None, None, date(2025, 9, 1), date(2025, 1, 1), date(2025, 5, 31), date(2025, 1, 1))
    change = sa.update(tables.cases).where(tables.cases.c.id == "copy-5").values(status="closed")
    begun.write_now(lambda c: c.execute(change))

    def look(connection):
        scope = scope_of(connection, SECRETARY, TODAY)
        (count,) = count_stages(connection, scope)
        assert count_stages(connection, replace(scope, everything=True)) == (count,)
        late = list_by_due(connection, scope, BoardFilter(overdue=True), limit=limit).items
        some = first_of_stages(connection, scope, count.process, limit=limit)
        return some, late, first_of_all(connection, count.process, [count.stage], TODAY, limit=limit)

    some, late, found = begun.read_now(look)
    assert found == some
    assert [one for one in found if one.overdue] == list(late)
    assert begun.read_now(lambda c: first_of_all(c, "none", [], TODAY, limit=limit)) == ()


@pytest.mark.parametrize("unit", [None, "circle-1", "committee-1"])
def test_a_case_that_is_seen_for_several_reasons_is_there_once(begun, unit):
    with_copies(begun, date(2025, 5, 31), None)
    own = sa.update(tables.cases).where(tables.cases.c.id == "copy-1").values(subject_id=SECRETARY)
    begun.write_now(lambda c: c.execute(own))
    lent = (Lent(("circle-1",)), Lent(("committee-1",), stages=("asking",)), Lent(("committee-1",)))

    def look(connection):
        all_of_it = replace(scope_of(connection, SECRETARY, TODAY), everything=True)
        (expected,) = count_stages(connection, all_of_it, unit)
        for units_ in ((), ("circle-1",), ("committee-1", "circle-1")):
            scope = replace(all_of_it, everything=False, units=units_, lent=lent)
            assert count_stages(connection, scope, unit) == (expected,)
            first = first_of_stages(connection, scope, expected.process, unit, limit=5)
            late = list_by_due(connection, scope, BoardFilter(unit=unit, overdue=True)).items
            assert [one for one in first if one.overdue] == list(late)
            assert sorted(one.id for one in first) == ["case-1", "copy-0", "copy-1"]

    begun.read_now(look)


def test_what_lists_find_reason_by_reason_is_what_is_seen_case_by_case(begun):
    chance = random.Random(7)
    units, people, stages = (
        ("committee-1", "circle-1", "circle-2"),
        (SECRETARY, OUTSIDER),
        ("asking", "talking"),
    )

    def some(values):
        return tuple(one for one in values if chance.random() < 0.5)

    def put(connection):
        row = dict(connection.execute(sa.select(tables.cases)).mappings().one())
        rows = [
            row
            | {"id": f"copy-{number}", "open_key": None, "subject_id": chance.choice((SUBJECT, *people))}
            | {"unit_id": chance.choice(units), "target_unit_id": chance.choice((None, None, *units))}
            | {"process": chance.choice(("reading", "writing")), "stage": chance.choice(stages)}
            for number in range(40)
        ]
        connection.execute(sa.insert(tables.cases), rows)
        parts = [
            {"case_id": f"copy-{number}", "role": "reader", "person_id": SECRETARY}
            for number in range(0, 40, 7)
        ]
        connection.execute(sa.insert(tables.case_people), parts)

    def look(connection):
        for _ in range(60):
            lent = tuple(
                Lent(some(units) or ("circle-2",), some(("reading",)), some(stages))
                for _ in range(chance.randrange(3))
            )
            scope = Scope(
                chance.choice(people),
                TODAY,
                everything=chance.random() < 0.1,
                units=some(units),
                lent=lent,
                processes=some(("reading",)),
                within=some(("circle-1",)),
            )
            unit = chance.choice((None, *units))
            seen = sa.select(tables.cases.c.id).where(scope.sees())
            if unit is not None:
                seen = seen.where(is_below((unit,), tables.cases.c.unit_id))
            found = list_by_due(connection, scope, BoardFilter(unit=unit), limit=100).items
            assert sorted(one.id for one in found) == sorted(connection.execute(seen).scalars())

    begun.write_now(put)
    begun.read_now(look)


def test_a_look_is_about_everything_only_where_nothing_narrows_it(begun):
    def look(connection):
        all_of_it = replace(scope_of(connection, SECRETARY, TODAY), everything=True)
        roots = connection.execute(sa.select(tables.units.c.id).where(tables.units.c.parent_id.is_(None)))
        (root, *others) = roots.scalars()
        assert all_of_it.is_everything_in(connection, None)
        assert all_of_it.is_everything_in(connection, root) is (not others)
        below = connection.execute(
            sa.select(tables.units.c.id).where(tables.units.c.parent_id.is_not(None)).limit(1)
        )
        assert not all_of_it.is_everything_in(connection, below.scalar_one())
        assert not replace(all_of_it, everything=False).is_everything_in(connection, None)
        assert not replace(all_of_it, processes=("some",)).is_everything_in(connection, None)
        assert not replace(all_of_it, within=(root,)).is_everything_in(connection, None)

    begun.read_now(look)
