"""The record's clock and Temporal's differ after a jump: what is due by the record's happens all the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from domain.moments import local_day
from records.tables import events
from services.reconciling import reconcile
from tests.builders import a_start
from tests.journeys.household import Household, known_case, until
from worker import a_worker

CASE = "case-1"


async def test_a_moment_that_passed_by_a_jump_of_the_records_clock_is_found_and_happens_once(
    sqlite_database, temporal
):
    household = Household(sqlite_database)
    await household.furnish()
    now = datetime.now(UTC)
    later = now + timedelta(days=60)
    client = await household.client(temporal)
    driver = household.driver(client, relay_every=0)
    async with (
        driver,
        a_worker(
            client,
            household.database,
            household.library,
            settings=household.settings,
            driver=driver,
            clock=lambda: later,
            # By itself it would record what is due long before anybody reconciles.
            punctual=False,
        ),
    ):
        driver.soon(
            CASE, await household.perform(a_start(CASE, on=local_day(now, "Asia/Shanghai")), now, CASE)
        )
        await driver.drained()

        async def nudged_at(moment: datetime) -> int:
            day = local_day(now, "Asia/Shanghai")
            found = await reconcile(
                client,
                household.database,
                household.library,
                today=day,
                now=moment,
                task_queue="journey",
                deep=False,
            )
            return found.nudged

        async def is_known() -> bool:
            return await known_case(client, CASE) == await household.case(CASE)

        await until(is_known)
        assert await nudged_at(now) == 0
        assert await nudged_at(later) == 1
        await until(lambda: _overdue(household))
        await until(is_known)
        assert await nudged_at(later) == 0
        assert await _overdue(household)


async def _overdue(household: Household) -> bool:
    query = sa.select(sa.func.count()).where(events.c.case_id == CASE, events.c.type == "became-overdue")
    return int(await household.database.read(lambda c: c.execute(query).scalar_one())) == 1
