"""How a measurement ends when it is told to: whatever it started ends with it."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Final

TOLD: Final = 130
"""The exit code of a measurement that was told to end."""
_PATIENCE: Final = 60.0
"""Seconds a part may take to stop what it started."""


def ended(main: Callable[[], int]) -> int:
    """Run a measurement and return its exit code; TERM ends it as Ctrl-C does, which stops what it started.

    By itself TERM would end the process on the spot, and servers and workers would stay behind. A shell
    starts what it runs in the background with INT ignored, and neither would end it: INT is heard again here.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _end)
    try:
        return main()
    except KeyboardInterrupt:
        return TOLD


def run_part(program: Sequence[str]) -> int:
    """Run a program and return its exit code; where this process is told to end, the program is as well.

    It is out of the terminal's reach, so that it hears of the end once, from here. Raises KeyboardInterrupt.
    """
    part = subprocess.Popen(program, process_group=0)
    try:
        return part.wait()
    except KeyboardInterrupt:
        part.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            part.wait(_PATIENCE)
        raise
    finally:
        if part.poll() is None:
            part.kill()
            part.wait()


def _end(_signal: int, _frame: FrameType | None) -> None:
    # Once is enough: a second time would break off the stopping itself.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.raise_signal(signal.SIGINT)
