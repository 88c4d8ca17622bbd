"""Cases that wait, a few of them: whether it is measured what is promised, never how fast it was."""

import math
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing import get_context

import pytest

from bench.waiting.__main__ import FULL, Found, Size, measure, promises, until_recorded

TINY = Size(cases=12, due=8, until_midnight=75, rests_for=2, gives_up_after=60)
BUSY = replace(TINY, until_midnight=240, gives_up_after=120)
"""The same where other programs keep the machine from having all cases open in time."""
GOOD = Found(worker_kib=50, server_kib=60, at_rest=1.5, drained=12, all_told=40, acts=(0.1,) * 100)


def measured(size, folder):
    """What is found, in a process of its own, whose time zone does not stay with these tests."""
    folder.mkdir()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, size, folder).result()


def missed(**worse):
    found = Found(**{**vars(GOOD), **worse})
    return {promise.id for promise in promises(FULL, found) if not promise.kept}


def test_what_is_good_enough_keeps_every_promise():
    assert missed() == set()


@pytest.mark.parametrize(
    "worse, which",
    [
        ({"worker_kib": 120.0}, "waiting.worker"),
        ({"server_kib": 200.0}, "waiting.server"),
        ({"at_rest": 2.1}, "waiting.rest"),
        ({"drained": 20.5}, "waiting.drain"),
        ({"drained": math.inf}, "waiting.drain"),
        ({"all_told": 61.0}, "waiting.told"),
        ({"all_told": math.inf}, "waiting.told"),
        ({"acts": (0.1,) * 90 + (3.0,) * 10}, "waiting.acts"),
        ({"acts": ()}, "waiting.acts"),
    ],
)
def test_each_promise_is_missed_by_its_own_figure(worse, which):
    assert missed(**worse) == {which}


async def test_a_moment_that_nobody_records_is_never_drained(sqlite_database):
    assert await until_recorded(sqlite_database, datetime.now(UTC), due=1, within=0) == math.inf
    assert missed(drained=math.inf) == {"waiting.drain"}


@pytest.mark.slow
@pytest.mark.timeout(700)
def test_what_is_due_at_midnight_is_recorded_while_people_act(tmp_path):
    try:
        found = measured(TINY, tmp_path / "soon")
    except RuntimeError:
        # Midnight came too soon.
        found = measured(BUSY, tmp_path / "later")
    assert 0 <= found.drained < BUSY.gives_up_after
    assert found.drained <= found.all_told < math.inf
    # So little is done at rest that a few seconds may hold no tick of the clock that counts it.
    assert found.at_rest >= 0
    assert all(found.told_cpu.values())
    assert found.worker_kib > 0
    assert found.server_kib > 0
    assert found.acts
