"""Where in which trace this process is, and the spans it makes there; off unless switched on.

A place is written as W3C writes it in `traceparent`: `00-<trace id>-<span id>-<flags>`. It is known even when
no spans are made, so that log lines which belong together say so. While switched off, OpenTelemetry is not
even imported, and a span is a comparison with None.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Any, Final, Literal, Protocol, TypeVar

A = TypeVar("A")
R = TypeVar("R")

Kind = Literal["internal", "server", "client"]

MOST_LINKS: Final = 32
"""Links of one span at most: what was gathered beyond that is found by the case's id."""

_PLACE: Final[ContextVar[str]] = ContextVar("place", default="")
_WRITTEN: Final = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


class Span(Protocol):
    """Something that takes time, while it does."""

    def name(self, name: str) -> None:
        """Name it, once it is known what it is."""

    def note(self, **attributes: str | int | bool) -> None:
        """Say more of it. Ids and words of ours only: no name, no login, nothing that somebody typed."""

    def fails(self, kind: str) -> None:
        """Say that it went wrong, by a kind of error and without its message."""


class Spans(Protocol):
    """What makes spans where they are wanted."""

    interceptors: Sequence[Any]
    """For Temporal's client, so that signals carry their place along."""

    def span(
        self, name: str, parent: str | None, links: Sequence[str], kind: Kind, attributes: dict[str, str]
    ) -> AbstractContextManager[Span]:
        """Make a span as long as the context is open."""
        ...

    def here(self) -> str:
        """Return the place of the span that is open, or an empty text."""
        ...

    def carried(self, name: str, work: Callable[[A], R]) -> Callable[[A], R]:
        """Return the work in a span of its own below the one open now, whatever thread runs it."""
        ...


class Tracing:
    """Whether this process makes spans, and through what."""

    def __init__(self) -> None:
        self.spans: Spans | None = None


TRACING: Final = Tracing()


class _Silent:
    """A span nobody records."""

    def name(self, name: str) -> None:
        pass

    def note(self, **attributes: str | int | bool) -> None:
        pass

    def fails(self, kind: str) -> None:
        pass


_SILENT: Final = _Silent()


def span(
    name: str,
    *,
    parent: str | None = None,
    links: Sequence[str] = (),
    kind: Kind = "internal",
    **attributes: str,
) -> AbstractContextManager[Span]:
    """Make a span as long as the context is open, below `parent` or else the one that is open now.

    `parent` and `links` are places; an empty `parent` begins a trace of its own.
    """
    if TRACING.spans is not None:
        return TRACING.spans.span(name, parent, links, kind, attributes)
    return _placed(parent)


@contextmanager
def _placed(parent: str | None) -> Iterator[Span]:
    """Have the lines of the log say the parent's place, or one of their own."""
    if parent is None and _PLACE.get():
        yield _SILENT
        return
    before = _PLACE.set(parent or a_place())
    try:
        yield _SILENT
    finally:
        _PLACE.reset(before)


def carried(name: str, work: Callable[[A], R]) -> Callable[[A], R]:
    """Return the work in a span below the one open now, whatever thread runs it; as it is where none is."""
    if TRACING.spans is None:
        return work
    return TRACING.spans.carried(name, work)


def here() -> str:
    """Return the place that is now, or an empty text where nothing has begun."""
    if TRACING.spans is not None:
        return TRACING.spans.here() or _PLACE.get()
    return _PLACE.get()


def is_on() -> bool:
    """Whether spans are made."""
    return TRACING.spans is not None


def interceptors() -> Sequence[Any]:
    """Return what lets a client of Temporal, and its workers, carry places along: nothing while off."""
    return () if TRACING.spans is None else TRACING.spans.interceptors


def arrive(at: str) -> None:
    """Have what follows in this task say this place, also after its span has ended."""
    _PLACE.set(at)


def a_place(given: str | None = None) -> str:
    """Return a new place: in the trace of the one given, if that is one, else in a trace of its own."""
    if given is not None and is_place(given):
        return f"{given[:36]}{secrets.token_hex(8)}-00"
    fresh = secrets.token_hex(24)
    return f"00-{fresh[:32]}-{fresh[32:]}-00"


def is_place(text: str) -> bool:
    """Whether a text is a `traceparent` that can be used."""
    return _WRITTEN.fullmatch(text) is not None


def trace_id(place: str) -> str:
    """Return the 32 hexadecimal digits of the trace."""
    return place[3:35]


def span_id(place: str) -> str:
    """Return the 16 hexadecimal digits of the span."""
    return place[36:52]
