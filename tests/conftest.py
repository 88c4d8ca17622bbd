"""What holds for the tests of every room: which stay together, which come first, and a sign of life."""

import gc
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

from tests.progress import Progress
from tests.thorough import THOROUGH, examples

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - folders of our own are made in it, with names nobody can guess
ROOM = 4 * 2**30
"""Bytes that have to be free there."""

# How long one example takes depends on what else the machine does: no test judges it.
settings.register_profile("patient", deadline=None, max_examples=examples(40, 300))
settings.load_profile("patient")

WAITING = (
    "chaos/test_chaos",
    "bench/test_powercut",
    "bench/test_small_waiting",
    "bench/test_small_startup",
    "bench/test_small_pages",
)
"""Files whose tests mostly wait, for kills, power cuts, midnight and slow lines. They come first and
stay together: while one process waits, the others leave no processor idle. Spread over all of them, they
would."""
RETOLD = (
    "auditing/test_judging_again",
    "auditing/test_lives",
    "auditing/test_other_books",
    "auditing/test_rules",
    "processes/test_plain_words",
    "processes/test_scenarios",
)
"""Files whose tests look at scenarios that ship: in one process, each of them is run once for all."""
TINY = ("auditing", "domain", "patterns", "processes")
"""Rooms whose tests take milliseconds, as long as they are not thorough: each of their files is handed out
as a whole. To hand out thousands of tests one by one costs more than some of them."""
FIRST = (
    "journeys/test_up",
    "web/test_whole_case",
    "journeys/test_rehearsals",
    "bench/test_small_act",
)
"""Files whose tests take half a minute or more: begun last, they would be waited for by processes with
nothing to do. What is marked `slow` elsewhere comes after them."""


def _keep_files_in_memory():
    """Have everybody, programs that tests start too, make temporary files where no disk is waited for.

    To copy a database of hundreds of files costs a tenth there. What has to be safe from power cuts is
    tried on a disk of its own.
    """
    if "TMPDIR" not in os.environ and IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > ROOM:
        os.environ["TMPDIR"] = str(IN_MEMORY)
        tempfile.tempdir = None


_keep_files_in_memory()
# Until all tests are known nothing goes that came: what looks for garbage is set going after that.
gc.disable()


def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Progress(config))
        if config.getoption("numprocesses", None):
            # Its processes collect the tests, and it waits for them.
            gc.enable()


# Before xdist reads the groups.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    for item in items:
        if shared := _kept_together_with(item):
            item.add_marker(pytest.mark.xdist_group(shared))
    items.sort(key=_rank)
    if getattr(config.option, "loadgroup", False):
        for item in items:
            _name_with_its_group(item)


def pytest_collection_finish():
    gc.freeze()
    # As where the product serves: looking through what tests make took a twelfth of their time.
    gc.set_threshold(20_000, 10, 10)
    gc.enable()


def _name_with_its_group(item):
    """End the id of a test as xdist, which hands out tests by their ids, expects it for those in a group.

    It would do so itself, but writes the id where pytest 9.2 no longer reads it.
    """
    if group := item.get_closest_marker("xdist_group"):
        item._id = type(item.id).parse(f"{item.nodeid}@{group.args[0]}")
        # Otherwise what is made once for a module would be made in every process, and nobody would notice.
        assert item.nodeid.endswith(f"@{group.args[0]}"), "xdist is not told which tests stay together"


def _kept_together_with(item):
    """A name for tests that share something of their module, or wait; none for one that is in a group."""
    if item.get_closest_marker("xdist_group") is not None:
        return None
    if _file_of(item) in WAITING and item.get_closest_marker("slow"):
        return "waiting"
    if _file_of(item) in RETOLD:
        return "retold"
    if item.path.parent.name in TINY and not THOROUGH:
        return _file_of(item)
    scopes = {made.scope for fixtures in item._fixtureinfo.name2fixturedefs.values() for made in fixtures}
    if not scopes & {"module", "package", "class"}:
        return None
    calls = getattr(item, "callspec", None)
    kind = next((kind for kind in ("sqlite", "postgresql") if calls and kind in calls.id.split("-")), "")
    return f"{_file_of(item)} {kind}".strip()


def _rank(item):
    """Where a test stands in the order in which tests are handed out."""
    file, is_slow = _file_of(item), item.get_closest_marker("slow") is not None
    first = (*WAITING, *FIRST)
    if file in first and (is_slow or item.get_closest_marker("xdist_group")):
        return first.index(file)
    return len(first) + (not is_slow)


def _file_of(item):
    return f"{item.path.parent.name}/{item.path.stem}"
