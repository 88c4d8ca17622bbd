"""The worker as a program: what it says when something is missing, and how it stops."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from records import attempts, organisation, recording, tables
from records.database import Database
from services.connecting import connect
from tests.builders import READING_CIRCLE, SECRETARY, a_process, a_start, noon
from tests.cli.forks import Forked
from tests.cli.running import accede_running
from tests.journeys.household import until
from tests.records import walks
from tests.records.organisations import AUDITOR, SINCE, an_organisation
from tests.temporal_server import TemporalServer, free_port
from workflows import contract

LONG_AGO = date(2025, 3, 3)


def the_settings(tmp_path: Path, **given: str) -> dict[str, Any]:
    return {"data_dir": tmp_path, "temporal_address": f"127.0.0.1:{free_port()}", **given}


def published_in(folder: Path) -> Path:
    """Publish the reading circle's process in a folder, and return where."""
    published = folder / "published"
    (published / "reading-circle").mkdir(parents=True)
    text = READING_CIRCLE.format(version="1", first="2020-01-01", replaces="")
    (published / "reading-circle" / "1.yaml").write_text(text, "utf-8")
    return published


class Running:
    """A worker that runs, and what it has said."""

    def __init__(self, process: Forked, log: Path) -> None:
        self.process = process
        self._log = log

    @property
    def said(self) -> str:
        return self._log.read_text("utf-8") if self._log.exists() else ""

    async def says(self, words: str) -> None:
        async def said() -> bool:
            return words in self.said

        await until(said)

    async def ends(self) -> int:
        return await asyncio.to_thread(self.process.wait)


@asynccontextmanager
async def a_running_worker(settings: dict[str, Any]) -> AsyncIterator[Running]:
    log = settings["data_dir"] / "worker.log"
    process = accede_running("worker", log=log, **settings)
    try:
        yield Running(process, log)
    finally:
        process.kill()
        await asyncio.to_thread(process.wait)


async def test_a_worker_without_temporal_says_so_waits_and_stops_when_told(tmp_path, sqlite_address):
    environment = the_settings(tmp_path, database_url=sqlite_address)
    async with a_running_worker(environment) as worker:
        await worker.says("Temporal does not answer at 127.0.0.1:")
        worker.process.send_signal(signal.SIGTERM)
        assert await worker.ends() == 0


async def test_a_worker_without_temporal_records_what_is_due(tmp_path, sqlite_address):
    def begin(connection):
        an_organisation(connection)
        recording.record(connection, a_process(), None, a_start(on=LONG_AGO), noon(LONG_AGO))

    async def is_overdue() -> bool:
        query = sa.select(tables.events.c.type).where(tables.events.c.type == "became-overdue")
        return bool(await database.read(lambda connection: connection.execute(query).all()))

    published = published_in(tmp_path)
    database = Database.open(sqlite_address)
    try:
        await database.write(begin)
        environment = the_settings(tmp_path, database_url=sqlite_address, processes_dir=str(published))
        async with a_running_worker(environment) as worker:
            await until(is_overdue)
            assert "working" not in worker.said
    finally:
        await database.close()


async def test_a_worker_whose_database_has_no_tables_says_what_to_run_and_ends(tmp_path):
    empty = f"sqlite:///{tmp_path / 'empty.db'}"
    async with a_running_worker(the_settings(tmp_path, database_url=empty)) as worker:
        assert await worker.ends() == 2
    assert "accede db upgrade" in worker.said
    assert "Traceback" not in worker.said


async def test_a_worker_without_definitions_says_so_and_ends(tmp_path, sqlite_address):
    nowhere = the_settings(tmp_path, database_url=sqlite_address, processes_dir=str(tmp_path / "none"))
    async with a_running_worker(nowhere) as worker:
        assert await worker.ends() == 2
    assert "no process definitions" in worker.said


async def test_a_worker_with_a_wrong_setting_names_the_variable(tmp_path):
    async with a_running_worker(the_settings(tmp_path, temporal_address="nowhere")) as worker:
        assert await worker.ends() == 2
    assert "ACCEDE_TEMPORAL_ADDRESS" in worker.said


def a_case_nobody_can_act_on(connection):
    """A case whose secretary has left, with a committee above that has one."""
    today = datetime.now(UTC).date()
    an_organisation(connection)
    walks.start(connection, on=today)
    organisation.end_post(connection, f"post-{SECRETARY}", today - timedelta(days=1))
    organisation.add_post(
        connection, person_id=AUDITOR, role="secretary", unit_id="committee-1", from_on=SINCE
    )


async def test_a_worker_starts_the_courier_and_the_schedules_and_stops_in_order(
    tmp_path: Path, sqlite_address: str, temporal: TemporalServer
):
    published = published_in(tmp_path)
    where = {"database_url": sqlite_address, "processes_dir": str(published)}
    environment = the_settings(tmp_path, temporal_address=temporal.address, **where)
    client = await connect(temporal.address, lazy=False)
    database = Database.open(sqlite_address)
    await database.write(a_case_nobody_can_act_on)
    long_ago = datetime.now(UTC) - timedelta(days=2)
    await database.write(partial(attempts.note_failure, keys=["li"], now=long_ago))

    async def schedules_are_there() -> bool:
        found = {schedule.id async for schedule in await client.list_schedules()}
        return found == {
            "reconcile/hourly",
            "reconcile/nightly",
            "checkpoint/hourly",
            "staffing/daily",
            "patterns/weekly",
        }

    async def the_courier_went_round() -> bool:
        history = await client.get_workflow_handle("courier").fetch_history()
        return any(event.HasField("activity_task_completed_event_attributes") for event in history.events)

    async with a_running_worker(environment) as worker:
        await worker.says("working")
        await until(schedules_are_there)
        await until(the_courier_went_round)
        for schedule in ("reconcile/nightly", "staffing/daily", "patterns/weekly"):
            await client.get_schedule_handle(schedule).trigger()

        async def the_cases_were_looked_over() -> bool:
            done = client.list_workflows('ExecutionStatus = "Completed"')
            return {"reconciling", contract.STAFFING, contract.PATTERNS} <= {
                found.workflow_type async for found in done
            }

        await until(the_cases_were_looked_over)
        worker.process.send_signal(signal.SIGINT)
        assert await worker.ends() == 0
    assert "Traceback" not in worker.said
    # Who will be missing is told before the case is stuck.
    query = sa.select(tables.obligations.c.person_id).where(tables.obligations.c.kind == "understaffed")
    assert await database.read(lambda c: c.execute(query).scalars().all()) == [AUDITOR]
    # The night clears what was kept for a time only.
    assert await database.read(partial(attempts.failures, key="li", since=long_ago)) is None
    await database.close()
