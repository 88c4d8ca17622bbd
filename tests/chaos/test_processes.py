"""Programs the harness owns: started again at once, and gone when the harness is, however it went."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bench.chaos.processes import Program
from bench.chaos.trials.rolling import roll
from bench.chaos.trials.staging import Stage

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
from bench.chaos.trials.rolling import roll
from bench.chaos.trials.staging import Stage
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


class AHousehold:
    """As many programs of ours as there are, without anything that could be lost."""

    def __init__(self, folder: Path, names: tuple[str, ...]) -> None:
        self._programs = [
            Program(name=name, argv=SLEEPER, env=os.environ, log=folder / name, cwd=folder) for name in names
        ]

    def named(self, kind: str) -> list[Program]:
        return [one for one in self._programs if one.name.startswith(kind)]

    async def until_ready(self) -> None:
        """Nothing else has to be there."""

    async def start(self) -> None:
        for one in self._programs:
            await one.start()

    async def stop(self) -> None:
        for one in self._programs:
            await one.stop()


@pytest.mark.parametrize("names", [("api-1", "worker-1", "worker-2"), ("api-1", "api-2", "worker-1")])
async def test_a_rolling_restart_promises_each_program_there_is_and_counts_those_that_came_back(
    tmp_path: Path, names: tuple[str, ...]
):
    household = AHousehold(tmp_path, names)
    await household.start()
    try:
        (promise,) = await roll(Stage(household, None, None), 2)  # type: ignore[arg-type]  # nothing else is asked
    finally:
        await household.stop()
    assert (promise.figure, promise.bound, promise.kept) == (6, 6, True)
