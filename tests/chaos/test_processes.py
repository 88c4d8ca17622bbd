"""Programs the harness owns: started again at once, and gone when the harness is, however it went."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

from bench.chaos.processes import Program

PROJECT = Path(__file__).resolve().parents[2]
SLEEPER = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]


def a_program(tmp_path: Path) -> Program:
    return Program(name="sleeper", argv=SLEEPER, env=os.environ, log=tmp_path / "log", cwd=tmp_path)


async def until(holds, within=10.0):
    async with asyncio.timeout(within):
        while not holds():  # noqa: ASYNC110 - asks about other processes
            await asyncio.sleep(0.02)


def is_gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    # Nobody may have asked for its exit code yet.
    return state == "Z"


async def test_a_program_that_was_killed_is_started_again(tmp_path):
    program = a_program(tmp_path)
    await program.start()
    first = program.send(signal.SIGKILL)
    await until(lambda: program.starts == 2 and program.pid is not None)
    assert program.pid != first
    await program.stop()
    assert program.pid is None


async def test_a_program_that_is_held_back_stays_down_until_it_may_come_back(tmp_path):
    program = a_program(tmp_path)
    await program.start()
    program.held_back = True
    program.send(signal.SIGKILL)
    await until(lambda: program.pid is None)
    await asyncio.sleep(0.5)
    assert program.starts == 1
    program.held_back = False
    await until(lambda: program.starts == 2)
    await program.stop()


async def test_a_stopped_program_is_ended_all_the_same(tmp_path):
    program = a_program(tmp_path)
    await program.start()
    program.send(signal.SIGSTOP)
    await asyncio.wait_for(program.stop(), 10)
    assert program.pid is None


async def test_programs_die_with_the_harness_that_started_them(tmp_path):
    script = f"""
import asyncio, os, pathlib
from bench.chaos.processes import Program
async def main():
    program = Program(name="s", argv={SLEEPER!r}, env=os.environ, log=pathlib.Path({str(tmp_path / "log")!r}),
                      cwd=pathlib.Path("/"))
    await program.start()
    print(program.pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
    harness = subprocess.Popen(  # noqa: ASYNC220 - one line is read of it
        [sys.executable, "-c", script], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    assert harness.stdout is not None
    with harness.stdout as said:
        pid = int(said.readline())
        assert not is_gone(pid)
        harness.kill()
        harness.wait()
    await until(lambda: is_gone(pid))
