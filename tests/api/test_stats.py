"""Figures over HTTP: of the cases one sees, and of no others."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from records import idempotency, rebuilding
from services import reports, stats, stats_words
from services.counting_ahead import count_ahead
from services.parts import Caller
from services.stats_views import RoleLoad
from services.token_scopes import TokenScope
from services.underway import Underway
from tests.api.world import AUDITOR, HOST, NOBODY, PARENT, SECRETARY, SIBLING, SUBJECT, OfLittle
from tests.counting import counting_that_waits

SPAN = "from=2025-01-01&to=2026-12-31"
REPORTS = ("funnel", "stages", "deadlines", "workload", "admissions")


@pytest.fixture
async def case(world):
    """Applied for on the tenth of March, talked about on the thirtieth of April: three weeks late."""
    case = await world.start(occurred_on="2025-03-10")
    world.clock.turn_to(date(2025, 4, 30))
    asked = {"outcome": "done", "occurred_on": "2025-04-30", "reason": "出差"}
    done = await world.act(case, "talk", SECRETARY, **asked)
    assert done.status_code == 200, done.text
    return done.json()["case"]


async def told(world, report, by=PARENT, query=SPAN, **more):
    answer = await world.get(f"/v1/stats/{report}?process=reading-circle&{query}", by, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_funnel_counts_who_got_how_far(world, case):
    await world.start(NOBODY)
    withdrawn = await world.start(HOST)
    head = {"if_match": f'"{withdrawn["head"]}"'}
    left = await world.post(
        f"/v1/cases/{withdrawn['id']}/withdraw", HOST, {"occurred_on": "2025-04-30"}, **head
    )
    assert left.status_code == 200, left.text
    found = await told(world, "funnel", accept_language="en")
    assert found["total"] == 3
    assert [
        (one["stage"], one["reached"], one["now"], one["ended"], one["went_on"]) for one in found["items"]
    ] == [
        ("asking", 3, 1, 1, 1),
        ("reading", 1, 1, 0, 0),
    ]
    assert found["headline"] == (
        "Of 3 cases that began in this period, 0 came to the end of the way, 2 are on it, and 1 ended "
        "before. Most of those ended in “Asking” (1)."
    )


async def test_days_in_stages_and_waits_for_steps(world, case):
    found = await told(world, "stages", accept_language="en")
    asking, reading = found["items"]
    assert (asking["took"]["number"], asking["took"]["median"], asking["under_way"]) == (1, 51, None)
    assert (reading["took"], reading["under_way"]["most"]) == (None, 0)
    talk = next(one for one in found["steps"] if one["step"] == "talk")
    assert (talk["waited"]["p90"], talk["is_bottleneck"]) == (51, False)
    assert found["headline"].startswith("No step is often waited for long. The longest stage is “Asking”")


async def test_a_bottleneck_is_what_often_waits_long_and_is_named(world, case):
    for person in (NOBODY, HOST):
        other = await world.start(person, occurred_on="2025-04-10", reason="补录")
        asked = {"outcome": "done", "occurred_on": "2025-04-30", "reason": "出差"}
        done = await world.act(other, "talk", SECRETARY, **asked)
        assert done.status_code == 200, done.text
    found = await told(world, "stages", accept_language="en")
    assert [one["step"] for one in found["steps"] if one["is_bottleneck"]] == ["talk"]
    assert found["headline"] == (
        "The longest wait is in “Talk”: half wait 20 days or longer, one in ten 51 days or longer."
    )


async def test_deadlines_kept_and_missed(world, case):
    found = await told(world, "deadlines")
    assert (found["kept"], found["late"]) == (0, 1)
    assert [(one["title"], one["late"]) for one in found["items"]] == [("谈话", 1)]


async def test_workload_by_role(world, case):
    await world.start(NOBODY)
    found = await told(world, "workload", accept_language="en")
    (secretary,) = (one for one in found["items"] if one["actor"] == "circle.secretary")
    assert (secretary["title"], secretary["done"], secretary["now"] + secretary["later"]) == (
        "Secretary",
        1,
        2,
    )


def test_what_two_roles_may_do_is_not_summed_up():
    two = [
        RoleLoad(actor=actor, title=actor, now=4, overdue=overdue, later=0, done=0)
        for actor, overdue in (("Deputy", 1), ("Secretary", 2))
    ]
    said = stats_words.workload(two).en
    assert said.startswith("Asked for most today: secretary, 4 tasks, 2 of them overdue.")
    assert "8" not in said


async def test_standings_gained_by_month(world, case):
    found = await told(world, "admissions")
    reader = next(one for one in found["items"] if one["standing"] == "reader")
    assert reader["total"] == 1
    assert [one for one in reader["months"] if one["number"]] == [{"month": "2025-04", "number": 1}]
    assert len(reader["months"]) == 24


@pytest.mark.parametrize("report", REPORTS)
async def test_what_one_does_not_see_is_not_counted(world, case, report):
    nothing = await told(world, report, SIBLING)
    mine = await told(world, report, SECRETARY)
    assert mine != nothing
    assert await told(world, report, NOBODY) == nothing
    assert await told(world, report, PARENT) == mine
    assert (await told(world, report, SUBJECT))["items"] == mine["items"]


@pytest.mark.parametrize("report", REPORTS)
async def test_a_unit_is_counted_with_all_below_it(world, case, report):
    whole = await told(world, report, PARENT)
    top = await told(world, report, PARENT, f"{SPAN}&unit=committee-1")
    assert top["items"] == whole["items"]
    beside = await told(world, report, PARENT, f"{SPAN}&unit=circle-2")
    assert beside["items"] == (await told(world, report, SIBLING))["items"]


@pytest.mark.parametrize("report", REPORTS)
async def test_without_a_process_it_is_the_one_with_cases(world, case, report):
    found = await world.get(f"/v1/stats/{report}", SECRETARY)
    assert found.json()["of"]["process"]["id"] == "reading-circle"


@pytest.mark.parametrize(
    "query", ["from=2026-01-01&to=2025-01-01", "from=2000-01-01&to=2026-01-01", "process=nothing"]
)
async def test_what_makes_no_sense_is_refused(world, query):
    assert (await world.get(f"/v1/stats/funnel?{query}", PARENT)).status_code == 422


async def test_rows_lost_and_made_again_count_the_same(world, case):
    before = [await told(world, report) for report in REPORTS]
    library = world.parts.library
    await world.parts.write(lambda connection: rebuilding.rebuild(connection, library, case["id"]))
    assert [await told(world, report) for report in REPORTS] == before


async def test_whoever_sees_everything_is_shown_what_was_counted_ahead_and_others_their_own(world, case):
    parts = replace(world.parts, figures=OfLittle())
    reports = (stats.funnel, stats.stages, stats.deadlines, stats.workload, stats.admissions)
    for _ in range(2):
        await count_ahead(parts)
        counted = world.clock()
        world.clock.pass_by(timedelta(minutes=4))
        for report in reports:
            shown = await report(parts, Caller(AUDITOR), stats.Narrowed())
            own = await report(parts, Caller(SECRETARY), stats.Narrowed())
            assert (shown.counted_at == counted, own.counted_at == counted) == (True, False)
        world.clock.pass_by(timedelta(seconds=30))


async def test_whoever_acted_himself_is_shown_reports_counted_since_and_others_those_of_some_minutes_ago(
    world, case
):
    parts = replace(world.parts, figures=OfLittle())
    every = (stats.funnel, stats.stages, stats.deadlines, stats.workload, stats.admissions)
    await count_ahead(parts)
    counted = world.clock()
    world.clock.pass_by(timedelta(minutes=1))
    await parts.write(lambda connection: idempotency.note(connection, PARENT, world.clock()))
    world.clock.pass_by(timedelta(minutes=1))
    for by, since in ((AUDITOR, counted), (PARENT, world.clock())):
        shown = [await report(parts, Caller(by), stats.Narrowed()) for report in every]
        assert {one.counted_at for one in shown} == {since}


async def test_what_is_being_counted_is_shared_with_nobody_who_may_see_less(world, case):
    whole, less = Caller(PARENT), Caller(PARENT, scope=TokenScope(processes=("ballot",)))
    asked = (reports.soon(world.parts, one, reports.KINDS[:1], stats.Narrowed()) for one in (whole, less))
    found = await asyncio.gather(*asked)
    assert [
        getattr(one.view, "total", None) for some in found if isinstance(some, tuple) for one in some
    ] == [1, 0]


@pytest.mark.parametrize("report", REPORTS)
async def test_whoever_does_not_wait_is_told_that_it_is_counted_and_gets_it_later(world, case, report):
    counts = world.parts.counts
    with counting_that_waits(counts):
        later = await world.get(f"/v1/stats/{report}?{SPAN}", PARENT, prefer="respond-async, wait=5")
    assert later.status_code == 202, later.text
    assert later.headers["retry-after"] == "2"
    assert later.headers["preference-applied"] == "respond-async"
    waited = await world.get(f"/v1/stats/{report}?{SPAN}", PARENT)
    counts.patience = 60
    got = await world.get(f"/v1/stats/{report}?{SPAN}", PARENT, prefer="respond-async")
    assert waited.status_code == got.status_code == 200
    assert waited.json()["items"] == got.json()["items"]


async def test_another_language_does_not_begin_a_second_count(world, case):
    counts, narrowed = world.parts.counts, stats.Narrowed("reading-circle")
    mine = Caller(PARENT, "zh")
    others = replace(mine, language="en")
    with counting_that_waits(counts):
        assert isinstance(await reports.soon(world.parts, mine, reports.KINDS, narrowed), Underway)
        assert isinstance(await reports.soon(world.parts, others, reports.KINDS, narrowed), Underway)
        assert len(counts._running) == 1
    counts.patience = 60
    found = await reports.soon(world.parts, others, reports.KINDS, narrowed)
    assert isinstance(found, tuple)
    assert all(one.view.headline.isascii() or "“" in one.view.headline for one in found)
    assert found[0].tables[0].title.isascii()
