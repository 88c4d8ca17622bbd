import pytest

from records.post_notes import told_otherwise
from tests.api.world import a_world
from tests.databases import *  # noqa: F403 - fixtures are found by their names


@pytest.fixture
async def world(sqlite_database):
    """The small organisation on SQLite."""
    made = await a_world(sqlite_database)
    yield made
    await made.client.aclose()
    # Whatever was done to posts and delegations was noted with it.
    assert sqlite_database.read_now(lambda connection: list(told_otherwise(connection))) == []


@pytest.fixture
async def world_on_both(database):
    """The small organisation, once on SQLite and once on PostgreSQL."""
    made = await a_world(database)
    yield made
    await made.client.aclose()
    assert database.read_now(lambda connection: list(told_otherwise(connection))) == []
