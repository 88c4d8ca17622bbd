"""The numbers of an agenda: what minutes said once stays true, whatever is added, moved or taken off."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.acts import AgendaItem
from domain.agendas import Item, Order


def item(name: str) -> Item:
    return Item(case=name, step="vote", subject=f"person-{name}")


def of_cases(names: str) -> Order:
    return Order(items=tuple(item(name) for name in names))


def key(name: str) -> str:
    return item(name).key


def said(order: Order, name: str) -> AgendaItem | None:
    return order.stated(key(name))


def wanted(order: Order, names: str) -> Order:
    return order.arranged(item(name) for name in names)


def test_before_the_first_vote_numbers_follow_from_the_order() -> None:
    order = wanted(of_cases("abc"), "cad")
    assert [said(order, name) for name in "cad"] == [AgendaItem(item=n, of=3) for n in (1, 2, 3)]
    assert said(order, "b") is None


def test_what_is_added_after_the_first_vote_comes_after_all_that_was_planned() -> None:
    order = wanted(of_cases("abc").voted_on(key("a")), "bcde")
    assert said(order, "a") == AgendaItem(item=1, of=3)
    assert said(order, "c") == AgendaItem(item=3, of=3)
    assert [said(order, name) for name in "de"] == [AgendaItem(item=n, of=3, added=True) for n in (4, 5)]


def test_what_is_taken_off_leaves_its_number_and_has_it_again_when_it_is_put_back() -> None:
    order = wanted(of_cases("abc").voted_on(key("b")), "c")
    assert said(order, "a") is None
    assert [said(order, name) for name in "bc"] == [AgendaItem(item=n, of=3) for n in (2, 3)]
    assert said(wanted(order, "ac"), "a") == AgendaItem(item=1, of=3)
    assert said(wanted(order, "cda"), "a") == AgendaItem(item=1, of=3)


def test_what_was_planned_moves_around_what_was_treated_and_never_among_what_was_added() -> None:
    order = wanted(of_cases("abc").voted_on(key("b")), "cad")
    assert [one.case for one in order.listed] == ["c", "b", "a", "d"]
    assert [order.moves(key(name)) for name in "cbad"] == [
        (False, True),
        (False, False),
        (True, False),
        (False, False),
    ]
    assert [one.case for one in wanted(order, "dca").listed] == ["c", "b", "a", "d"]


def test_what_waits_no_more_leaves_an_agenda_only_before_the_first_vote() -> None:
    assert said(of_cases("abc").narrowed_to({key("b"), key("c")}), "c") == AgendaItem(item=2, of=2)
    voted = of_cases("abc").voted_on(key("a"))
    assert voted.narrowed_to(set()) == voted


@pytest.mark.parametrize("names", ["", "a"])
def test_nothing_moves_where_there_is_nothing_beside_it(names: str) -> None:
    assert of_cases(names).moves(key("a")) == (False, False)


NAMES = "abcdef"
CHANGES = st.one_of(
    st.tuples(st.just("vote"), st.sampled_from(NAMES)),
    st.tuples(st.just("arrange"), st.text(NAMES, max_size=6)),
)


@given(st.text(NAMES, max_size=6), st.lists(CHANGES, max_size=12))
def test_a_number_that_minutes_state_never_changes_and_is_nobody_elses(begun: str, changes: object) -> None:
    order, stated = wanted(Order(), begun), {}
    for sort, names in changes:  # type: ignore[attr-defined]  # what the strategy above makes
        if sort == "arrange":
            order = wanted(order, names)
        elif (place := said(order, names)) is not None and names not in stated:
            stated[names] = place
            order = order.voted_on(key(names))
        assert {name: said(order, name) for name in stated} == stated
        numbers = [one.item for one in (order.stated(on.key) for on in order.listed) if one is not None]
        assert len(set(numbers)) == len(order.listed)
        assert numbers == sorted(numbers)
    assert len({place.item for place in stated.values()}) == len(stated)
    assert len({place.of for place in stated.values()}) <= 1
    assert all(place.added == (place.item > place.of) for place in stated.values())
