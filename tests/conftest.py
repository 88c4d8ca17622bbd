"""What holds for the tests of every room: which stay together, which come first, and a sign of life."""

import pytest
from hypothesis import settings

from tests.progress import Progress

# How long one example takes depends on what else the machine does: no test judges it.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

FIRST = ("chaos", "whole-house", "household", "rehearsals")
"""Groups that take a minute or more: begun last, they would be waited for by processes with nothing to do."""


def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Progress(config))


# Before xdist reads the groups.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if shared := _made_once_for_its_module(item):
            item.add_marker(pytest.mark.xdist_group(shared))
    items.sort(key=_rank)


def _made_once_for_its_module(item):
    """A name for the tests that share something of their module; none where one is in a group already."""
    if item.get_closest_marker("xdist_group") is not None:
        return None
    scopes = {made.scope for fixtures in item._fixtureinfo.name2fixturedefs.values() for made in fixtures}
    if not scopes & {"module", "package", "class"}:
        return None
    calls = getattr(item, "callspec", None)
    kind = next((kind for kind in ("sqlite", "postgresql") if calls and kind in calls.id.split("-")), "")
    return f"{item.path.parent.name}/{item.path.stem} {kind}".strip()


def _rank(item):
    """Where a test stands in the order in which tests are handed out."""
    group = item.get_closest_marker("xdist_group")
    if group is not None and group.args[0] in FIRST:
        return FIRST.index(group.args[0])
    return len(FIRST) + (item.get_closest_marker("slow") is None)
