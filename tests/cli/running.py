"""Runs the `accede` command as people do, in a process of its own."""

import os
import subprocess
import sys

from tests.cli.forks import Forks

COMMAND = (sys.executable, "-P", "-m", "cli")
_FORKS = Forks()


def environment(**given):
    """The environment without anybody's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ACCEDE_")}
    return {
        **kept,
        "COLUMNS": "200",
        **{f"ACCEDE_{name.upper()}": str(value) for name, value in given.items()},
    }


def accede(*arguments, within=240, **settings):
    """Run a command to its end; settings are given by their names."""
    return _FORKS.run(arguments, environment(**settings), within)


def accede_running(*arguments, log, **settings):
    """Start a command beside the test, and return it; all it says goes to the end of a file."""
    return _FORKS.start(arguments, environment(**settings), log, log)


def accede_anew(*arguments, within=240, **settings):
    """The same by a Python that has loaded nothing yet, as the shell starts it."""
    return subprocess.run(
        [*COMMAND, *arguments],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=within,
        env=environment(**settings),
    )
