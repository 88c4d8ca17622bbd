"""Cases that wait, a few of them: whether it is measured what is promised, never how fast it was."""

import math
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context

import pytest

from bench.waiting.__main__ import FULL, Found, Size, measure, promises, until_recorded
from bench.waiting.resting import rest, settled, shares

TINY = Size(cases=12, due=8, until_midnight=75, settles_for=2, rests_for=2, gives_up_after=60)
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


LOOKS = 2**-7
"""Seconds between two looks, of which every multiple is a number without a rest."""
LONG_AGO, LATER = datetime(2025, 1, 1, tzinfo=UTC), datetime.now(UTC) + timedelta(days=1)


class Used:
    """Processes that have used so much when they are asked one time after the other, and then no more."""

    def __init__(self, *seconds):
        self.seconds = list(seconds)
        self.asked = 0

    def cpu(self):
        self.asked += 1
        if len(self.seconds) > 1:
            return {"temporal": self.seconds.pop(0), "api": 1.0}
        return {"temporal": self.seconds[0], "api": 1.0}


async def test_it_is_settled_once_little_was_done_for_long_enough_in_a_row():
    busy = Used(0.0, 0.0, 0.0, 1.0, 2.0)
    await settled(busy, LATER, 3 * LOOKS, looks=LOOKS)
    # Two calm looks, two that were not, and then three in a row.
    assert busy.asked == 1 + 2 + 2 + 3


async def test_what_never_settles_is_given_up_at_midnight():
    with pytest.raises(RuntimeError, match="until-midnight"):
        await settled(Used(*map(float, range(50))), LONG_AGO, LOOKS, looks=LOOKS)


async def test_nobody_rests_beyond_midnight():
    with pytest.raises(RuntimeError, match="until-midnight"):
        await rest(Used(0.0), LONG_AGO, 1)


def test_each_process_has_its_share_of_a_core():
    assert shares({"temporal": 1.0, "api": 5.0}, {"temporal": 2.2, "api": 5.06}, 60) == {
        "temporal": 2.0,
        "api": 0.1,
    }


def test_the_line_says_what_each_process_used_at_rest():
    found = Found(**{**vars(GOOD), "rest_cpu": {"temporal": 1.2, "worker-1": 0.3}})
    says = {promise.id: promise.says for promise in promises(FULL, found)}
    assert says["waiting.rest"] == "10000 open cases: at rest (temporal 1.20, worker-1 0.30)"


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
    assert set(found.rest_cpu) == {"temporal", "worker-1", "worker-2", "api"}
    assert all(found.told_cpu.values())
    assert found.worker_kib > 0
    assert found.server_kib > 0
    assert found.acts
