"""Start a program that ends when the one who started it does: `python tether.py PARENT PROGRAM ARGUMENTS…`.

Where the kernel offers it (Linux), the parent's death becomes a SIGTERM for the program, which keeps this
across exec. Elsewhere the program is simply run. Only the standard library: this runs before every child.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with(parent: int) -> None:
    """Have the kernel send this process a SIGTERM when its parent ends; leave at once where it has."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            sys.exit("the starting process is gone")


def main(parent: int, program: list[str]) -> None:
    """Tie this process to `parent` and become the program."""
    die_with(parent)
    os.execvp(program[0], program)  # noqa: S606 - to become that program is the purpose


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
