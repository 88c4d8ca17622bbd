"""Workers that say which build they are."""

from __future__ import annotations

import asyncio
import subprocess

import pytest
from temporalio.service import RPCError

from services.connecting import connect
from services.documents import StoredDocuments
from services.driving import Driver
from settings import Settings, SettingsError, read_settings
from tests.journeys.household import known_case, until
from tests.services.keeping import LIBRARY, fill
from tests.temporal_server import program
from worker import a_worker
from workflows.definitions import KNOWN


async def test_cases_are_driven_by_the_build_that_is_current(sqlite_database, temporal):
    KNOWN.fill(LIBRARY)
    await fill(sqlite_database, StoredDocuments.at("memory:///"), cases=2)
    settings = Settings(temporal_deployment="accede", temporal_build_id="0.2.0")
    client = await connect(temporal.address, lazy=False)
    async with (
        Driver(client, sqlite_database, relay_every=0.2, relay_after=0) as driver,
        a_worker(client, sqlite_database, LIBRARY, settings=settings, driver=driver),
    ):

        async def is_driven() -> bool:
            try:
                return await asyncio.wait_for(known_case(client, "case-0"), 3) is not None
            except (RPCError, TimeoutError):
                return False

        async def is_current() -> bool:
            chosen = ["--deployment-name", "accede", "--build-id", "0.2.0", "--address", temporal.address]
            asked = [program("temporal"), "worker", "deployment", "set-current-version", *chosen, "--yes"]
            done = await asyncio.to_thread(subprocess.run, asked, capture_output=True, check=False)
            return done.returncode == 0

        assert not await is_driven()
        await until(is_current, within=60)
        await until(is_driven, within=60)
        found = await client.get_workflow_handle("case/case-0").describe()
        version = found.raw_description.workflow_execution_info.versioning_info.deployment_version
        assert (version.deployment_name, version.build_id) == ("accede", "0.2.0")


def test_a_build_without_its_deployment_is_told(monkeypatch):
    with pytest.raises(SettingsError, match="TEMPORAL_BUILD_ID go together"):
        read_settings(temporal_deployment="accede")
