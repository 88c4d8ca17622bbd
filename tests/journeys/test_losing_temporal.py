"""The record is the memory and Temporal the clock: a clock can be replaced."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from temporalio.api.enums.v1 import EventType

from domain.circumstances import PersonFacts
from domain.moments import local_day
from records.tables import cases, events
from tests.builders import a_start, an_act, known_to
from tests.journeys.household import Household, known_case, known_waiting, until, workflow_of
from workflows.case import LAG_FROM, LAG_TO

CASES = 50
ZONE = "Asia/Shanghai"


@pytest.fixture
async def household(sqlite_database) -> Household:
    made = Household(sqlite_database)
    await made.furnish()
    return made


async def begin(household: Household, number: int, ago: timedelta) -> str:
    """Start a case of a person of its own, some time ago, and return its id."""
    case_id, subject = f"case-{number}", f"candidate-{number}"
    await household.add_person(subject)
    moment = datetime.now(UTC) - ago
    known = known_to(subject)
    known = known.model_copy(update={"people": (*known.people, PersonFacts(id=subject, standing="guest"))})
    start = a_start(case_id, on=local_day(moment, ZONE), subject=subject, known=known)
    await household.perform(start, moment, case_id)
    return case_id


async def test_fifty_open_cases_outlive_the_loss_of_the_whole_temporal_database(household, temporal):
    # A third is overdue by now, a third waits for a deadline, a third for a period of a year.
    overdue = [await begin(household, n, timedelta(days=40)) for n in range(0, CASES, 3)]
    waiting = [await begin(household, n, timedelta(days=2)) for n in range(1, CASES, 3)]
    on_trial = [await begin(household, n, timedelta(days=3)) for n in range(2, CASES, 3)]
    for case_id in on_trial:
        moment = datetime.now(UTC) - timedelta(days=2)
        await household.perform(an_act("talk", local_day(moment, ZONE), outcome="done"), moment, case_id)
    client = await household.client(temporal)
    driver = household.driver(client, relay_every=0)
    async with driver, household.working(client, driver):
        done = await household.reconcile(client)
        assert (done.open_cases, done.started) == (CASES, CASES)
        # Only some of them get as far as their first timer before the disaster.
        await asyncio.sleep(0.3)
    temporal.kill()
    temporal.forget()
    temporal.start()

    client = await household.client(temporal)
    driver = household.driver(client, relay_every=0)
    async with driver, household.working(client, driver):
        done = await household.reconcile(client)
        assert (done.open_cases, done.started) == (CASES, CASES)

        async def every_case_waits_for_what_it_waited_for() -> bool:
            for case_id in (*overdue, *waiting, *on_trial):
                if await known_case(client, case_id) != await household.case(case_id):
                    return False
            return all([await _overdue_noted(household, case_id) == 1 for case_id in overdue])

        await until(every_case_waits_for_what_it_waited_for, within=60)
        for case_id in (*waiting[:3], *on_trial[:3]):
            ahead = (await known_waiting(client, case_id)).next_moment
            assert ahead == await _next_moment(household, case_id)
            # The server counts from when it heard: on a busy machine that is seconds later.
            late = await _timer_ends(client, case_id) - ahead.timestamp()
            assert LAG_FROM.total_seconds() - 1 <= late <= LAG_TO.total_seconds() + 20
        for case_id in (*waiting, *on_trial):
            assert await _overdue_noted(household, case_id) == 0
        await until(lambda: _all_sent(household))

        again = await household.reconcile(client)
        assert (again.started, again.nudged, again.restarted, again.unknown) == (0, 0, 0, 0)


async def _overdue_noted(household: Household, case_id: str) -> int:
    query = sa.select(sa.func.count()).where(events.c.case_id == case_id, events.c.type == "became-overdue")
    return int(await household.database.read(lambda c: c.execute(query).scalar_one()))


async def _next_moment(household: Household, case_id: str) -> datetime:
    query = sa.select(cases.c.next_moment).where(cases.c.id == case_id)
    found: datetime = await household.database.read(lambda c: c.execute(query).scalar_one())
    return found


async def _timer_ends(client, case_id: str) -> float:
    """The moment at which the workflow's latest timer fires, by the server's clock."""
    history = await workflow_of(client, case_id).fetch_history()
    timers = [e for e in history.events if e.event_type == EventType.EVENT_TYPE_TIMER_STARTED]
    lasts = timers[-1].timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
    return (timers[-1].event_time.ToDatetime(tzinfo=UTC) + lasts).timestamp()


async def _all_sent(household: Household) -> bool:
    # Whom the register does not know stays as `nobody`, so that the gap can be seen.
    return set(await household.owed()) <= {"sent", "nobody"}
