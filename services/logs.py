"""What programs say while they run: lines for people, or JSON for machines.

Ours (structlog) and those of the libraries (the standard library's) come out alike, on standard error, one
line each. A line names cases and people by id at most; what people typed is never handed to a log.
"""

from __future__ import annotations

import logging
import sys
from typing import Final, Literal

import structlog
from structlog.typing import Processor

Format = Literal["text", "json"]

_CHATTY: Final = ("httpx", "httpcore")
"""They tell whole addresses of requests, in which identifiers stand."""


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
    ]


def _written(form: Format) -> list[Processor]:
    plain = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if form == "json":
        return [
            plain,
            # A traceback is one value of the line, so that a line stays a line; without values of variables.
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    traceback = structlog.dev.plain_traceback
    return [plain, structlog.dev.ConsoleRenderer(colors=False, exception_formatter=traceback)]
