"""The definitions a worker knows, for workflows to look up by digest.

A definition is parsed once per worker process, not once per case, and this module is handed through to the
sandbox as it is, so what the worker put in is what every workflow sees. A definition never changes under its
digest: looking one up is as deterministic as a constant.
"""

from __future__ import annotations

from typing import Final

from domain.library import Library
from domain.process import Process


class Definitions:
    """What one worker process has read. Filled at its start, and again when a version is published."""

    def __init__(self) -> None:
        self._library = Library.of(())

    def fill(self, library: Library) -> None:
        """Know these definitions from now on, in place of those before."""
        self._library = library

    def by_digest(self, digest: str) -> Process:
        """Return the definition of that digest. Raises UnknownProcess.

        That is a plain exception on purpose: it fails the workflow task and not the case, and the task is
        tried again until a worker has read the definition.
        """
        return self._library.by_digest(digest)


KNOWN: Final = Definitions()
"""The definitions of this process."""
