"""A line now and then about how far the tests are, for those who read along where dots show up late."""

import os
import threading
import time

EVERY = 30.0
"""Seconds between two lines, where the tests run unattended (CI=true)."""


class Progress:
    """A plugin of the process that hands out the tests."""

    def __init__(self, config) -> None:
        self._terminal = config.pluginmanager.get_plugin("terminalreporter")
        self._began = time.monotonic()
        self._over = threading.Event()
        self._running: dict[str, float] = {}
        self._done = 0

    def pytest_sessionstart(self):
        if os.environ.get("CI") and self._terminal is not None:
            threading.Thread(target=self._tell, daemon=True).start()

    def pytest_runtest_logstart(self, nodeid):
        self._running[nodeid] = time.monotonic()

    def pytest_runtest_logfinish(self, nodeid):
        self._running.pop(nodeid, None)
        self._done += 1

    def pytest_sessionfinish(self):
        self._over.set()

    def line(self) -> str:
        """How long it has taken, how many are done, and which test has run for longest."""
        now = time.monotonic()
        minutes, seconds = divmod(int(now - self._began), 60)
        said = f"{minutes:2d}:{seconds:02d}  {self._done} tests done"
        running = dict(self._running)
        if running:
            longest = min(running, key=running.__getitem__)
            said += f"; {now - running[longest]:.0f} s in {longest}"
        return said

    def _tell(self) -> None:
        while not self._over.wait(EVERY):
            self._terminal.ensure_newline()
            self._terminal.write_line(self.line())
