"""Cases that wait, a few of them: whether it is measured what is promised, never how fast it was."""

import math
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from bench.waiting.__main__ import FULL, Found, Size, measure, promises

TINY = Size(cases=30, due=20, until_midnight=80, rests_for=2, gives_up_after=20)
GOOD = Found(worker_kib=50, server_kib=60, at_rest=1.5, drained=12, acts=(0.1,) * 100)


def measured(folder):
    """What is found as it is, and with nothing let happen: side by side, for both mostly wait for midnight.

    Each in a process of its own, whose time zone does not stay with these tests.
    """
    folders = [folder / name for name in ("sound", "unheard")]
    for each in folders:
        each.mkdir()
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        sound = pool.submit(measure, TINY, folders[0])
        unheard = pool.submit(measure, TINY, folders[1], unheard=True)
        return sound.result(), unheard.result()


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
        ({"acts": (0.1,) * 90 + (3.0,) * 10}, "waiting.acts"),
        ({"acts": ()}, "waiting.acts"),
    ],
)
def test_each_promise_is_missed_by_its_own_figure(worse, which):
    assert missed(**worse) == {which}


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.xdist_group("whole-house")
def test_what_is_due_at_midnight_is_recorded_while_people_act_and_missed_where_it_is_unheard(
    tmp_path,
):
    found, unheard = measured(tmp_path)
    assert 0 <= found.drained < TINY.gives_up_after
    assert found.at_rest > 0
    assert found.worker_kib > 0
    assert found.server_kib > 0
    assert found.acts
    kept = {promise.id: promise.kept for promise in promises(TINY, unheard)}
    assert kept["waiting.drain"] is False
