"""The measurement itself, for a moment: whether it runs and its counts agree, never how fast it was."""

import time

import pytest

from bench.act.measuring import measure
from bench.act.organisation import Organisation
from bench.act.others import Plain
from bench.act.ours import AccedeApart
from bench.act.promised import promises
from bench.act.systems import AtWork

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
SECONDS = 1.0


async def a_round_of(system):
    return await measure(system, callers=2, seconds=SECONDS)


def kept(results):
    return {promise.id: promise.kept for promise in promises(results)}


async def test_acts_of_ours_are_in_the_rows_every_effect_is_done_and_without_a_worker_a_backlog_is_seen(
    tmp_path,
):
    folder = tmp_path / "ours"
    system = AccedeApart(folder, Organisation(1, 400), f"sqlite:///{folder / 'rows.db'}", workers=1)
    await system.start()
    try:
        await system.prepare(cases=300)
        found = await a_round_of(system)
        assert found.acts > 0
        assert set(found.cpu) == {"client", "api", "worker", "server"}
        assert kept({("sqlite", "accede", 2): [found]}) == {"acts-in-the-rows": True, "effects-done": True}

        await system.lose_workers()
        system.patience = 1.0
        found = await a_round_of(system)
        assert found.left > 0
        assert kept({("sqlite", "accede", 2): [found]}) == {"acts-in-the-rows": True, "effects-done": False}
    finally:
        await system.stop()


class Slow(Plain):
    """Says that an engine of its was at work for a while after the last answer."""

    async def at_work(self, cases):
        assert cases
        return AtWork(left=3, until=time.monotonic() + 60)


async def a_round_of_a_plain_one(kind, folder):
    system = kind(folder, Organisation(1, 400), f"sqlite:///{folder / 'rows.db'}")
    await system.start()
    try:
        await system.prepare(cases=400)
        return await a_round_of(system)
    finally:
        await system.stop()


async def test_a_round_lasts_as_long_as_its_engine_was_at_work(tmp_path):
    found = await a_round_of_a_plain_one(Slow, tmp_path / "slow")
    assert found.settling > 59
    assert found.left == 3
    assert found.per_second < found.acknowledged_per_second / 30


async def test_acts_of_a_plain_service_are_in_its_rows(tmp_path):
    found = await a_round_of_a_plain_one(Plain, tmp_path / "plain")
    assert found.acts > 0
    assert kept({("sqlite", "plain", 2): [found]}) == {"acts-in-the-rows": True}
