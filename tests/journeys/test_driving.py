"""Telling the workflows what was recorded, on a real Temporal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError

from domain.acts import Act, Appeal
from domain.circumstances import PersonFacts
from domain.events import Event
from domain.moments import local_day
from services.connecting import TemporalUnavailable, connect
from tests.builders import HOST, SUBJECT, a_library_with_a_later_version, a_start, an_act, an_entry, known_to
from tests.journeys.household import Household, known_case, until, workflow_of
from tests.temporal_server import free_port
from workflows.contract import CaseEnd

CASE = "case-1"


@pytest.fixture
async def household(sqlite_database) -> Household:
    made = Household(sqlite_database)
    await made.furnish()
    return made


def today():
    return local_day(datetime.now(UTC), "Asia/Shanghai")


async def begin(household: Household):
    return await household.perform(a_start(CASE, on=today()), datetime.now(UTC), CASE)


async def postpone(household: Household):
    act = an_act("talk", today(), outcome="postponed")
    return await household.perform(act, datetime.now(UTC), CASE)


async def refused(household: Household) -> tuple[Event, ...]:
    """Lead a case to a refusal, over the last 420 days."""

    async def some_days_ago(days: int, act: Callable[[date], Act]) -> tuple[Event, ...]:
        moment = datetime.now(UTC) - timedelta(days=days)
        return await household.perform(act(local_day(moment, "Asia/Shanghai")), moment, CASE)

    return (
        *await some_days_ago(420, lambda day: a_start(CASE, on=day)),
        *await some_days_ago(419, lambda day: an_act("talk", day, outcome="done")),
        *await some_days_ago(40, lambda day: an_entry("notice", day, "published")),
        *await some_days_ago(20, lambda day: an_act("notice", day)),
        *await some_days_ago(10, lambda day: an_act("admit", day, HOST, outcome="refused")),
    )


async def knows_everything(household: Household, client) -> bool:
    try:
        return await known_case(client, CASE) == await household.case(CASE)
    except RPCError:
        return False


async def test_facts_are_told_at_once_in_order_and_noted(household, temporal):
    client = await household.client(temporal)
    driver = household.driver(client, relay_every=0)
    async with driver, household.working(client, driver):
        driver.soon(CASE, await begin(household))
        for _ in range(20):
            driver.soon(CASE, await postpone(household))
        assert await driver.drained()

        assert await household.untold() == 0
        await until(lambda: knows_everything(household, client))
    history = await workflow_of(client, CASE).fetch_history()
    asked = [
        event.activity_task_scheduled_event_attributes.activity_type.name
        for event in history.events
        if event.HasField("activity_task_scheduled_event_attributes")
    ]
    assert "fetch_events" not in asked


async def test_the_relay_tells_what_a_crash_left_untold(household, temporal):
    await begin(household)
    for _ in range(5):
        await postpone(household)
    client = await household.client(temporal)
    driver = household.driver(client, relay_every=0.1, relay_after=0)
    async with driver, household.working(client, driver):
        await until(lambda: knows_everything(household, client))
        await until(lambda: _nothing_untold(household))
        assert await driver.relay() == 0


async def test_the_relay_tells_a_long_backlog_of_one_case_in_one_round(household, temporal):
    await begin(household)
    for _ in range(130):
        await postpone(household)
    client = await household.client(temporal)
    driver = household.driver(client, relay_every=0)
    async with driver, household.working(client, driver):
        assert await driver.relay() == 1
        await until(lambda: _nothing_untold(household))
        await until(lambda: knows_everything(household, client))


async def test_acts_are_recorded_while_temporal_is_away_and_driven_when_it_is_back(household, temporal):
    temporal.kill()
    client = await connect(temporal.address)
    driver = household.driver(client, relay_every=0.2, relay_after=0)
    async with driver:
        driver.soon(CASE, await begin(household))
        driver.soon(CASE, await postpone(household))
        assert await household.untold() == 1

        temporal.start()
        worker_client = await household.client(temporal)
        async with household.working(worker_client, driver):
            await until(lambda: knows_everything(household, worker_client))
            await until(lambda: _nothing_untold(household))


async def test_nobody_at_the_address_is_said_in_a_sentence():
    with pytest.raises(TemporalUnavailable, match="ACCEDE_TEMPORAL_ADDRESS"):
        await connect(f"127.0.0.1:{free_port()}", lazy=False)


async def test_a_repeated_delivery_never_starts_a_closed_case_again_and_an_appeal_does(household, temporal):
    client = await household.client(temporal)
    driver = household.driver(client, relay_every=0)
    async with driver, household.working(client, driver):
        everything = await refused(household)
        driver.soon(CASE, everything)
        await driver.drained()
        end = await client.get_workflow_handle(f"case/{CASE}", result_type=CaseEnd).result()
        assert end == CaseEnd(outcome="not-admitted", seq=everything[-1].seq)
        run_id = (await workflow_of(client, CASE).describe()).run_id

        driver.soon(CASE, everything)
        driver.soon(CASE, everything[-1:])
        await driver.drained()
        assert (await workflow_of(client, CASE).describe()).run_id == run_id

        appeal = Appeal(known=known_to(SUBJECT), occurred_on=today(), reason="a mistake")
        driver.soon(CASE, await household.perform(appeal, datetime.now(UTC), CASE))
        await driver.drained()
        description = await workflow_of(client, CASE).describe()
        assert description.run_id != run_id
        assert description.status is WorkflowExecutionStatus.RUNNING
        await until(lambda: knows_everything(household, client))


async def test_an_act_wakes_the_courier_who_delivers_what_is_owed(household, temporal):
    client = await household.client(temporal)
    driver = household.driver(client, relay_every=0)
    async with driver, household.working(client, driver):
        driver.soon(CASE, await begin(household))

        async def everything_is_sent() -> bool:
            owed = await household.owed()
            return bool(owed) and set(owed) == {"sent"}

        await until(everything_is_sent)


async def test_a_workflow_that_missed_facts_is_nudged(household, temporal):
    client = await household.client(temporal)
    driver = household.driver(client, relay_every=0)
    async with driver, household.working(client, driver):
        driver.soon(CASE, await begin(household))
        await driver.drained()
        await until(lambda: knows_everything(household, client))
        # Recorded, and marked as told although nobody was: as after Temporal was restored from a backup.
        await postpone(household)

        quick = await household.reconcile(client, deep=False)
        assert quick.nudged == 0
        thorough = await household.reconcile(client)
        assert thorough.nudged == 1
        await until(lambda: knows_everything(household, client))


async def test_a_workflow_that_knows_more_than_a_restored_record_starts_again(household, temporal):
    client = await household.client(temporal)
    driver = household.driver(client, relay_every=0)
    async with driver, household.working(client, driver):
        first = await begin(household)
        last = first[-1].model_copy(update={"seq": first[-1].seq + 1})
        driver.soon(CASE, (*first, last))
        await driver.drained()

        async def is_ahead() -> bool:
            known = await known_case(client, CASE)
            return known is not None and known.seq == last.seq

        await until(is_ahead)
        assert (await household.reconcile(client)).restarted == 1
        await until(lambda: knows_everything(household, client))


async def test_reconciling_lets_running_cases_take_over_a_later_version(sqlite_database, temporal):
    from_tomorrow = today() + timedelta(days=1)
    household = Household(sqlite_database, a_library_with_a_later_version(from_tomorrow))
    await household.furnish()
    client = await household.client(temporal)
    driver = household.driver(client, relay_every=0)
    async with driver, household.working(client, driver):
        driver.soon(CASE, await begin(household))
        await driver.drained()
        await until(lambda: knows_everything(household, client))

        assert (await household.reconcile(client, deep=False)).nudged == 0
        done = await household.reconcile(client, today=from_tomorrow, deep=False)
        assert done.nudged == 1


async def _nothing_untold(household: Household) -> bool:
    return await household.untold() == 0


async def test_after_an_outage_the_relay_goes_round_until_nothing_is_left(household, temporal):
    for number in range(120):
        case_id, subject = f"case-{number}", f"candidate-{number}"
        await household.add_person(subject)
        known = known_to(subject)
        facts = PersonFacts(id=subject, standing="guest")
        known = known.model_copy(update={"people": (*known.people, facts)})
        start = a_start(case_id, on=today(), subject=subject, known=known)
        await household.perform(start, datetime.now(UTC), case_id)
    client = await household.client(temporal)
    # A round takes a hundred of them, and the next one does not wait for an hour.
    async with household.driver(client, relay_every=3600, relay_after=0):
        await until(lambda: _nothing_untold(household))
