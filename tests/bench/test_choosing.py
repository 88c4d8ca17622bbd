from bench.plots.choosing import worth_showing
from bench.plots.page import BEGIN, END, with_figures

MACHINE = {"processor": "a processor", "cores": 2, "memory_gib": 24, "system": "Linux", "python": "3.11"}


def a_promise(number, figure, bound=100, *, at_most=True):
    kept = figure <= bound if at_most else figure >= bound
    return {"id": f"p{number}", "says": f"page {number}", "figure": figure, "bound": bound, "unit": "ms"} | {
        "at_most": at_most,
        "kept": kept,
    }


def test_of_a_few_promises_all_are_shown():
    few = [a_promise(number, number) for number in range(40)]
    assert worth_showing(few) == few


def test_of_many_those_that_are_missed_and_those_nearest_to_it_in_their_order():
    many = [a_promise(number, number) for number in range(60)]
    # Two that are near though their figures are small, one of which is missed.
    many[3] = a_promise(3, 1, bound=0)
    many[5] = a_promise(5, 11, bound=10, at_most=False)
    many[7] = a_promise(7, 0, bound=0)
    shown = [one["id"] for one in worth_showing(many)]
    assert shown == ["p3", "p5", *(f"p{number}" for number in range(38, 60))]


def test_all_that_are_missed_are_shown_however_many():
    every = [a_promise(number, 101 + number) for number in range(50)]
    assert worth_showing(every) == every


def test_the_page_says_how_many_are_left_out():
    promises = [a_promise(number, number) for number in range(60)]
    found = {"part": "pages", "at": "2026-11-30", "machine": MACHINE, "promises": promises, "details": {}}
    page = with_figures(f"{BEGIN}{END}", [found], [])
    assert page.count("| kept |") == 24
    assert "And 36 more, all kept" in page
    assert "more, all kept" not in with_figures(f"{BEGIN}{END}", [found | {"promises": promises[:9]}], [])
