"""A measurement that is told to end: whatever it started ends with it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MEASURING = """
import asyncio, os, sys
from pathlib import Path
from bench.act.running import Process
from bench.ending import ended

async def measure():
    sleeping = [sys.executable, "-c", "import time; time.sleep(300)"]
    child = Process("child", sleeping, Path(sys.argv[1]), os.environ)
    Path(sys.argv[1], "child").write_text(str(child.pid))
    try:
        await asyncio.sleep(300)
    finally:
        await asyncio.to_thread(child.stop)

def main():
    asyncio.run(measure())
    return 0

sys.exit(ended(main))
"""
RUNNER = """
import sys
from bench.ending import ended, run_part

sys.exit(ended(lambda: run_part([sys.executable, *sys.argv[1:]])))
"""


def is_there(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def started(argv, folder):
    """A process, and the id of the child that what it measures has started."""
    process = subprocess.Popen([sys.executable, *argv], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})
    told = folder / "child"
    give_up_at = time.monotonic() + 60
    while not (told.exists() and told.read_text("ascii")):
        assert process.poll() is None
        assert time.monotonic() < give_up_at
        time.sleep(0.02)
    return process, int(told.read_text("ascii"))


@pytest.mark.timeout(150)
@pytest.mark.parametrize("told_by", [signal.SIGTERM, signal.SIGINT])
def test_a_measurement_that_is_told_to_end_stops_what_it_started(tmp_path, told_by):
    measuring = tmp_path / "measuring.py"
    measuring.write_text(MEASURING, "utf-8")
    process, child = started([str(measuring), str(tmp_path)], tmp_path)
    assert is_there(child)
    process.send_signal(told_by)
    assert process.wait(60) == 130
    assert not is_there(child)


@pytest.mark.timeout(150)
def test_what_runs_all_parts_tells_the_part_that_runs_and_waits_for_it(tmp_path):
    measuring, runner = tmp_path / "measuring.py", tmp_path / "runner.py"
    measuring.write_text(MEASURING, "utf-8")
    runner.write_text(RUNNER, "utf-8")
    process, child = started([str(runner), str(measuring), str(tmp_path)], tmp_path)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 130
    assert not is_there(child)
