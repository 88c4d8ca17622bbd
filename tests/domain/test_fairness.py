"""The report on fairness shows groups of five and more, and nothing from which a smaller one follows."""

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.fairness import ENDS, LEAST, Key, Told, shown
from tests.thorough import examples

PARENTS = {"top": None, "east": "top", "west": "top", "e1": "east", "e2": "east", "e3": "east", "w1": "west"}
ROUTES = ((), ("apply.mobile",), ("transferred",))


def some(number, unit="e1", route=(), end="reached", days=100):
    return [Told(unit, route, end, {"whole": days}) for _ in range(number)]


def sizes(told):
    return {one.key: one.size for one in shown(told, PARENTS)}


CASES = st.lists(
    st.tuples(
        st.sampled_from(sorted(PARENTS)), st.sampled_from(ROUTES), st.sampled_from(ENDS), st.integers(1, 9)
    ),
    max_size=14,
).map(lambda groups: [told for unit, route, end, number in groups for told in some(number, unit, route, end)])


def is_below(key, over):
    """Whether a group lies within another, itself left out."""
    if key == over:
        return False
    if over == Key():
        return True
    if key.route != over.route:
        return False
    above, here = set(), key.unit
    while here is not None:
        here = PARENTS[here]
        above.add(here)
    return over.unit in above


def numbers_of(one):
    yield "size", one.size
    if one.ends is not None:
        yield from one.ends.items()


@settings(max_examples=examples(100, 1_000))
@given(CASES, st.data())
def test_no_difference_of_what_is_shown_is_a_group_under_five(told, data):
    report = {one.key: dict(numbers_of(one)) for one in shown(told, PARENTS)}
    for over, whole in report.items():
        inside = [key for key in report if is_below(key, over)]
        taken = data.draw(st.lists(st.sampled_from(inside), unique=True)) if inside else []
        # Any that lie apart from one another may be taken off.
        apart = [key for key in taken if not any(is_below(key, other) for other in taken)]
        for name in whole:
            if all(name in report[key] for key in apart):
                rest = whole[name] - sum(report[key][name] for key in apart)
                assert rest == 0 or rest >= LEAST


@given(CASES)
def test_what_is_shown_is_what_there_is(told):
    for one in shown(told, PARENTS):
        inside = [
            case
            for case in told
            if one.key == Key()
            or (case.route == one.key.route and one.key.unit in {None, case.unit})
            or is_below(Key(case.route, case.unit), one.key)
        ]
        assert one.size == len(inside) >= LEAST
        if one.ends is not None:
            assert one.ends == {end: sum(case.end == end for case in inside) for end in ENDS}


@given(CASES)
def test_nothing_below_what_is_hidden_is_shown(told):
    keys = set(sizes(told))
    for key in keys - {Key()}:
        over = Key() if key.unit is None else Key(key.route, PARENTS[key.unit])
        assert over in keys


@given(CASES)
def test_what_is_shown_tells_nothing_of_who_is_in_a_small_group(told):
    """Another small group in the same place, with other ends and waits, changes no size that is shown."""
    alone = [case for case in told if case.unit != "w1"]
    one = sizes([*alone, *some(2, "w1", (), "reached")])
    other = sizes([*alone, *some(2, "w1", (), "under-way", 5)])
    assert one == other


def test_a_group_under_five_is_not_shown_and_takes_another_with_it():
    told = [*some(20, "e1"), *some(7, "e2"), *some(3, "e3")]
    found = sizes(told)
    assert found[Key((), "east")] == 30
    assert Key((), "e3") not in found
    # Else three would be what is missing.
    assert Key((), "e2") not in found
    assert found[Key((), "e1")] == 20


def test_two_small_groups_hide_each_other():
    found = sizes([*some(20, "e1"), *some(3, "e2"), *some(3, "e3")])
    assert Key((), "e1") in found
    assert not {Key((), "e2"), Key((), "e3")} & set(found)


def test_fewer_than_five_make_no_report():
    assert shown(some(4), PARENTS) == ()


def test_how_few_ended_is_hidden_and_so_are_those_who_would_give_it_away():
    told = [*some(10, "e1"), *some(6, "e1", (), "ended-otherwise"), *some(9, "e2")]
    told += some(2, "e2", (), "ended-otherwise")
    ends = {one.key: one.ends for one in shown(told, PARENTS)}
    assert ends[Key((), "east")] == {"reached": 19, "ended-otherwise": 8, "under-way": 0}
    assert ends[Key((), "e2")] is None
    assert ends[Key((), "e1")] is None


def test_waits_are_the_middle_and_nine_tenths_of_those_who_waited():
    told = [Told("e1", (), "reached", {"whole": days}) for days in range(10, 110, 10)]
    told += [Told("e1", (), "under-way", {"application": 3})]
    (whole, *_) = shown(told, PARENTS)
    assert whole.waits == {"whole": (50, 90)}
