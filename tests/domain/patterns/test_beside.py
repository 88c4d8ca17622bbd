"""Patterns that show beside histories: documents, waiting, plans."""

from domain.patterns.counting import Beside, Counts
from domain.patterns.facts import Head, Line, Population
from domain.patterns.judging import Around, judge
from domain.patterns.thresholds import limits
from tests.domain.patterns.looking import SHAPE

TODAY = 740_000
HERE = Population("branch", "membership-development")


def a_line(step, on, seq=2, kind="entry-added", **data):
    return Line(seq, kind, step, on, (on - 719_163) * 86_400, "somebody", None, data)


def handed_in(on, digest, entry="assessment"):
    return a_line("cultivation", on, entry=entry, materials={"assessment": [digest]})


def counted(*lines, opened=TODAY - 400, closed=None, **beside):
    counts = Counts({"digest": SHAPE}, {}, limits(), TODAY, beside=Beside(**beside))
    head = Head("case", "membership-development", "digest", "branch", "open", opened, closed)
    counts.add(head, lines)
    return counts


def tally(counts, pattern):
    found = counts.tallies[pattern].get(HERE)
    return None if found is None else (found.hits, found.of)


def test_the_file_of_an_earlier_period_is_seen_and_so_is_that_of_somebody_else():
    lines = (handed_in(TODAY - 300, "a"), handed_in(TODAY - 100, "a"), handed_in(TODAY - 50, "b"))
    assert tally(counted(*lines), "same-files") == (1, 3)
    assert tally(counted(*lines, shared=frozenset("b")), "same-files") == (2, 3)


def test_a_file_that_tells_of_several_by_its_nature_is_not_counted():
    minutes = a_line("branch-vote", TODAY - 90, kind="step-completed", materials={"minutes": ["m"]})
    assert tally(counted(minutes, shared=frozenset("m")), "same-files") is None


def test_a_paper_handed_in_again_after_it_was_returned_is_no_second_file():
    letters = [
        a_line("apply", TODAY - day, kind="step-completed", materials={"application-letter": ["l"]})
        for day in (390, 350)
    ]
    assert tally(counted(*letters), "same-files") == (0, 2)


def test_an_application_nobody_looks_at_for_three_months_is_left_waiting():
    apply = a_line("apply", TODAY - 400, kind="step-completed")
    late, soon = (a_line("first-talk", TODAY - day, kind="step-completed") for day in (300, 380))
    assert tally(counted(apply, late), "left-waiting") == (1, 1)
    assert tally(counted(apply, soon), "left-waiting") == (0, 1)
    assert tally(counted(apply, opened=TODAY - 40), "left-waiting") is None


def test_more_than_the_plan_of_a_unit_with_all_below_it_stands_out_and_as_many_do_not():
    left = Line(2, "stage-left", None, TODAY - 60, 0, None, None, {"stage": "reception", "standing": "full"})
    parents = {"branch": "committee", "committee": None}
    above = HERE._replace(unit="committee", of="full")
    for planned, raised in ((0, ["over-plan"]), (1, [])):
        judged = judge(counted(left), Around(parents, plans={(above, 2026): planned}), {})
        assert [one.pattern for one in judged.raised] == raised
        assert [(one.figure, one.threshold) for one in judged.raised] == [(1, 0)][: len(raised)]
