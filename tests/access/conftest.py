import pytest

from tests.access.scenes import seeded
from tests.access.table import the_table
from tests.databases import *  # noqa: F403 - fixtures are found by their names


@pytest.fixture(scope="module")
def scene(shared_database):
    """Everybody of the table, once on SQLite and once on PostgreSQL."""
    return seeded(shared_database, the_table())
