"""A whole installation on this machine, started and stopped as people do it."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request

from tests.cli.running import COMMAND, environment


class Household:
    """`accede up` on one data folder."""

    def __init__(self, folder, *arguments):
        self.folder = folder
        self.process = subprocess.Popen(
            [*COMMAND, "up", "--data", str(folder), "--json", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        self.said: list[str] = []
        assert self.process.stdout
        assert self.process.stderr
        self._out, self._err = self.process.stdout, self.process.stderr
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()
        line = self._out.readline()
        if not line:
            self.process.wait()
            self._listening.join()
            raise RuntimeError("".join(self.said))
        self.told = json.loads(line)

    def _listen(self):
        for line in self._err:
            self.said.append(line)

    @property
    def api(self):
        return self.told["api"]

    def stop(self, number=signal.SIGTERM):
        """Ask it to stop; return the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(60)
        self._listening.join(10)
        self._out.close()
        self._err.close()
        return code

    def answers(self):
        """Whether the API says that it is ready."""
        try:
            with urllib.request.urlopen(f"{self.api}/readyz", timeout=5) as answer:  # noqa: S310 - our own
                return answer.status == 200
        except OSError:
            return False


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def until(condition, within=30):
    give_up_at = time.monotonic() + within
    while not condition():
        assert time.monotonic() < give_up_at, "it did not come about in time"
        time.sleep(0.05)


def tour(api):
    """Run the script of the README's tour to its end, and return the case it made and what it printed."""
    script = [sys.executable, "docs/tour.py", api]
    done = subprocess.run(script, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"the tour failed:\n{done.stdout}{done.stderr}"
    return done.stdout.split(maxsplit=2)[1], done.stdout
