"""Spans by OpenTelemetry. Imported only where they are wanted.

An error leaves its kind in a span and never its message: libraries like to repeat the values at hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, TypeVar

import opentelemetry.context as otel
from opentelemetry import trace
from opentelemetry.trace import Link, SpanKind, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from telemetry.temporal import FollowingInterceptor
from telemetry.tracing import MOST_LINKS, Kind

A = TypeVar("A")
R = TypeVar("R")

_W3C: Final = TraceContextTextMapPropagator()
_KINDS: Final = {"internal": SpanKind.INTERNAL, "server": SpanKind.SERVER, "client": SpanKind.CLIENT}


class OpenSpan:
    """A span that is open."""

    def __init__(self, made: trace.Span) -> None:
        self._made = made

    def name(self, name: str) -> None:
        """Name it, once it is known what it is."""
        self._made.update_name(name)

    def note(self, **attributes: str | int | bool) -> None:
        """Say more of it."""
        self._made.set_attributes({_dotted(name): value for name, value in attributes.items()})

    def fails(self, kind: str) -> None:
        """Say that it went wrong, by a kind of error."""
        self._made.set_attribute("error.type", kind)
        self._made.set_status(StatusCode.ERROR)


class TracedSpans:
    """Spans of one tracer."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self.interceptors: Sequence[object] = (FollowingInterceptor(tracer),)

    @contextmanager
    def span(
        self, name: str, parent: str | None, links: Sequence[str], kind: Kind, attributes: dict[str, str]
    ) -> Iterator[OpenSpan]:
        """Make a span as long as the context is open."""
        context = None if parent is None else context_at(parent)
        with self._tracer.start_as_current_span(
            name,
            context=context,
            kind=_KINDS[kind],
            attributes={_dotted(key): value for key, value in attributes.items()},
            links=[link for place in links[:MOST_LINKS] if (link := _link(place)) is not None],
            record_exception=False,
            set_status_on_exception=False,
        ) as made:
            opened = OpenSpan(made)
            try:
                yield opened
            except Exception as error:
                opened.fails(type(error).__name__)
                raise

    def here(self) -> str:
        """Return the place of the span that is open, or an empty text."""
        if not trace.get_current_span().get_span_context().is_valid:
            return ""
        carrier: dict[str, str] = {}
        _W3C.inject(carrier)
        return carrier["traceparent"]

    def carried(self, name: str, work: Callable[[A], R]) -> Callable[[A], R]:
        """Return the work in a span below the one open now, whatever thread runs it."""
        outside = otel.get_current()
        if not trace.get_current_span(outside).get_span_context().is_valid:
            return work

        def inside(given: A) -> R:
            token = otel.attach(outside)
            try:
                with self.span(name, None, (), "internal", {}):
                    return work(given)
            finally:
                otel.detach(token)

        return inside


def context_at(place: str) -> otel.Context:
    """Return the context of a place that may be another process's; an empty place begins anew."""
    return _W3C.extract({"traceparent": place}, context=otel.Context())


def _link(place: str) -> Link | None:
    found = trace.get_current_span(context_at(place)).get_span_context()
    return Link(found) if found.is_valid else None


def _dotted(name: str) -> str:
    """Return an attribute's name: `http__route` is written `http.route`."""
    return name.replace("__", ".")
