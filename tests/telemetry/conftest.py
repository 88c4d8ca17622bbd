from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from telemetry.exporting import begin_tracing
from telemetry.tracing import TRACING
from tests.databases import *  # noqa: F403 - fixtures are found by their names
from tests.temporal_server import TemporalServer


@pytest.fixture
def temporal(tmp_path: Path) -> Iterator[TemporalServer]:
    """A real Temporal server of this test alone."""
    server = TemporalServer(tmp_path / "temporal.db")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """Spans are made, and kept here."""
    kept = InMemorySpanExporter()
    provider = begin_tracing(SimpleSpanProcessor(kept), program="test")
    yield kept
    TRACING.spans = None
    provider.shutdown()
