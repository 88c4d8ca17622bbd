from tests.databases import *  # noqa: F403 - fixtures are found by their names
