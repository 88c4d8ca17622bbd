"""What programs say while they run: lines for people, or JSON for machines.

Ours (structlog) and those of the libraries (the standard library's) come out alike, on standard error, one
line each. A line names cases and people by id at most; what people typed is never handed to a log. Errors
of libraries like to repeat the values at hand, so of those only the kind is told, and where it happened.
"""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Final, Literal, TextIO

import structlog
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

from telemetry import tracing

Format = Literal["text", "json"]

_CHATTY: Final = ("httpx", "httpcore")
"""They tell whole addresses of requests, in which identifiers stand."""
_OURS: Final = ("activities", "api", "commands", "domain", "records", "senders", "services", "workflows")
"""Rooms whose errors repeat nothing that somebody typed."""


def set_up_logs(level: str, form: Format) -> None:
    """Have every log line of this process written in one form, before anything is said.

    `level` is the least that is said: `debug`, `info`, `warning` or `error`.
    """
    number = logging.getLevelNamesMapping()[level.upper()]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_known(), processors=_written(form))
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(number)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_known(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(number),
    )


def _known() -> list[Processor]:
    """What is known about every line, whoever says it."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_place,
        _without_what_asyncio_repeats,
    ]


def _written(form: Format) -> list[Processor]:
    plain = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if form == "json":
        return [
            plain,
            # A traceback is one value of the line, so that a line stays a line.
            structlog.processors.ExceptionRenderer(quiet_traceback),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    return [plain, structlog.dev.ConsoleRenderer(colors=False, exception_formatter=_print_quietly)]


def quiet_traceback(exc_info: ExcInfo) -> str:
    """Return where an error happened and of what kind it is; what it says only where that is ours."""
    told = "\nwhile handling that, or because of it:\n".join(_told(one) for one in _chain(exc_info[1]))
    return f"Traceback (most recent call last):\n{told}"


def _chain(error: BaseException | None) -> list[BaseException]:
    """Return the error and those that led to it, the first one first."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found[::-1]


def _told(error: BaseException) -> str:
    kind = type(error)
    said = f": {error}" if kind.__module__.partition(".")[0] in _OURS else ""
    named = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return f"{''.join(traceback.format_tb(error.__traceback__))}{named}{said}"


def _print_quietly(stream: TextIO, exc_info: ExcInfo) -> None:
    stream.write(f"\n{quiet_traceback(exc_info)}")


def _with_place(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Say in which trace a line was said, where one has begun."""
    place = tracing.here()
    if place:
        line["trace_id"] = tracing.trace_id(place)
        line["span_id"] = tracing.span_id(place)
    return line


def _without_what_asyncio_repeats(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Leave out the task that asyncio shows below its sentence, with its error and what that says."""
    if line.get("logger") == "asyncio":
        line["event"] = str(line["event"]).partition("\n")[0]
    return line
