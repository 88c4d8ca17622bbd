"""A record, a real Temporal, a driver and a worker, put together as in a real installation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from temporalio.client import Client, WorkflowHandle

from domain.acts import Act
from domain.case import Case
from domain.events import Event
from domain.library import Library
from domain.waiting import Waiting
from records import organisation, recording
from records.cases import find_case
from records.database import Database
from records.tables import obligations, outbox
from services.connecting import connect
from services.driving import Driver
from services.reconciling import reconcile
from settings import Settings
from tests.builders import a_library
from tests.records.organisations import an_organisation
from tests.temporal_server import TemporalServer
from worker import a_worker
from workflows.contract import Reconciled
from workflows.definitions import KNOWN


class Household:
    """The record, and how to ask it and the workflows."""

    def __init__(self, database: Database, library: Library | None = None) -> None:
        self.database = database
        self.library = library or a_library()
        KNOWN.fill(self.library)
        self.settings = Settings(task_queue="journey", sandbox=True)

    async def furnish(self) -> None:
        await self.database.write(an_organisation)

    async def add_person(self, person: str) -> None:
        await self.database.write(partial(organisation.add_person, id=person, name=f"候选人 {person}"))

    async def perform(self, act: Act, now: datetime, case_id: str) -> tuple[Event, ...]:
        """Record an act at a moment, past ones included, and return what it left behind."""

        def work(connection: sa.Connection) -> tuple[Event, ...]:
            locked = None if act.kind == "start" else recording.lock(connection, self.library, case_id)
            process = locked.process if locked else self.library.editions[0]
            done = recording.record(connection, process, locked, act, now)
            return tuple(stored.event for stored in done.events)

        return await self.database.write(work)

    async def case(self, case_id: str) -> Case:
        read = partial(find_case, library=self.library, case_id=case_id, scope=None)
        return (await self.database.read(read)).case

    async def untold(self) -> int:
        query = sa.select(sa.func.count()).where(outbox.c.waiting_since.is_not(None))
        return int(await self.database.read(lambda c: c.execute(query).scalar_one()))

    async def owed(self) -> list[str]:
        query = sa.select(obligations.c.status)
        return list(await self.database.read(lambda c: c.execute(query).scalars().all()))

    async def client(self, temporal: TemporalServer) -> Client:
        return await connect(temporal.address, lazy=False)

    def driver(self, client: Client, **options: Any) -> Driver:
        return Driver(client, self.database, task_queue="journey", **options)

    @asynccontextmanager
    async def working(self, client: Client, driver: Driver) -> AsyncIterator[None]:
        async with a_worker(client, self.database, self.library, settings=self.settings, driver=driver):
            yield

    async def reconcile(self, client: Client, *, today: date | None = None, deep: bool = True) -> Reconciled:
        day = today or datetime.now(UTC).date()
        return await reconcile(
            client, self.database, self.library, today=day, task_queue="journey", deep=deep
        )


def workflow_of(client: Client, case_id: str) -> WorkflowHandle[Any, Any]:
    return client.get_workflow_handle(f"case/{case_id}")


async def known_case(client: Client, case_id: str) -> Case | None:
    found = await workflow_of(client, case_id).query("case", result_type=dict)
    return None if found is None else Case.model_validate(found)


async def known_waiting(client: Client, case_id: str) -> Waiting:
    found: Waiting = await workflow_of(client, case_id).query("waiting", result_type=Waiting)
    return found


async def until(holds: Callable[[], Awaitable[bool]], within: float = 60) -> None:
    """Wait until something holds, which other processes see to."""
    give_up_at = asyncio.get_running_loop().time() + within
    while not await holds():
        assert asyncio.get_running_loop().time() < give_up_at, f"waited {within} seconds in vain"
        await asyncio.sleep(0.05)
