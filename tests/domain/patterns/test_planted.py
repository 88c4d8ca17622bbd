"""Every pattern that is planted is found, and honest organisations are left alone."""

from pathlib import Path

import pytest

from bench.patterns.organisation import Organisation
from domain.patterns.catalogue import PATTERNS
from domain.patterns.thresholds import THRESHOLDS
from tests.domain.patterns.looking import found_in

ALL = tuple(PATTERNS)
FALSE_ALARMS = 0.02


@pytest.fixture(scope="module")
def planted():
    organisation = Organisation(11, 2_500, ALL)
    return organisation, found_in(organisation)


def test_every_planted_pattern_is_found_where_it_was_planted(planted):
    organisation, judged = planted
    found = {(one.pattern, one.whose.unit) for one in judged.raised}
    assert set(organisation.planted) == set(ALL)
    assert set(organisation.planted.items()) - found == set()


def test_what_is_found_names_figure_threshold_and_evidence(planted):
    _, judged = planted
    for one in judged.raised:
        below = PATTERNS[one.pattern].below
        assert one.figure <= one.threshold if below else one.figure >= one.threshold
        assert one.chance is None or one.chance < 0.01
        assert one.cases or one.days or one.pattern == "load"
        assert one.of > 0


def test_the_same_histories_say_the_same_again():
    again = [found_in(Organisation(5, 100, ("copied-texts",))) for _ in range(2)]
    assert again[0] == again[1]
    assert again[0].raised


def false_alarms(seeds, cases):
    """The share of looks (one pattern, one organisation) that raised something; and of all compared."""
    judged = [found_in(Organisation(seed, cases)) for seed in seeds]
    alarms = [(seed, one) for seed, found in zip(seeds, judged, strict=True) for one in found.raised]
    compared = sum(sum(found.looked_at.values()) for found in judged)
    looks = len(seeds) * len(ALL)
    return len({(seed, one.pattern) for seed, one in alarms}) / looks, len(alarms) / compared


def test_honest_organisations_are_left_alone():
    by_look, by_unit = false_alarms(range(21, 24), 1_000)
    assert by_look < FALSE_ALARMS
    assert by_unit < FALSE_ALARMS / 100


def test_a_threshold_that_is_given_is_the_one_that_counts():
    organisation = Organisation(11, 800)
    assert not [one for one in found_in(organisation).raised if one.pattern == "late-entries"]
    asked = found_in(organisation, **{"late-entries.share": 0.01, "certainty": 0.5})
    assert [one for one in asked.raised if one.pattern == "late-entries"]


def test_every_pattern_and_threshold_is_explained_to_people():
    told = Path("docs/patterns.md").read_text("utf-8")
    assert [name for name in (*PATTERNS, *THRESHOLDS) if f"| `{name}`" not in told] == []
