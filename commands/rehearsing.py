"""Rehearsing on the real thing: workflow, activities and record, on a server that skips time.

The pure runner goes first and says what each act is, with everything filled in. Here the same acts go through
the services into a database, the workflow hears of them, its timers fire on their days, and what was recorded
is compared with what the pure runner came to, event by event.
"""

from __future__ import annotations

import asyncio
import time as wall
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from shutil import copyfile
from zoneinfo import ZoneInfo

from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.testing import WorkflowEnvironment

from commands.agreeing import differences
from commands.embedded import program
from commands.failures import CommandFailed
from commands.playing import Player
from commands.scenery import build
from commands.virtual_time import ShiftedRunner, VirtualTime
from domain import rehearsing
from domain.library import Library
from domain.moments import start_of
from domain.rehearsing import Timeline
from domain.scenarios import Scenario
from records import migrating
from records.database import Database
from services.calendars import working_calendar
from services.documents import StoredDocuments
from services.driving import Driver
from services.parts import Parts
from services.passwords import Passwords
from settings import Settings, read_settings
from worker import a_worker
from workflows.definitions import KNOWN
from workflows.payloads import CONVERTER

_CLOSING_TIME = time(20, 0)


@dataclass(frozen=True)
class Rehearsed:
    """What came of one scenario on the real thing."""

    scenario: str
    timeline: Timeline
    unmet: tuple[str, ...]
    """Every expectation that was not met, and every difference from the pure runner; a sentence each."""
    lasted: float
    """Seconds."""


class RehearsalDriver(Driver):
    """Tells the cases' workflows. The courier stays asleep: he would go round every ten virtual minutes."""

    def wake(self) -> None:
        """Do nothing."""

    async def told(self) -> None:
        """Wait until everything that was recorded has been told."""
        self._gathering.hurry()
        while not self._gathering.is_empty:  # noqa: ASYNC110 - for a moment only
            await asyncio.sleep(0.002)


_TRIES = 3


async def _time_skipping() -> WorkflowEnvironment:
    """Return a server whose time we turn.

    It is given five seconds to start, which may be too few while the machine does other things: then it is
    asked again. Raises CommandFailed when it never starts.
    """
    quiet = LoggingConfig(filter=TelemetryFilter(core_level="ERROR", other_level="ERROR"))
    runtime = Runtime(telemetry=TelemetryConfig(logging=quiet))
    for tries_left in reversed(range(_TRIES)):
        try:
            return await WorkflowEnvironment.start_time_skipping(
                test_server_existing_path=program("temporal-test-server"),
                data_converter=CONVERTER,
                runtime=runtime,
            )
        except RuntimeError as refused:
            if not tries_left:
                raise CommandFailed(f"the server for rehearsals did not start: {refused}") from refused
    raise AssertionError("there is at least one try")


class Rehearsals:
    """An open server for rehearsals, one after the other. Make one with `opened`."""

    def __init__(self, environment: WorkflowEnvironment, library: Library, folder: Path) -> None:
        """Take the server, what was published, and a folder for databases."""
        self._environment = environment
        self._library = library
        self._folder = folder
        self._time = VirtualTime(environment)
        self._empty = folder / "empty.db"
        # Made once: it takes a tenth of a second, on purpose.
        self._passwords = Passwords()
        self._number = 0

    @classmethod
    @asynccontextmanager
    async def opened(cls, library: Library, folder: Path) -> AsyncIterator[Rehearsals]:
        """Start the server, and stop it at the end of the block. Raises CommandFailed where it is missing."""
        environment = await _time_skipping()
        async with environment:
            with environment.auto_time_skipping_disabled():
                rehearsals = cls(environment, library, folder)
                await asyncio.to_thread(migrating.upgrade, f"sqlite:///{rehearsals._empty}")
                KNOWN.fill(library)
                yield rehearsals

    async def rehearse(self, process: str, name: str, scenario: Scenario) -> Rehearsed:
        """Rehearse one scenario. Raises UnknownProcess where no version was in force on its first day."""
        began = wall.monotonic()
        edition = self._library.for_start(process, scenario.opening.on)
        calendar = working_calendar(edition.calendar, scenario.opening.on)
        expected = rehearsing.run(edition, scenario, calendar)
        self._number += 1
        async with self._stage(scenario, edition.time_zone) as (parts, driver):
            player = Player(parts, process, expected.asked[0].what.known.path[0].id)
            unmet = await self._play(scenario, expected, player, driver)
        return Rehearsed(name, expected, (*expected.unmet, *unmet), wall.monotonic() - began)

    async def _play(
        self, scenario: Scenario, expected: Timeline, player: Player, driver: RehearsalDriver
    ) -> tuple[str, ...]:
        unmet: list[str] = []
        await self._time.begin(expected.asked[0].at - timedelta(seconds=2))
        for asked in expected.asked:
            await self._skip(driver, asked.at)
            unmet.extend(await player.perform(asked))
        if scenario.ends.on is not None:
            await self._skip(driver, start_of(scenario.ends.on, player.time_zone, _CLOSING_TIME))
        await driver.told()
        found = await differences(self._environment.client, player, expected)
        return (*unmet, *found)

    async def _skip(self, driver: RehearsalDriver, moment: datetime) -> None:
        await driver.told()
        await self._time.skip_to(moment)

    @asynccontextmanager
    async def _stage(self, scenario: Scenario, zone: str) -> AsyncIterator[tuple[Parts, RehearsalDriver]]:
        """Open a record with the scenario's organisation in it, and a worker on it."""
        settings = self._settings(zone)
        client = self._environment.client
        async with AsyncExitStack() as closing:
            database = Database.open(settings.database_url)
            closing.push_async_callback(database.close)
            await database.write(lambda connection: build(connection, scenario.organisation))
            driver = await closing.enter_async_context(
                RehearsalDriver(
                    client, database, task_queue=settings.task_queue, relay_every=0, clock=self._time.now
                )
            )
            await closing.enter_async_context(
                a_worker(
                    client,
                    database,
                    self._library,
                    settings=settings,
                    driver=driver,
                    clock=self._time.now,
                    runner=ShiftedRunner(self._time),
                    punctual=False,
                )
            )
            yield self._parts(database, driver, zone), driver

    def _parts(self, database: Database, driver: RehearsalDriver, zone: str) -> Parts:
        return Parts(
            database=database,
            library=self._library,
            documents=StoredDocuments.at("memory:///"),
            calendars=working_calendar,
            clock=self._time.now,
            driver=driver,
            passwords=self._passwords,
            zone=ZoneInfo(zone),
        )

    def _settings(self, zone: str) -> Settings:
        """Return the settings of one scenario: a database and a task queue of its own."""
        file = self._folder / f"{self._number}.db"
        copyfile(self._empty, file)
        return read_settings(
            data_dir=self._folder,
            database_url=f"sqlite:///{file}",
            task_queue=f"rehearsal-{self._number}",
            smtp_url=None,
            time_zone=zone,
        )
