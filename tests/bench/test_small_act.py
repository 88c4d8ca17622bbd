"""The measurement itself, for a moment: whether it runs and its counts agree, never how fast it was."""

import pytest

from bench.act.measuring import measure
from bench.act.organisation import Organisation
from bench.act.others import Plain
from bench.act.ours import AccedeApart
from bench.act.promised import promises

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240), pytest.mark.xdist_group("whole-house")]
ACTS_IN_A_WALK = 5


async def a_round_of(system, cases):
    await system.start()
    try:
        await system.prepare(cases)
        return await measure(system, callers=2, seconds=1.5)
    finally:
        await system.stop()


def kept(results):
    return {promise.id: promise.kept for promise in promises(results)}


async def test_acts_of_ours_are_in_the_rows_and_every_effect_is_done(tmp_path):
    folder = tmp_path / "ours"
    system = AccedeApart(folder, Organisation(1, 200), f"sqlite:///{folder / 'rows.db'}", workers=1)
    found = await a_round_of(system, cases=150)
    assert found.acts > 0
    assert set(found.cpu) == {"client", "api", "worker", "server"}
    assert kept({("sqlite", "accede", 2): [found]}) == {"acts-in-the-rows": True, "effects-done": True}


async def test_acts_of_a_plain_service_are_in_its_rows(tmp_path):
    folder = tmp_path / "plain"
    system = Plain(folder, Organisation(1, 800), f"sqlite:///{folder / 'rows.db'}")
    found = await a_round_of(system, cases=800)
    assert found.acts > ACTS_IN_A_WALK
    assert kept({("sqlite", "plain", 2): [found]}) == {"acts-in-the-rows": True}


async def test_without_a_worker_the_backlog_is_seen(tmp_path):
    folder = tmp_path / "planted"
    system = AccedeApart(folder, Organisation(1, 200), f"sqlite:///{folder / 'rows.db'}", workers=0)
    system.patience = 2.0
    found = await a_round_of(system, cases=150)
    assert found.left > 0
    assert kept({("sqlite", "accede", 2): [found]}) == {"acts-in-the-rows": True, "effects-done": False}
