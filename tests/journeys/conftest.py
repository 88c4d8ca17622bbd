from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import *  # noqa: F403 - fixtures are found by their names
from tests.temporal_server import TemporalServer


@pytest.fixture
def temporal(tmp_path: Path) -> Iterator[TemporalServer]:
    """A real Temporal server of this test alone."""
    server = TemporalServer(tmp_path / "temporal.db")
    server.start()
    yield server
    server.kill()
