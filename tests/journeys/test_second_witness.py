"""Temporal remembers what the workflows of open cases were told: a second witness against the database."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from domain.verifying import Tampered
from records.tables import events
from services.second_witness import compare_with_workflows
from tests.builders import a_start
from tests.journeys.household import Household, until
from tests.temporal_server import TemporalServer


def tampered(household: Household, statement: sa.Executable) -> None:
    def work(connection: sa.Connection) -> None:
        for verb in ("update", "delete"):
            connection.execute(sa.text(f"DROP TRIGGER IF EXISTS events_no_{verb}"))
        connection.execute(statement)

    household.database.write_now(work)


async def test_what_was_changed_in_the_database_is_found_by_what_the_workflow_was_told(
    sqlite_database, temporal: TemporalServer
):
    household = Household(sqlite_database)
    await household.furnish()
    client = await household.client(temporal)
    now = datetime.now(UTC)
    driver = household.driver(client)
    async with driver, household.working(client, driver):
        driver.soon("case-1", await household.perform(a_start(on=now.date()), now, "case-1"))

        async def is_told() -> bool:
            return await household.untold() == 0

        await until(is_told)
    looked_at, facts = await compare_with_workflows(client, sqlite_database, lambda *_: None)
    assert looked_at == 1
    assert facts > 1
    number = sa.and_(events.c.case_id == "case-1", events.c.seq == facts)
    tampered(household, sa.update(events).where(number).values(actor="somebody-else"))
    with pytest.raises(Tampered, match="not what its workflow was told") as found:
        await compare_with_workflows(client, sqlite_database, lambda *_: None)
    assert (found.value.case, found.value.seq) == ("case-1", facts)
    assert '"actor": ' in found.value.should_be
    tampered(household, sa.delete(events).where(number))
    with pytest.raises(Tampered, match="its workflow was told of it"):
        await compare_with_workflows(client, sqlite_database, lambda *_: None)
