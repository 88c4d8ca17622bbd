"""The whole product as processes, killed under load; and proof that the checker would have noticed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bench.chaos import planting
from bench.chaos.checker.findings import KINDS
from bench.chaos.trials import __main__ as trials

PROJECT = Path(__file__).resolve().parents[2]
WITHIN = 540
"""Seconds; a minute and a half is enough on a machine that has nothing else to do."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(WITHIN + 30)]


def chaos(*arguments: str) -> tuple[int, str]:
    """Run `python -m bench.chaos`; return its exit code and what it said, the seed first."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.chaos", *arguments],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        process_group=0,
    )
    try:
        said, _ = process.communicate(timeout=WITHIN)
    except subprocess.TimeoutExpired:
        # The programs it started go with it, by the kernel.
        os.killpg(process.pid, signal.SIGKILL)
        said, _ = process.communicate()
    sys.stdout.write(said)
    return process.returncode, said


@pytest.mark.postgres
def test_twenty_five_kills_storms_and_a_rolling_restart_lose_double_and_change_nothing():
    code, said = chaos("--small")
    assert code == 0, said
    results = json.loads((PROJECT / "bench" / "results" / "chaos.json").read_text("utf-8"))
    found = results["details"]
    assert [found["verdict"][kind] for kind in KINDS] == [0] * len(KINDS)
    assert found["faults"]["kill"] == 25
    assert found["verdict"]["compared"]["acknowledged"] >= 300
    assert found["verdict"]["compared"]["workflows"] >= 20
    assert found["verdict"]["compared"]["deadlines"] >= 8
    ids = {each["id"] for each in results["promises"]}
    assert {"storm.different", "storm.refused", "rolling.restarts"} <= ids


def test_a_storm_a_held_lock_and_a_full_disk_harm_nothing_and_whatever_is_planted_then_is_found():
    promises = trials.run_one("small-sqlite", seed=20)
    assert [promise.line() for promise in promises if not promise.kept] == []
    ids = {each.id for each in promises}
    assert {"small.findings", "small.failed", "storm.different", "lock.recovered"} <= ids
    assert {f"prove.{fault}" for fault in planting.EXPECTED} <= ids
    if not {"disk.named", "disk.recovered"} <= ids:
        pytest.skip("NO DISK WAS FILLED, so a full disk is NOT tested here: only root can mount one")
