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

PROJECT = Path(__file__).resolve().parents[2]
WITHIN = 540
"""Seconds; three minutes are enough on a machine that has nothing else to do."""


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


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.xdist_group("chaos")
@pytest.mark.timeout(WITHIN + 30)
def test_twenty_five_kills_under_load_lose_double_and_change_nothing():
    code, said = chaos("--small")
    assert code == 0, said
    found = json.loads((PROJECT / "bench" / "results" / "chaos.json").read_text("utf-8"))["details"]
    assert [found["verdict"][kind] for kind in KINDS] == [0] * len(KINDS)
    assert found["faults"]["kill"] == 25
    assert found["verdict"]["compared"]["acknowledged"] >= 300
    assert found["verdict"]["compared"]["workflows"] >= 20
    assert found["verdict"]["compared"]["deadlines"] >= 8


@pytest.mark.slow
@pytest.mark.xdist_group("chaos")
@pytest.mark.timeout(WITHIN + 30)
def test_the_checker_finds_every_fault_that_is_planted_and_none_where_there_is_none():
    code, said = chaos("--prove")
    assert code == 0, said
    found = json.loads((PROJECT / "bench" / "results" / "chaos-prove.json").read_text("utf-8"))
    assert {each["id"] for each in found["promises"]} == {
        "prove.honest",
        *(f"prove.{fault}" for fault in planting.EXPECTED),
    }
