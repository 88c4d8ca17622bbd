"""`python -m bench.startup`: from a command on this machine to the first answer.

`accede up` in an empty folder and in one that was used, until the API answers that it is ready; and
`accede --help`. Wall-clock time, as somebody waits; the processor time of it all is told beside it, because
that is what remains the same on a busy machine.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.act.running import free_port
from bench.ending import ended
from bench.promises import RESULTS, Promise, report

UP_WITHIN = 8.0
"""Seconds from `accede up` to its first answer."""
HELP_WITHIN = 0.4
"""Seconds until `accede --help` has answered."""
_ACCEDE = (sys.executable, "-P", "-m", "cli")
_PATIENCE = 180.0
_STOPS_IN = 60.0
_LAGGARD = "import time\ntime.sleep(5)\n"
"""What the planted fault has every Python process do first."""


@dataclass(frozen=True)
class Start:
    """One start: seconds until the answer, and processor seconds until everything was stopped."""

    answered: float
    told: float
    """Seconds until `accede up` said that everything runs, the workers as well."""
    cpu: float


def main(arguments: Sequence[str] | None = None, *, into: Path = RESULTS) -> int:
    """Measure, print one line for each promise, leave results in a folder, and return the exit code."""
    parser = argparse.ArgumentParser(prog="bench.startup", description=__doc__)
    parser.add_argument("--small", action="store_true", help="one of each instead of several")
    parser.add_argument("--plant", choices=["laggard"], help="a fault that the promises must notice")
    asked = parser.parse_args(arguments)
    rounds = 1 if asked.small else 3
    with tempfile.TemporaryDirectory(prog := "accede-startup-") as scratch:
        environment = _environment(Path(scratch), plant=asked.plant is not None)
        helps = [_help(environment) for _ in range(2 * rounds - 1)]
        fresh, again = [], []
        for number in range(rounds):
            folder = Path(scratch) / f"{prog}{number}"
            fresh.append(_up(folder, environment))
            again.append(_up(folder, environment))
    details = {**_details(helps, fresh, again), "small": asked.small, "planted": asked.plant}
    return report("startup", _promises(helps, fresh, again), details, into=into)


def _promises(helps: Sequence[float], fresh: Sequence[Start], again: Sequence[Start]) -> list[Promise]:
    def median(starts: Sequence[Start]) -> float:
        return round(statistics.median(one.answered for one in starts), 2)

    return [
        Promise(
            "startup.fresh", "accede up in an empty folder to its first answer", median(fresh), UP_WITHIN, "s"
        ),
        Promise(
            "startup.again",
            "accede up where it was before to its first answer",
            median(again),
            UP_WITHIN,
            "s",
        ),
        Promise("startup.help", "accede --help", round(statistics.median(helps), 3), HELP_WITHIN, "s"),
    ]


def _details(helps: Sequence[float], fresh: Sequence[Start], again: Sequence[Start]) -> dict[str, object]:
    return {
        "help_s": [round(one, 3) for one in helps],
        "fresh": [vars(one) for one in fresh],
        "again": [vars(one) for one in again],
        "load_average": os.getloadavg(),
    }


def _environment(scratch: Path, *, plant: bool) -> dict[str, str]:
    """Return the environment without anybody's own settings; with the fault, every Python starts slowly.

    What is compiled is kept, as `make install` does: nobody waits twice for that.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ACCEDE_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    if plant:
        folder = scratch / "laggard"
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(_LAGGARD, "utf-8")
        kept["PYTHONPATH"] = os.pathsep.join(filter(None, (str(folder), kept.get("PYTHONPATH"))))
    return kept


def _help(environment: Mapping[str, str]) -> float:
    begun = time.perf_counter()
    subprocess.run([*_ACCEDE, "--help"], env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def _up(folder: Path, environment: Mapping[str, str]) -> Start:
    """Start everything in a folder, wait for the first answer and the announcement, and stop it."""
    port = free_port()
    before = _cpu_of_children()
    begun = time.perf_counter()
    argv = [*_ACCEDE, "up", "--data", str(folder), "--port", str(port), "--json"]
    running = subprocess.Popen(
        argv, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        answered = _until_answer(running, f"http://127.0.0.1:{port}/readyz", begun)
        line = running.stdout.readline() if running.stdout else ""
        if "api" not in json.loads(line or "{}"):
            raise RuntimeError(f"accede up said nothing of an API: {line}")
        told = time.perf_counter() - begun
    finally:
        running.send_signal(signal.SIGINT)
        try:
            running.communicate(timeout=_STOPS_IN)
        except subprocess.TimeoutExpired:
            running.kill()
            running.communicate()
    return Start(round(answered, 2), round(told, 2), round(_cpu_of_children() - before, 2))


def _until_answer(running: subprocess.Popen[str], url: str, begun: float) -> float:
    while time.perf_counter() - begun < _PATIENCE:
        if running.poll() is not None:
            raise RuntimeError(f"accede up ended: {running.communicate()[1][-500:]}")
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own address
                if answer.status == 200:
                    return time.perf_counter() - begun
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"accede up did not answer in {_PATIENCE:.0f} seconds")


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(ended(main))
