"""Units over time: changes with their days, the tree of any day, and today's picture made from them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from records import tables, unit_changes, unit_trees, units
from records.problems import DatabaseUnavailable, NotFound
from records.reorganising import ImpossibleChange, check_change
from records.unit_changes import Said
from tests.builders import SECRETARY
from tests.records.organisations import an_organisation

FIRST = date(2025, 1, 1)
NOW = datetime(2025, 3, 1, 4, tzinfo=UTC)
SAID = Said(SECRETARY, NOW, "reorganisation")
NAMES = tuple("abcde")


@pytest.fixture
def organised(database):
    database.write_now(an_organisation)
    return database


def change(database, unit, on, **different):
    def work(connection):
        check_change(connection, unit, on, different)
        return unit_changes.add_change(connection, unit, on, SAID, different)

    return database.write_now(work)


def on(database, day, unit="circle-1"):
    return database.read_now(lambda c: unit_changes.unit_on(c, unit, day))


def picture(database, today):
    return database.write_now(lambda c: unit_trees.bring_up_to_date(c, today, NOW))


def test_a_change_holds_from_its_day_on(organised):
    change(organised, "circle-1", FIRST, name="新名", may_approve=True)
    assert on(organised, FIRST - timedelta(days=1)).name == "第一读书会"
    assert (on(organised, FIRST).name, on(organised, FIRST).may_approve) == ("新名", True)
    assert on(organised, FIRST).kind == "circle"


def test_a_change_said_later_about_an_earlier_day_leaves_what_came_after_it(organised):
    change(organised, "circle-1", FIRST, name="三月")
    made = change(organised, "circle-1", FIRST - timedelta(days=9), name="一月", temporary=True)
    assert (made.number, made.recorded_at, made.recorded_by) == (3, NOW, SECRETARY)
    assert on(organised, FIRST - timedelta(days=1)).name == "一月"
    assert (on(organised, FIRST).name, on(organised, FIRST).temporary) == ("三月", True)


def test_of_two_words_about_one_day_the_last_counts(organised):
    change(organised, "circle-1", FIRST, name="甲")
    change(organised, "circle-1", FIRST, name="乙")
    assert on(organised, FIRST).name == "乙"


def test_a_change_to_come_shows_on_its_day(organised):
    change(organised, "circle-1", FIRST, name="新名")
    assert picture(organised, FIRST - timedelta(days=1)) == ()
    assert organised.read_now(lambda c: units.unit(c, "circle-1")).name == "第一读书会"
    assert picture(organised, FIRST) == ("circle-1",)
    assert organised.read_now(lambda c: units.unit(c, "circle-1")).name == "新名"
    assert picture(organised, FIRST) == ()


def test_a_unit_is_not_there_before_its_founding(organised):
    organised.write_now(
        lambda c: units.add_unit(
            c, id="new", kind="circle", name="新", parent="committee-1", from_on=FIRST, recorded_at=NOW
        )
    )
    with pytest.raises(NotFound):
        on(organised, FIRST - timedelta(days=1), "new")
    listed = organised.read_now(lambda c: unit_changes.list_units_on(c, FIRST - timedelta(days=1), limit=2))
    following = organised.read_now(
        lambda c: unit_changes.list_units_on(c, FIRST - timedelta(days=1), cursor=listed.next)
    )
    ids = [unit.id for unit in (*listed.items, *following.items)]
    assert ids == ["circle-1", "circle-2", "committee-1"]
    with pytest.raises(ImpossibleChange, match="before-founding"):
        change(organised, "new", FIRST - timedelta(days=1), name="x")
    with pytest.raises(ImpossibleChange, match="parent-not-there"):
        change(organised, "circle-1", FIRST - timedelta(days=1), parent_id="new")
    with pytest.raises(ImpossibleChange, match="parent-not-there"):
        change(organised, "circle-1", FIRST, parent_id="nowhere")


def test_two_moves_of_different_days_do_not_make_a_circle(organised):
    change(organised, "circle-1", FIRST + timedelta(days=9), parent_id="circle-2")
    with pytest.raises(ImpossibleChange, match="circle"):
        change(organised, "circle-2", FIRST, parent_id="circle-1")
    with pytest.raises(ImpossibleChange, match="circle"):
        change(organised, "committee-1", FIRST, parent_id="circle-1")
    with pytest.raises(ImpossibleChange, match="circle"):
        change(organised, "circle-1", FIRST, parent_id="circle-1")


@pytest.mark.parametrize("verb", ["UPDATE unit_changes SET name = 'x'", "DELETE FROM unit_changes"])
def test_the_database_itself_refuses_to_change_what_was_said(organised, verb):
    with pytest.raises((sa.exc.DBAPIError, DatabaseUnavailable)) as refused:
        organised.write_now(lambda c: c.execute(sa.text(verb)) and None)
    cause = refused.value.__cause__ if isinstance(refused.value, DatabaseUnavailable) else refused.value
    assert "never changed" in str(cause)


DAYS = st.integers(0, 12).map(lambda number: FIRST + timedelta(days=number))
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        DAYS,
        st.one_of(
            st.sampled_from(NAMES).map(lambda parent: {"parent_id": parent}),
            st.sampled_from("xyz").map(lambda name: {"name": name}),
            st.booleans().map(lambda power: {"may_approve": power}),
        ),
    ),
    max_size=12,
)


def model_on(said, day):
    """Names, parents and powers on a day, the plain way: every word up to that day, in order."""
    state = {
        unit: {"parent_id": None if unit == "a" else "a", "name": unit, "may_approve": False}
        for unit in NAMES
    }
    for _, _, unit, different in sorted(
        ((on_, number, unit, different) for number, (unit, on_, different) in enumerate(said) if on_ <= day),
        key=lambda word: word[:2],
    ):
        state[unit] |= different
    return state


def has_circle(state):
    for unit in state:
        seen, above = set(), unit
        while above is not None:
            if above in seen:
                return True
            seen.add(above)
            above = state[above]["parent_id"]
    return False


def pairs_of(state):
    found = {}
    for unit in state:
        above, depth = unit, 0
        while above is not None:
            found[above, unit] = depth
            above, depth = state[above]["parent_id"], depth + 1
    return found


def play(connection, changes):
    """Say all changes in one transaction; return those that were taken, and those that were refused."""
    units.add_unit(connection, id="a", kind="k", name="a")
    for unit in NAMES[1:]:
        units.add_unit(connection, id=unit, kind="k", name=unit, parent="a")
    taken: list[Any] = []
    refused: list[Any] = []
    for unit, day, different in changes:
        try:
            check_change(connection, unit, day, different)
        except ImpossibleChange as impossible:
            refused.append((tuple(taken), (unit, day, different), impossible.why))
        else:
            unit_changes.add_change(connection, unit, day, Said(SECRETARY, NOW), different)
            taken.append((unit, day, different))
    return taken, refused


class Undone(Exception):
    """Takes the transaction of an example back."""


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES, today=DAYS)
def test_the_tree_of_any_day_is_what_was_said_and_todays_picture_is_the_tree_of_today(
    shared_database, changes, today
):
    def work(connection):
        connection.execute(sa.insert(tables.people).values(id=SECRETARY, name="李四", name_search=""))
        taken, refused = play(connection, changes)
        every = [FIRST + timedelta(days=number) for number in range(-1, 14)]
        for before, (unit, day, different), why in refused:
            assert why == "circle"
            later = [other for other in every if other >= day]
            assert any(has_circle(model_on([*before, (unit, day, different)], other)) for other in later)
        for day in every:
            check_day(connection, model_on(taken, day), day)
        unit_trees.bring_up_to_date(connection, today, NOW)
        rows = connection.execute(sa.select(tables.unit_closure)).all()
        state = model_on(taken, today)
        assert {(row.ancestor_id, row.unit_id): row.depth for row in rows} == pairs_of(state)
        shown = {row.id: row for row in connection.execute(sa.select(tables.units))}
        assert {unit: shown[unit].name for unit in NAMES} == {unit: state[unit]["name"] for unit in NAMES}
        raise Undone

    with pytest.raises(Undone):
        shared_database.write_now(work)


def check_day(connection, state, day):
    assert not has_circle(state)
    known = unit_changes.states_on(connection, NAMES, day)
    told = {
        u: {"parent_id": known[u].parent, "name": known[u].name, "may_approve": known[u].may_approve}
        for u in NAMES
    }
    assert told == state
    pairs = pairs_of(state)
    for top in "ab":
        below = connection.execute(unit_trees.units_below_on((top,), day)).scalars().all()
        assert sorted(below) == sorted(unit for above, unit in pairs if above == top)
    above = connection.execute(unit_trees.units_above_on("e", day)).scalars().all()
    assert sorted(above) == sorted(top for top, unit in pairs if unit == "e")
    assert [u.id for u in unit_changes.path_on(connection, "e", day)] == sorted(
        above, key=lambda top: pairs[top, "e"]
    )
