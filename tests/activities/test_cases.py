"""Each activity on a real record, and each one twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from temporalio.testing import ActivityEnvironment

from activities.cases import RecordActivities
from domain.acts import Act
from domain.events import Event
from records import outbox, recording
from records.database import Database
from records.tables import obligations
from tests.builders import a_library, a_library_with_a_later_version, a_start, an_act, noon
from tests.records.organisations import an_organisation
from workflows.contract import CaseAsked, DueAsked, EventsAsked

BEGUN = date(2025, 3, 3)
LIBRARY = a_library()


class World:
    """A record with one case, its activities, and a clock that is set by hand."""

    def __init__(self, database: Database, library=LIBRARY) -> None:
        self.database = database
        self.now = noon(BEGUN)
        self.library = library
        self.woken = 0
        self.activities = RecordActivities(database, library, clock=lambda: self.now, wake=self.wake)

    def wake(self) -> None:
        self.woken += 1

    async def perform(self, act: Act) -> tuple[Event, ...]:
        def work(connection):
            locked = None if act.kind == "start" else recording.lock(connection, self.library, "case-1")
            process = locked.process if locked else self.library.editions[0]
            return recording.record(connection, process, locked, act, self.now)

        return tuple(stored.event for stored in (await self.database.write(work)).events)

    async def due(self, known: int, *, adopt: bool = False):
        asked = DueAsked(case_id="case-1", known=known, moment=self.now, adopt=adopt)
        return await ActivityEnvironment().run(self.activities.record_due, asked)


@pytest.fixture
async def world(database) -> World:
    await database.write(an_organisation)
    made = World(database)
    await made.perform(a_start(on=BEGUN))
    return made


async def test_what_is_due_is_recorded_once_however_often_it_is_asked(world):
    world.now = noon(date(2025, 4, 10))

    first = await world.due(5)
    again = await world.due(5)

    assert [event.type for event in first.read()] == ["became-overdue"]
    assert again == first
    assert (await world.due(6)).events == ()


async def test_nothing_is_recorded_before_its_moment(world):
    world.now = noon(BEGUN)

    assert (await world.due(5)).events == ()


async def test_a_day_of_downtime_is_caught_up_once_and_in_order(world):
    world.now = noon(date(2025, 4, 4))

    facts = (await world.due(5)).read()

    assert [event.seq for event in facts] == list(range(6, 6 + len(facts)))
    assert [event.type for event in facts] == ["became-overdue"]
    days = [event.occurred_on for event in facts]
    assert days == sorted(days)


async def test_what_the_workflow_missed_comes_with_the_answer(world):
    await world.perform(an_act("talk", BEGUN, outcome="done"))

    facts = (await world.due(3)).read()

    assert [event.seq for event in facts] == [4, 5, 6, 7, 8, 9]


async def test_what_was_told_in_the_answer_is_not_told_again_by_the_relay(world):
    later = noon(BEGUN) + timedelta(days=1)
    assert len(await world.database.read(lambda c: outbox.waiting(c, later))) == 1

    await world.due(0)

    assert await world.database.read(lambda c: outbox.waiting(c, later)) == ()


async def test_the_courier_is_woken_after_what_was_due_was_committed(world):
    world.now = noon(date(2025, 4, 10))

    await world.due(5)

    assert world.woken == 1
    kinds = await world.database.read(lambda c: list(c.execute(select(obligations.c.kind)).scalars()))
    assert "overdue" in kinds


async def test_a_clock_a_little_behind_temporals_waits_for_the_moment(database):
    await database.write(an_organisation)
    world = World(database)
    await world.perform(a_start(on=BEGUN))
    overdue_at = datetime(2025, 4, 3, 16, tzinfo=UTC)
    real = datetime.now(UTC)
    activities = RecordActivities(
        database,
        world.library,
        clock=lambda: overdue_at - timedelta(milliseconds=200) + (datetime.now(UTC) - real),
    )
    asked = DueAsked(case_id="case-1", known=5, moment=overdue_at)

    facts = await ActivityEnvironment().run(activities.record_due, asked)

    assert [event.type for event in facts.read()] == ["became-overdue"]


async def test_a_later_version_is_taken_over_only_when_asked_to(database):
    await database.write(an_organisation)
    world = World(database, a_library_with_a_later_version(date(2025, 5, 1)))
    await world.perform(a_start(on=BEGUN))
    world.now = noon(date(2025, 5, 2))

    assert "rules-changed" not in [event.type for event in (await world.due(5)).read()]
    assert "rules-changed" in [event.type for event in (await world.due(5, adopt=True)).read()]
    once = await world.due(5, adopt=True)
    assert [event.type for event in once.read()].count("rules-changed") == 1


async def test_a_case_is_read_as_the_record_has_it_and_twice_the_same(world):
    asked = CaseAsked(case_id="case-1")
    first = await ActivityEnvironment().run(world.activities.fetch_case, asked)

    assert first.read().seq == 5
    assert await ActivityEnvironment().run(world.activities.fetch_case, asked) == first


async def test_facts_are_read_in_order_a_page_at_a_time(world):
    first = await ActivityEnvironment().run(
        world.activities.fetch_events, EventsAsked(case_id="case-1", after=1, limit=2)
    )
    rest = await ActivityEnvironment().run(
        world.activities.fetch_events, EventsAsked(case_id="case-1", after=3, limit=2)
    )

    assert ([event.seq for event in first.read()], first.more) == ([2, 3], True)
    assert ([event.seq for event in rest.read()], rest.more) == ([4, 5], False)


async def test_a_case_the_record_does_not_know_is_no_error(world):
    activities, run = world.activities, ActivityEnvironment().run

    assert (await run(activities.fetch_case, CaseAsked(case_id="gone"))).read() is None
    assert (await run(activities.fetch_events, EventsAsked(case_id="gone", after=0))).events == ()
    asked = DueAsked(case_id="gone", known=0, moment=world.now)
    assert (await run(activities.record_due, asked)).events == ()


async def test_free_text_stays_in_the_record(database):
    await database.write(an_organisation)
    world = World(database)
    await world.perform(a_start(on=BEGUN, fields={"letter": "planted words"}, reason="planted reason"))

    facts = await world.due(0)

    assert "planted" not in facts.model_dump_json()
    assert facts.events != ()
