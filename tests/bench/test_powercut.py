"""The power of a whole installation is cut under load: the small version of `make powercut`."""

import pytest

from bench.powercut import __main__ as powercut
from bench.powercut.machine import Machine, NoFuse, check_fuse

CALLERS = 3
"""Half as many as the long version has: each logs in as everybody, which costs more than an act."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    try:
        check_fuse()
    except NoFuse as missing:
        pytest.skip(f"NO POWER WAS CUT, so power cuts are NOT tested here: {missing}")
    machine = Machine(tmp_path_factory.mktemp("powercut") / "first")
    machine.prepare()
    return machine


def test_nothing_acknowledged_is_lost_when_the_power_goes(prepared, tmp_path):
    machine = prepared.copied(tmp_path / "honest", weak=False)
    found, ledger = powercut.cut_again_and_again(machine, 2, seed=20, callers=CALLERS)
    missed = [one.line() for one in powercut.promises(found, ledger, 2) if not one.kept]
    assert missed == [], (found, ledger.refusals[:5])


def test_a_record_that_waits_for_no_commit_is_seen_to_lose(prepared, tmp_path):
    machine = prepared.copied(tmp_path / "weak", weak=True)
    found, _ = powercut.cut_again_and_again(machine, 6, seed=20, callers=CALLERS)
    assert found.lost
