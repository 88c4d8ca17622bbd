import pytest_asyncio

from api.app import Door
from tests.api.world import a_world
from tests.databases import *  # noqa: F403 - fixtures are found by their names
from tests.web.browsers import *  # noqa: F403 - the same
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
