"""Storms of one key, a rolling restart, a held lock, a full disk: the small version of the trials."""

from __future__ import annotations

import pytest

from bench.chaos.trials import __main__ as trials
from bench.chaos.trials.disks import NeedsRoot

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("chaos"), pytest.mark.timeout(400)]


def missed(promises):
    """The lines of those that were not kept; the ids of all, to see that none was left out."""
    return [promise.line() for promise in promises if not promise.kept], {each.id for each in promises}


@pytest.mark.postgres
def test_storms_of_one_key_and_a_rolling_restart_lose_double_and_change_nothing():
    lines, ids = missed(trials.run_one("small-postgresql", seed=20))
    assert lines == []
    assert {"small.findings", "small.failed", "storm.different", "storm.refused", "rolling.restarts"} <= ids


def test_a_storm_a_held_lock_and_a_full_disk_lose_double_and_change_nothing():
    try:
        lines, ids = missed(trials.run_one("small-sqlite", seed=20))
    except NeedsRoot as missing:
        pytest.skip(f"NO DISK WAS FILLED, so a full disk is NOT tested here: {missing}")
    assert lines == []
    assert {"small.findings", "storm.different", "lock.recovered", "disk.named", "disk.recovered"} <= ids
