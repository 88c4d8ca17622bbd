import pytest_asyncio

from api.app import Door
from tests.api.world import a_world
from tests.databases import *  # noqa: F403 - fixtures are found by their names
from tests.web.browsers import *  # noqa: F403 - the same
from tests.web.furnished import (
    FurnishedSite,
    everybody_reads_english,
    everything_is_called_markup,
    furnish,
    opened,
)
from tests.web.site import Site, a_stage


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stage():
    """The server of this process of the tests."""
    async with a_stage() as served:
        yield served


@pytest_asyncio.fixture(loop_scope="session")
async def site(stage, sqlite_database):
    """The small organisation, where a browser finds it."""
    world = await a_world(sqlite_database, Door(public_url=stage.address))
    stage.shown = world.client._transport.app  # type: ignore[attr-defined]  # of ASGI, as a_world makes it
    yield Site(world, stage.address)
    await world.client.aclose()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def furnished(migrated_sqlite, tmp_path_factory):
    """Something in every corner, for tests that change nothing. People read Chinese."""
    async with opened(migrated_sqlite, tmp_path_factory) as world:
        yield await furnish(world)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def furnished_in_english(migrated_sqlite, tmp_path_factory):
    """The same, where everybody reads English."""
    async with opened(migrated_sqlite, tmp_path_factory) as world:
        await world.parts.database.write(everybody_reads_english)
        yield await furnish(world)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def furnished_with_markup(migrated_sqlite, tmp_path_factory):
    """The same, where all names are what somebody who means harm would be called."""
    async with opened(migrated_sqlite, tmp_path_factory) as world:
        await world.parts.database.write(everything_is_called_markup)
        yield await furnish(world)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def furnished_to_look_at(migrated_sqlite, tmp_path_factory):
    """The same once more: who looks at it in a browser reads now one language and now the other."""
    async with opened(migrated_sqlite, tmp_path_factory) as world:
        yield await furnish(world)


@pytest_asyncio.fixture(loop_scope="session")
async def furnished_site(stage, furnished_to_look_at):
    """The furnished world, where a browser finds it."""
    stage.shown = furnished_to_look_at.world.client._transport.app
    return FurnishedSite(furnished_to_look_at, stage.address)
