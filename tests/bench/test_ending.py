"""A measurement that is told to end: whatever it started ends with it."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
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
IN_THE_BACKGROUND = ["sh", "-c", 'trap "" INT; exec "$@"', "sh"]
"""As a shell starts what it does not wait for: INT is ignored."""


def is_there(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@contextmanager
def running(argv, folder):
    """A process, and the id of the child that what it measures has started."""
    process = subprocess.Popen(argv, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})
    told = folder / "child"
    give_up_at = time.monotonic() + 60
    try:
        while not (told.exists() and told.read_text("ascii")):
            assert process.poll() is None
            assert time.monotonic() < give_up_at
            time.sleep(0.02)
        yield process, int(told.read_text("ascii"))
    finally:
        process.kill()
        process.wait()


def measuring_in(folder):
    """What runs a measurement that starts a child and waits."""
    measuring = folder / "measuring.py"
    measuring.write_text(MEASURING, "utf-8")
    return [sys.executable, str(measuring), str(folder)]


@pytest.mark.timeout(150)
@pytest.mark.parametrize("told_by", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("before", [[], IN_THE_BACKGROUND], ids=["in front", "in the background"])
def test_a_measurement_that_is_told_to_end_stops_what_it_started(tmp_path, told_by, before):
    with running([*before, *measuring_in(tmp_path)], tmp_path) as (process, child):
        assert is_there(child)
        process.send_signal(told_by)
        assert process.wait(60) == 130
        assert not is_there(child)


@pytest.mark.timeout(150)
def test_what_runs_all_parts_tells_the_part_that_runs_and_waits_for_it(tmp_path):
    runner = tmp_path / "runner.py"
    runner.write_text(RUNNER, "utf-8")
    python, *measuring = measuring_in(tmp_path)
    with running([python, str(runner), *measuring], tmp_path) as (process, child):
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 130
        assert not is_there(child)
