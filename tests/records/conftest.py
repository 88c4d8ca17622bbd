import pytest

from tests.databases import *  # noqa: F403 - fixtures are found by their names
from tests.records.organisations import an_organisation
from tests.records.walks import start


@pytest.fixture
def begun(database):
    """A database with an organisation and one case, started."""
    database.write_now(an_organisation)
    database.write_now(start)
    return database
