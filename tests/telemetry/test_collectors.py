"""What a collector gets by OTLP over HTTP, read from the wire; and nobody waits for one that is gone."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans

from telemetry import tracing
from telemetry.switching import traced

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PATH = "/v1/traces"
_MORE_THAN_A_BATCH = 600
_PATIENCE = 8.0
"""Seconds; less than the exporter's own patience."""


class Collector(ThreadingHTTPServer):
    """Takes what it is sent, as a collector does."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.taken: list[tuple[str, ExportTraceServiceRequest]] = []
        self.answers = threading.Event()
        self.answers.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{PATH}"


class _Taking(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.taken.append((self.path, ExportTraceServiceRequest.FromString(body)))
        if not self.server.answers.wait(_PATIENCE):
            # Somebody does wait for us: the test has seen enough.
            self.server.answers.set()
        answer = ExportTraceServiceResponse().SerializeToString()
        self.send_response(200)
        self.send_header("content-type", "application/x-protobuf")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own name
        """Say nothing."""


def _scopes(request: ExportTraceServiceRequest) -> Iterator[ScopeSpans]:
    for of_program in request.resource_spans:
        yield from of_program.scope_spans


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as taking:
        thread = threading.Thread(target=taking.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield taking
        taking.shutdown()
        thread.join()


def test_a_collector_gets_the_span_with_its_trace_parent_and_program_when_the_program_ends(collector):
    with (
        traced(collector.url, program="api", share=1.0),
        tracing.span("POST /v1/cases", parent=f"00-{TRACE}-00f067aa0ba902b7-01"),
        tracing.span("record.write"),
    ):
        pass

    spans: dict[str, Any] = {}
    for path, request in collector.taken:
        assert path == PATH
        for of_program in request.resource_spans:
            program = {one.key: one.value.string_value for one in of_program.resource.attributes}
            assert program["service.name"] == "accede-api"
        spans |= {span.name: span for scope in _scopes(request) for span in scope.spans}
    assert set(spans) == {"POST /v1/cases", "record.write"}
    assert spans["POST /v1/cases"].trace_id.hex() == TRACE
    assert spans["POST /v1/cases"].parent_span_id.hex() == "00f067aa0ba902b7"
    assert spans["record.write"].parent_span_id == spans["POST /v1/cases"].span_id


def test_nothing_is_sent_of_a_trace_that_is_not_among_the_share(collector):
    with (
        traced(collector.url, program="api", share=0.0),
        tracing.span("POST /v1/cases", parent=f"00-{TRACE}-00f067aa0ba902b7-01"),
    ):
        pass

    assert collector.taken == []


def test_an_act_does_not_wait_for_a_collector_that_is_silent(collector):
    collector.answers.clear()
    try:
        with traced(collector.url, program="api", share=1.0):
            # More than one batch, so that sending begins; the collector answers only after the last span.
            for _ in range(_MORE_THAN_A_BATCH):
                with tracing.span("POST /v1/cases"):
                    pass
            assert not collector.answers.is_set()
            collector.answers.set()
    finally:
        collector.answers.set()

    sent = [len(scope.spans) for _, request in collector.taken for scope in _scopes(request)]
    assert sum(sent) == _MORE_THAN_A_BATCH
