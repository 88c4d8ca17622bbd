"""Sends spans to a collector by OTLP over HTTP. Imported only where an address of one is set."""

from __future__ import annotations

from importlib.metadata import version

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

from telemetry.spans import TracedSpans
from telemetry.tracing import TRACING


def begin_exporting(url: str, *, program: str, share: float) -> TracerProvider:
    """Make spans in this process and send them to `url`; shut what is returned down at the end.

    `program` is `api` or `worker`; `share` is the part of all traces that is recorded, from 0 to 1.
    """
    return begin_tracing(BatchSpanProcessor(OTLPSpanExporter(endpoint=url)), program=program, share=share)


def begin_tracing(processor: SpanProcessor, *, program: str, share: float = 1.0) -> TracerProvider:
    """Make spans in this process and hand them to `processor`; shut what is returned down at the end."""
    sampled = TraceIdRatioBased(share)
    provider = TracerProvider(
        # Whoever calls from outside does not decide how much is recorded; the trace's id does, for all alike.
        sampler=ParentBased(root=sampled, remote_parent_sampled=sampled, remote_parent_not_sampled=sampled),
        resource=Resource.create({"service.name": f"accede-{program}", "service.version": version("accede")}),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(processor)
    TRACING.spans = TracedSpans(provider.get_tracer("accede"))
    return provider
