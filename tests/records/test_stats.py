"""Figures are counted from indexes alone, whatever they are counted of."""

import re
from datetime import date

import pytest

from records import stats
from records.held_units import Lent
from records.scope import Scope
from records.stats import Asked
from tests.records.explaining import explained
from tests.records.organisations import an_organisation
from tests.records.walks import the_whole_way

ASKED = Asked("reading-circle", date(2024, 1, 1), date(2026, 12, 31))
TODAY = date(2026, 6, 1)
COUNTS = (
    stats.how_long_stages_took,
    stats.since_when,
    stats.how_long_steps_waited,
    stats.standings_gained,
    stats.done_by_day,
)
EVERYTHING = Scope("person-9", TODAY, everything=True)
PART = Scope("person-9", TODAY, everything=False, units=("circle-1",))


@pytest.fixture
def walked(sqlite_database):
    sqlite_database.write_now(an_organisation)
    the_whole_way(sqlite_database)
    return sqlite_database


def plans(database, count, scope):
    """Return what SQLite does to count."""

    def overheard(connection):
        with explained(connection, lambda text: text.startswith("SELECT")) as found:
            count(connection, scope, ASKED)
        return [line for plan in found for line in plan]

    return database.read_now(overheard)


@pytest.mark.parametrize("count", COUNTS, ids=lambda count: count.__name__)
def test_what_is_seen_of_everything_is_counted_from_one_index(walked, count):
    found = plans(walked, count, EVERYTHING)
    assert [line for line in found if re.match("(SCAN|SEARCH) (stage_stays|done_steps) USING COVERING", line)]
    assert not [line for line in found if line.startswith("SCAN")]


@pytest.mark.parametrize("count", COUNTS, ids=lambda count: count.__name__)
def test_what_is_seen_of_a_part_is_looked_up_case_by_case(walked, count):
    found = plans(walked, count, PART)
    assert not [line for line in found if re.match(r"SCAN (cases|stage_stays|done_steps|tasks)\b", line)]


@pytest.mark.parametrize(
    "count", [one for one in COUNTS if one is not stats.since_when], ids=lambda count: count.__name__
)
@pytest.mark.parametrize(
    "scope",
    [
        EVERYTHING,
        PART,
        Scope("person-1", TODAY, everything=False),
        Scope("person-9", TODAY, everything=False, lent=(Lent(("circle-1",), ("reading-circle",)),)),
        Scope("person-9", TODAY, everything=True, processes=("reading-circle",)),
        Scope("person-9", TODAY, everything=True, within=("circle-1",)),
    ],
    ids=["everything", "part", "own", "lent", "process", "within"],
)
def test_every_way_to_see_a_case_counts_it_once(walked, count, scope):
    expected = walked.read_now(lambda c: count(c, EVERYTHING, ASKED))
    assert expected
    assert walked.read_now(lambda c: count(c, scope, ASKED)) == expected


@pytest.mark.parametrize("count", COUNTS, ids=lambda count: count.__name__)
@pytest.mark.parametrize(
    "scope",
    [
        Scope("person-9", TODAY, everything=False, units=("circle-2",)),
        Scope("person-9", TODAY, everything=True, processes=("ballot",)),
        Scope("person-9", TODAY, everything=True, within=("circle-2",)),
        Scope("person-9", TODAY, everything=False),
    ],
    ids=["elsewhere", "process", "within", "nobody"],
)
def test_what_is_not_seen_is_not_counted(walked, count, scope):
    assert not walked.read_now(lambda c: count(c, scope, ASKED))


def test_on_either_database_the_same_is_counted(database):
    database.write_now(an_organisation)
    the_whole_way(database)
    took = database.read_now(lambda c: stats.how_long_stages_took(c, EVERYTHING, ASKED))
    assert [(one.stage, one.days, one.number) for one in sorted(took)] == [
        ("asking", 7, 1),
        ("reading", 385, 1),
    ]
    gained = database.read_now(lambda c: stats.standings_gained(c, EVERYTHING, ASKED))
    assert sorted(gained) == [("member", "2026-03", 1), ("reader", "2025-03", 1)]
    (latest,) = database.read_now(lambda c: stats.latest_acts(c, PART, ASKED, 1))
    # Two steps were done on the last day: which of them comes first is not said.
    assert latest.step in {"admit", "notice"}
    assert latest.subject_name
    stand = database.read_now(lambda c: stats.where_cases_stand(c, EVERYTHING, ASKED))
    assert [(one.stage, one.is_closed, one.number) for one in stand] == [("reading", True, 1)]
    assert database.read_now(lambda c: stats.what_is_asked(c, EVERYTHING, ASKED)) == ()
    seen = database.read_now(
        lambda c: stats.first_with_cases(c, EVERYTHING, ("ballot", "reading-circle"), None)
    )
    assert seen == "reading-circle"
