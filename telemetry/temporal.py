"""How a trace goes on in Temporal: with the signal into the workflow, and no further than that is true.

A case lives for years, and what it does in March has nothing to do with the act that began it. So a signal is
followed into its handler, and what a workflow asks for later, when a timer fires, begins a trace of its own.
Spans in workflows have no length, and are not made again when a history is replayed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, cast

import opentelemetry.context as otel
from opentelemetry.trace import SpanKind, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.contrib.opentelemetry import TracingInterceptor
from temporalio.converter import PayloadConverter
from temporalio.worker import (
    ExecuteWorkflowInput,
    HandleSignalInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

HEADER: Final = "_tracer-data"
"""The SDK's own name, so that other clients' spans are followed too."""

_W3C: Final = TraceContextTextMapPropagator()
"""The place alone: baggage is whatever a caller put there."""
_FOLLOW: Final = "accede_follow"

Follow = Callable[[str, Mapping[str, str], int, Mapping[str, str]], None]
"""Makes a span without length: its name, its parent as headers, the moment in nanoseconds, attributes."""


class FollowingInterceptor(TracingInterceptor):
    """Spans of the client, the activities and the signals, without what errors say."""

    def __init__(self, tracer: Tracer) -> None:
        super().__init__(tracer)
        self.header_key = HEADER
        self.text_map_propagator = _W3C

    def workflow_interceptor_class(  # type: ignore[override]  # the SDK asks for its own class without need
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002 - the SDK's own name
    ) -> type[WorkflowInboundInterceptor]:
        """Return what follows a signal into a workflow."""
        input.unsafe_extern_functions[_FOLLOW] = self._follow
        return FollowedSignals

    def _follow(
        self, name: str, parent: Mapping[str, str], moment: int, attributes: Mapping[str, str]
    ) -> None:
        context = _W3C.extract(parent, context=otel.Context())
        span = self.tracer.start_span(
            name, context, kind=SpanKind.SERVER, attributes=attributes, start_time=moment
        )
        span.end(end_time=moment)

    @contextmanager
    def _start_as_current_span(
        self,
        name: str,
        *,
        attributes: Any,  # noqa: ANN401 - as the SDK declares it
        input_with_headers: Any = None,  # noqa: ANN401 - as the SDK declares it
        input_with_ctx: object = None,  # noqa: ARG002 - for Nexus, which is not used
        kind: SpanKind,
        context: otel.Context | None = None,
    ) -> Iterator[None]:
        with self.tracer.start_as_current_span(
            name,
            attributes=attributes,
            kind=kind,
            context=context,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            if input_with_headers is not None:
                input_with_headers.headers = self._context_to_headers(input_with_headers.headers)
            try:
                yield
            except Exception as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(StatusCode.ERROR)
                raise


class FollowedSignals(WorkflowInboundInterceptor):
    """A signal is handled below the span that sent it; a run belongs to its first signal alone."""

    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:  # noqa: A002, ANN401 - the SDK's own
        """Say that a run began, where it was not an older one that went on."""
        info = workflow.info()
        if info.continued_run_id is None:
            _follow(f"RunWorkflow:{info.workflow_type}", info.headers)
        return await self.next.execute_workflow(input)

    async def handle_signal(self, input: HandleSignalInput) -> None:  # noqa: A002 - the SDK's own name
        """Say that a signal arrived."""
        _follow(f"HandleSignal:{input.signal}", input.headers)
        await self.next.handle_signal(input)


def _follow(name: str, headers: Mapping[str, Payload]) -> None:
    written = headers.get(HEADER)
    if written is None or workflow.unsafe.is_replaying():
        return
    info = workflow.info()
    carrier: dict[str, str] = PayloadConverter.default.from_payload(written, dict)
    attributes = {"temporalWorkflowID": info.workflow_id, "temporalRunID": info.run_id}
    follow = cast("Follow", workflow.extern_functions()[_FOLLOW])
    follow(name, carrier, workflow.time_ns(), attributes)
